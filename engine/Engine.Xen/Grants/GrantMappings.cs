namespace Rebound.Engine.Xen.Grants;

/// <summary>What a domain has mapped of grants to it, by handle (Xen: maptrack).</summary>
internal sealed class GrantMappings
{
    /// <summary>What libxl and Xen let a domain have: 1024 pages of entries of 16 bytes.</summary>
    private const int MaximumPages = 1024;
    private const int PerPage = 256;
    private const uint None = uint.MaxValue;

    private readonly List<Mapping> _mappings = [];
    private uint _head = None;
    private uint _tail = None;

    /// <summary>One mapping: the GNTMAP flags of what is left of it, 0 for a free handle.</summary>
    internal sealed class Mapping
    {
        public uint Flags { get; set; }

        public uint Reference { get; set; }

        /// <summary>Next free handle.</summary>
        public uint Next { get; set; }
    }

    /// <summary>Takes a free handle; false if there are too many mappings. The last entry of the free list is never given.</summary>
    public bool TryTake(out uint handle)
    {
        if (_head != None && _mappings[(int)_head].Next != None)
        {
            handle = _head;
            _head = _mappings[(int)handle].Next;
            return true;
        }

        handle = (uint)_mappings.Count;
        if (_mappings.Count == MaximumPages * PerPage)
            return false;
        for (uint i = 1; i <= PerPage; i++)
            _mappings.Add(new Mapping { Next = handle + i });
        _mappings[^1].Next = _head;
        _head = handle + 1;
        if (_tail == None)
            _tail = handle + PerPage - 1;
        return true;
    }

    /// <summary>Gives a handle back: it comes last among the free ones.</summary>
    public void Return(uint handle)
    {
        Mapping mapping = _mappings[(int)handle];
        mapping.Flags = 0;
        mapping.Next = None;
        _mappings[(int)_tail].Next = handle;
        _tail = handle;
    }

    public void Set(uint handle, uint reference, uint flags)
    {
        _mappings[(int)handle].Reference = reference;
        _mappings[(int)handle].Flags = flags;
    }

    /// <summary>The mapping with that handle; null if there is none.</summary>
    public Mapping? Find(uint handle) => handle < _mappings.Count && _mappings[(int)handle].Flags != 0 ? _mappings[(int)handle] : null;
}
