using Rebound.Engine.Xen;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Hosting;

/// <summary>A processor's registers at one moment.</summary>
public sealed record RegisterSnapshot
{
    /// <summary>Words of the stack that are kept.</summary>
    public const int StackWords = 48;

    /// <summary>rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 .. r15.</summary>
    public required IReadOnlyList<ulong> General { get; init; }

    public required ulong Rip { get; init; }

    public required ulong Rflags { get; init; }

    /// <summary>Selectors: cs, ss, ds, es, fs, gs.</summary>
    public required IReadOnlyList<ushort> Selectors { get; init; }

    public required ulong FsBase { get; init; }

    public required ulong GsBase { get; init; }

    public required ulong Cr2 { get; init; }

    /// <summary>The L4 in force, or null if the mode has none.</summary>
    public required ulong? RootFrame { get; init; }

    /// <summary>True in guest kernel mode.</summary>
    public required bool InKernel { get; init; }

    /// <summary>Up to 15 bytes at RIP; empty if they cannot be read.</summary>
    public required IReadOnlyList<byte> Code { get; init; }

    /// <summary>Start addresses of the last blocks entered, the newest first.</summary>
    public required IReadOnlyList<ulong> Trail { get; init; }

    /// <summary>Words from RSP upwards, as many as can be read of the first <see cref="StackWords"/>.</summary>
    public required IReadOnlyList<ulong> Stack { get; init; }

    /// <summary>The page-table entries that lead to RIP.</summary>
    public required IReadOnlyList<PageWalkStep> WalkToRip { get; init; }

    /// <summary>The page-table entries that lead to CR2; empty if no page fault was ever reported.</summary>
    public required IReadOnlyList<PageWalkStep> WalkToCr2 { get; init; }

    /// <summary>Reads a virtual processor that does not run.</summary>
    public static unsafe RegisterSnapshot Of(Vcpu vcpu)
    {
        CpuState* state = vcpu.State;
        ulong[] general = new ulong[16];
        for (int i = 0; i < general.Length; i++)
            general[i] = state->Gpr[i];
        MachineFrame root = vcpu.InKernel ? vcpu.KernelRoot : vcpu.UserRoot;
        return new RegisterSnapshot
        {
            General = general,
            Rip = state->Rip,
            Rflags = state->Flags,
            Selectors = [state->Cs, state->Ss, state->Ds, state->Es, state->Fs, state->Gs],
            FsBase = state->FsBase,
            GsBase = state->GsBase,
            Cr2 = vcpu.Info.Cr2,
            RootFrame = root == MachineFrame.Invalid ? null : root.Number,
            InKernel = vcpu.InKernel,
            Code = CodeAt(vcpu, root, state->Rip),
            Trail = TrailOf(state),
            Stack = StackAt(vcpu, root, state->Gpr[4]),
            WalkToRip = PageWalkStep.To(vcpu.Domain.Memory, root, state->Rip),
            WalkToCr2 = vcpu.Info.Cr2 == 0 ? [] : PageWalkStep.To(vcpu.Domain.Memory, root, vcpu.Info.Cr2),
        };
    }

    private static unsafe ulong[] TrailOf(CpuState* state)
    {
        uint count = Math.Min(state->TrailIndex, CpuState.TrailLength);
        ulong[] trail = new ulong[count];
        for (uint i = 0; i < count; i++)
            trail[i] = state->Trail[(state->TrailIndex - 1 - i) % CpuState.TrailLength];
        return trail;
    }

    private static byte[] CodeAt(Vcpu vcpu, MachineFrame root, ulong rip)
    {
        const int longest = 15;
        var code = new List<byte>(longest);
        while (code.Count < longest && TryReadByte(vcpu, root, rip + (ulong)code.Count, AccessKind.Execute, out byte value))
            code.Add(value);
        return [.. code];
    }

    private static ulong[] StackAt(Vcpu vcpu, MachineFrame root, ulong rsp)
    {
        var words = new List<ulong>(StackWords);
        while (words.Count < StackWords)
        {
            ulong word = 0;
            for (int i = 0; i < sizeof(ulong); i++)
            {
                if (!TryReadByte(vcpu, root, rsp + (ulong)((words.Count * sizeof(ulong)) + i), AccessKind.Read, out byte value))
                    return [.. words];
                word |= (ulong)value << (8 * i);
            }

            words.Add(word);
        }

        return [.. words];
    }

    private static bool TryReadByte(Vcpu vcpu, MachineFrame root, ulong address, AccessKind access, out byte value)
    {
        value = 0;
        var place = new VirtualAddress(address);
        if (root == MachineFrame.Invalid || !place.IsCanonical)
            return false;
        Translation found = PageWalker.Walk(vcpu.Domain.Memory, root, place, access, user: true, setBits: false);
        if (!found.Success)
            return false;
        value = vcpu.Domain.Memory.Span(found.Frame)[(int)(address & GuestMemory.FrameMask)];
        return true;
    }
}
