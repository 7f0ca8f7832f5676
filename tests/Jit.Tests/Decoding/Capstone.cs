using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rebound.Jit.Tests.Decoding;

/// <summary>Capstone's 64-bit x86 decoder, one instruction at a time; its library comes with the package that the command line uses.</summary>
internal sealed unsafe partial class Capstone : IDisposable
{
    private const int X86 = 3;
    private const int Mode64 = 8;

    private readonly nint _handle;
    private readonly Instruction* _instruction;

    /// <exception cref="InvalidOperationException">The library does not know x86.</exception>
    public Capstone()
    {
        int error = Open(X86, Mode64, out _handle);
        if (error != 0)
            throw new InvalidOperationException($"Capstone's error {error}");
        _instruction = (Instruction*)Allocate(_handle);
        Version(out int major, out int minor);
        Name = $"Capstone {major}.{minor}";
    }

    /// <summary>Name and version, for reports.</summary>
    public string Name { get; }

    /// <summary>The mnemonic of the instruction decoded last, with the prefixes that Capstone counts to it.</summary>
    public string Mnemonic => Marshal.PtrToStringUTF8((nint)(&_instruction->Mnemonic))!;

    /// <summary>The operands of the instruction decoded last.</summary>
    public string Operands => Marshal.PtrToStringUTF8((nint)(&_instruction->Operands))!;

    /// <summary>Length of the instruction that begins at <paramref name="code"/>, or 0 if Capstone knows none there.</summary>
    public int Decode(byte* code, int available, ulong address)
    {
        nuint size = (nuint)available;
        return Disassemble(_handle, ref code, ref size, ref address, _instruction) != 0 ? _instruction->Size : 0;
    }

    public void Dispose()
    {
        Free((nint)_instruction, 1);
        nint handle = _handle;
        _ = Close(ref handle);
    }

    [LibraryImport("capstone", EntryPoint = "cs_open")]
    private static partial int Open(int architecture, int mode, out nint handle);

    [LibraryImport("capstone", EntryPoint = "cs_close")]
    private static partial int Close(ref nint handle);

    [LibraryImport("capstone", EntryPoint = "cs_version")]
    private static partial uint Version(out int major, out int minor);

    [LibraryImport("capstone", EntryPoint = "cs_malloc")]
    private static partial nint Allocate(nint handle);

    [LibraryImport("capstone", EntryPoint = "cs_free")]
    private static partial void Free(nint instruction, nuint count);

    [LibraryImport("capstone", EntryPoint = "cs_disasm_iter")]
    private static partial byte Disassemble(nint handle, ref byte* code, ref nuint size, ref ulong address, Instruction* instruction);

    /// <summary>cs_insn of Capstone 4, as far as it is read here.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Instruction
    {
        public uint Id;
        public ulong Address;
        public ushort Size;
        public Text16 Bytes;
        public Text32 Mnemonic;
        public Text160 Operands;
        public nint Detail;
    }

    [InlineArray(16)]
    private struct Text16
    {
        private byte _first;
    }

    [InlineArray(32)]
    private struct Text32
    {
        private byte _first;
    }

    [InlineArray(160)]
    private struct Text160
    {
        private byte _first;
    }
}
