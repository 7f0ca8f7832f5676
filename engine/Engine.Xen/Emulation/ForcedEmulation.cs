using Rebound.Engine.Xen.Exits;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>The forced-emulation prefix: UD2 and the letters "xen" in front of CPUID, from kernel and user mode.</summary>
internal static unsafe class ForcedEmulation
{
    private const int Length = 7;

    /// <summary>Executes CPUID if exactly that sequence is at RIP; false leaves the #UD to the guest.</summary>
    public static bool TryCpuid(Vcpu vcpu)
    {
        CpuState* state = vcpu.State;
        Span<byte> bytes = stackalloc byte[Length];
        if (GuestCode.Read(vcpu, state->Rip, bytes) != Length || !bytes.SequenceEqual((ReadOnlySpan<byte>)[0x0f, 0x0b, 0x78, 0x65, 0x6e, 0x0f, 0xa2]))
            return false;
        CpuidResult result = CpuidModel.Read(vcpu, (uint)state->Gpr[Register.Rax], (uint)state->Gpr[Register.Rcx], forced: true);
        state->Gpr[Register.Rax] = result.Eax;
        state->Gpr[Register.Rbx] = result.Ebx;
        state->Gpr[Register.Rcx] = result.Ecx;
        state->Gpr[Register.Rdx] = result.Edx;
        state->Rip += Length;
        TrapDispatch.Complete(vcpu);
        return true;
    }
}
