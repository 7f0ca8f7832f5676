using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Emit;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Runtime;

/// <summary>What became of a piece of guest code, stage by stage.</summary>
/// <param name="Blocks">The lifted blocks of the region, the one at the given address first.</param>
/// <param name="Il">The IL, as text.</param>
/// <param name="HostCode">The x86-64 code that RyuJIT made of it.</param>
/// <param name="HostAddress">Where that code lies.</param>
public sealed record RegionExplanation(IReadOnlyList<MicroBlock> Blocks, string Il, byte[] HostCode, ulong HostAddress);

/// <summary>Takes guest code through the stages of translation without running it.</summary>
public static unsafe class RegionExplainer
{
    /// <param name="code">Guest bytes; blocks are followed as far as they are given and stay in the first byte's page.</param>
    /// <param name="rip">Virtual address of the first byte.</param>
    /// <param name="mode">The mode to lift for.</param>
    /// <param name="options">Bounds of blocks and regions.</param>
    /// <exception cref="ArgumentException">The bytes end within the first instruction.</exception>
    public static RegionExplanation Explain(ReadOnlySpan<byte> code, ulong rip, BlockMode mode, ExecutionOptions options)
    {
        byte[] bytes = code.ToArray();
        BlockLifter lifter = new();
        Dictionary<ulong, TranslatedBlock?> blocks = [];
        TranslatedBlock head = Find(rip) ?? throw new ArgumentException("the bytes end within the first instruction");
        CompileJob job = new RegionSelector(options).Select(head, Find);
        RegionCode compiled = new RegionCompiler().Compile(job.Plan, recordIl: true);
        EnterOnce(compiled);
        byte[] host = HostCodeReader.Read(compiled, Decode);
        return new RegionExplanation(job.Plan.Blocks, compiled.IlText!, host, HostCodeReader.EntryOf(compiled));

        TranslatedBlock? Find(ulong address)
        {
            ulong offset = address - rip;
            if (offset >= (ulong)bytes.Length)
                return null;
            if (blocks.TryGetValue(address, out TranslatedBlock? known))
                return known;
            int available = bytes.Length - (int)offset;
            int inPage = GuestMemory.FrameSize - (int)(address & GuestMemory.FrameMask);
            MicroBlock? lifted;
            fixed (byte* start = bytes)
                lifted = lifter.Lift(start + offset, available, Math.Min(available, inPage), address, mode, options.MaxBlockInstructions);
            TranslatedBlock? block = lifted == null ? null : new TranslatedBlock(lifted, new MachineFrame(0), MachineFrame.Invalid);
            blocks[address] = block;
            return block;
        }
    }

    /// <summary>
    /// The runtime lets a function pointer lead to the method's code only after the first call: one without budget, which
    /// returns before the first guest instruction.
    /// </summary>
    private static void EnterOnce(RegionCode code)
    {
        using GuestMemory memory = new(1);
        using CpuContext context = new(memory, new NoSurroundings());
        context.State->Budget = 0;
        code.Invoke(context, 0);
    }

    private static HostCodeReader.HostInstruction Decode(nint address)
    {
        byte[] bytes = new ReadOnlySpan<byte>((void*)address, 15).ToArray();
        Decoder decoder = Decoder.Create(64, bytes, (ulong)address);
        decoder.Decode(out Instruction instruction);
        if (instruction.IsInvalid)
            return default;
        bool ends = instruction.FlowControl is FlowControl.Return or FlowControl.UnconditionalBranch or FlowControl.IndirectBranch or FlowControl.Interrupt;
        bool direct = instruction.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch;
        return new HostCodeReader.HostInstruction(instruction.Length, direct ? instruction.NearBranchTarget : 0, ends);
    }

    /// <summary>No instruction is executed, so nothing is ever asked.</summary>
    private sealed class NoSurroundings : ICpuEnvironment
    {
        public ulong ReadTimestampCounter(ulong retired) => 0;

        public CpuidResult Cpuid(uint leaf, uint subleaf) => default;

        public bool TryReadDescriptor(ushort selector, out ulong descriptor)
        {
            descriptor = 0;
            return false;
        }
    }
}
