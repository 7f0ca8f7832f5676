using Rebound.Jit.Cpu;
using Rebound.Jit.Judge;

namespace Rebound.Benchmarks.Guest;

/// <summary>A function of <see cref="GuestPrograms"/> in a flat machine: call it, and it runs until it returns.</summary>
public sealed unsafe class GuestFunction : IDisposable
{
    public const ulong DataAddress = 0x1004_0000;
    private const ulong CodeAddress = 0x40_0000;
    private const ulong LandingAddress = 0x7f_0000;
    private const ulong StackTop = 0x80_0000;
    private readonly FlatMachine _machine;

    /// <param name="code">The function, position independent.</param>
    /// <param name="options">Tier and thresholds.</param>
    /// <param name="dataPages">Pages mapped at <see cref="DataAddress"/>.</param>
    public GuestFunction(byte[] code, ExecutionOptions options, int dataPages = 64)
    {
        _machine = new FlatMachine(options, 4096);
        _machine.Map(CodeAddress, (code.Length + 4095) / 4096, writable: false, executable: true);
        _machine.Store(CodeAddress, code);
        _machine.Map(LandingAddress, 1, writable: false, executable: true);
        _machine.Store(LandingAddress, [0x0f, 0x0b]);
        _machine.Map(StackTop - 4096, 1);
        _machine.Map(DataAddress, dataPages);
    }

    public FlatMachine Machine => _machine;

    /// <summary>Calls with RDI and RSI; returns RAX.</summary>
    public ulong Call(ulong first, ulong second)
    {
        CpuState* state = _machine.State;
        state->Rip = CodeAddress;
        state->Gpr[4] = StackTop - 8;
        state->Gpr[7] = first;
        state->Gpr[6] = second;
        _machine.Store(StackTop - 8, BitConverter.GetBytes(LandingAddress));
        ExitReason exit = _machine.Run(long.MaxValue / 2);
        if (exit != ExitReason.Exception || state->ExitVector != ExceptionVector.InvalidOpcode || state->Rip != LandingAddress)
            throw new InvalidOperationException($"the guest function ended with {exit} (vector {state->ExitVector}) at 0x{state->Rip:x}");
        return state->Gpr[0];
    }

    public void Dispose() => _machine.Dispose();
}
