using Rebound.Jit.Cpu;
using Rebound.Jit.Emit;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Tests.Emit;

/// <summary>Compiles hand-made micro-ops and runs them on a bare context, without memory behind it.</summary>
internal sealed unsafe class EmitterBench : IDisposable
{
    private readonly GuestMemory _memory = new(1);

    public EmitterBench() => Context = new CpuContext(_memory, new NoEnvironment());

    public CpuContext Context { get; }

    public static MicroBlock Block(params MicroOp[] ops) =>
        new(0x1000, BlockMode.None, 1, ops, [new GuestInstruction(0, 1, 0)], Terminal.Dispatch(0x1001));

    public static RegionCode Compile(MicroBlock block) => new RegionCompiler().Compile(new RegionPlan([block], [0]));

    public void Run(RegionCode code)
    {
        Context.State->Exit = ExitReason.None;
        Context.State->Budget = 1000;
        code.Invoke(Context, 0);
    }

    public void Dispose()
    {
        Context.Dispose();
        _memory.Dispose();
    }

    private sealed class NoEnvironment : ICpuEnvironment
    {
        public ulong ReadTimestampCounter(ulong retired) => retired;

        public CpuidResult Cpuid(uint leaf, uint subleaf) => default;

        public bool TryReadDescriptor(ushort selector, out ulong descriptor)
        {
            descriptor = 0;
            return false;
        }
    }
}
