using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>
/// console_io(cmd, count, buffer): the emergency console. Release builds of Xen refuse it to a domU; here its text is shown,
/// because it is how kernels speak before their console works.
/// </summary>
internal sealed class ConsoleIo : IHypercall
{
    private const int Write = 0;
    private const int Read = 1;
    private const int ChunkSize = 4096;

    public int Number => HypercallNumber.ConsoleIo;

    public string Name => "console_io";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call) => (int)call.Arg0 switch
    {
        Write => WriteText(call),
        Read => ReadText(call),
        _ => SubCalls.Unknown(call, Name, call.Arg0),
    };

    private static long WriteText(in HypercallContext call)
    {
        uint left = (uint)call.Arg1;
        if ((int)left < 0)
            return -Errno.EINVAL;
        ulong address = call.Arg2;
        Span<byte> chunk = stackalloc byte[ChunkSize];
        while (left > 0)
        {
            Span<byte> part = chunk[..(int)Math.Min(left, ChunkSize)];
            if (!call.Guest.TryRead(address, part))
                return -Errno.EFAULT;
            call.Domain.Console.Write(part);
            address += (ulong)part.Length;
            left -= (uint)part.Length;
        }

        return 0;
    }

    /// <summary>Returns the bytes read, 0 if there are none now.</summary>
    private static long ReadText(in HypercallContext call)
    {
        uint count = (uint)call.Arg1;
        if ((int)count < 0)
            return -Errno.EINVAL;
        Span<byte> chunk = stackalloc byte[ChunkSize];
        int read = call.Domain.Console.Read(chunk[..(int)Math.Min(count, ChunkSize)]);
        return call.Guest.TryWrite(call.Arg2, chunk[..read]) ? read : -Errno.EFAULT;
    }
}
