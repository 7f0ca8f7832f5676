using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Console;

/// <summary>
/// The back end of the console ring page. The page is the guest's: indices that make no sense are taken as an empty or full
/// ring, and nothing outside the page is ever touched.
/// </summary>
public sealed class ConsoleRing(GuestMemory memory, MachineFrame frame, IConsolePort port)
{
    /// <summary>Takes what the guest has written. True if there was anything: the guest may wait for room.</summary>
    public bool Drain()
    {
        uint consumer = Index(ConsoleRingLayout.OutputConsumer);
        uint producer = Index(ConsoleRingLayout.OutputProducer);
        uint used = producer - consumer;
        if (used == 0)
            return false;
        // An overrun ring has lost its oldest bytes; what is left is as much as fits.
        if (used > ConsoleRingLayout.OutputSize)
            consumer = producer - ConsoleRingLayout.OutputSize;
        int start = (int)(consumer % ConsoleRingLayout.OutputSize);
        int count = (int)(producer - consumer);
        int first = Math.Min(count, ConsoleRingLayout.OutputSize - start);
        ReadOnlySpan<byte> ring = memory.Span(frame).Slice(ConsoleRingLayout.Output, ConsoleRingLayout.OutputSize);
        port.Write(ring.Slice(start, first));
        if (count > first)
            port.Write(ring[..(count - first)]);
        SetIndex(ConsoleRingLayout.OutputConsumer, producer);
        return true;
    }

    /// <summary>Gives the guest input that has arrived, as far as there is room. True if any: the guest is to be notified.</summary>
    public bool Feed()
    {
        if (!port.HasInput)
            return false;
        uint producer = Index(ConsoleRingLayout.InputProducer);
        uint used = producer - Index(ConsoleRingLayout.InputConsumer);
        if (used >= ConsoleRingLayout.InputSize)
            return false;
        Span<byte> input = stackalloc byte[ConsoleRingLayout.InputSize - (int)used];
        int count = port.Read(input);
        if (count == 0)
            return false;
        Span<byte> ring = memory.WritableSpan(frame, ConsoleRingLayout.Input, ConsoleRingLayout.InputSize);
        for (int i = 0; i < count; i++)
            ring[(int)((producer + (uint)i) % ConsoleRingLayout.InputSize)] = input[i];
        SetIndex(ConsoleRingLayout.InputProducer, producer + (uint)count);
        return true;
    }

    private uint Index(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(memory.Span(frame)[offset..]);

    private void SetIndex(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(memory.WritableSpan(frame, offset, sizeof(uint)), value);
}
