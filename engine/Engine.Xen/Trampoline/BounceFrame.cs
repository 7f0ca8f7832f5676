using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Exits;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Trampoline;

/// <summary>
/// The one routine behind syscalls, exceptions, events and NMIs (create_bounce_frame): it pushes the interrupted state on the
/// guest kernel's stack and makes the registers those of the handler. What differs between releases comes from the
/// <see cref="ReleaseProfile"/>; the registers rcx and r11 are pushed as saved and left alone, because the exit loads them.
/// </summary>
public static unsafe class BounceFrame
{
    private const int MaximumWords = 11;
    private const ulong ClearedFlags = Rflags.TF | Rflags.NT | Rflags.RF | Rflags.VM;

    /// <summary>First start of a frame above Xen's part that is accepted.</summary>
    private const ulong LowestStartAboveXen = VirtualLayout.HypervisorEnd + 0x40;

    /// <summary>Pushes the frame; crashes the domain if there is no handler or its stack cannot take the frame.</summary>
    public static void Push(Vcpu vcpu, in FrameRequest request)
    {
        Domain domain = vcpu.Domain;
        CpuState* state = vcpu.State;
        bool wasKernel = vcpu.InKernel;
        ulong savedFlags = vcpu.SavedFlags;
        var interrupted = new InterruptedState(
            state->Rip,
            savedFlags,
            state->Gpr[Register.Rsp],
            request.Hardware?.Rcx ?? state->Gpr[Register.Rcx],
            request.Hardware?.R11 ?? state->Gpr[Register.R11],
            state->Cs,
            wasKernel);

        ulong start = wasKernel ? state->Gpr[Register.Rsp] : vcpu.KernelSp;
        Span<ulong> words = stackalloc ulong[MaximumWords];
        int count = Compose(vcpu, request, savedFlags, words);
        if (!wasKernel)
            vcpu.ToggleMode();

        start &= ~15UL;
        ulong stackPointer = start - ((ulong)count * 8);
        if (!IsAcceptable(start, domain.Profile))
        {
            domain.Crash(vcpu, $"{Describe(request)} at RIP 0x{interrupted.Rip:x}: the kernel stack 0x{start:x} lies in Xen's address range");
            return;
        }

        if (!Store(vcpu, stackPointer, words[..count]))
        {
            domain.Crash(
                vcpu, $"{Describe(request)} at RIP 0x{interrupted.Rip:x}: the frame cannot be written to the kernel stack at 0x{stackPointer:x}");
            return;
        }

        if (request.MasksEvents)
            vcpu.Info.UpcallMasked = true;
        if (request.Handler == 0)
        {
            domain.Crash(vcpu, $"{Describe(request)} at RIP 0x{interrupted.Rip:x}: the guest has registered no handler");
            return;
        }

        ulong cleared = ClearedFlags | (domain.Profile.HandlerClearsAlignmentCheck ? Rflags.AC : 0);
        ulong handlerFlags = savedFlags & ~cleared;
        vcpu.SavedFlags = request.Kind is FrameKind.Syscall or FrameKind.Syscall32
            ? AdjustSyscallFlags(domain.Profile, handlerFlags, stackPointer)
            : handlerFlags;
        state->Rip = request.Handler;
        state->Cs = Selectors.Code64;
        state->Ss = Selectors.Stack;
        state->Gpr[Register.Rsp] = stackPointer;
        vcpu.ReturnsBySysret = true;
        if (domain.FrameObserver is { } observer)
            Report(observer, vcpu, request, interrupted, words[..count]);
    }

    private static int Compose(Vcpu vcpu, in FrameRequest request, ulong savedFlags, Span<ulong> words)
    {
        CpuState* state = vcpu.State;
        int i = 0;
        words[i++] = state->Gpr[Register.Rcx];
        words[i++] = state->Gpr[Register.R11];
        if (request.Kind == FrameKind.Failsafe)
        {
            words[i++] = state->Ds;
            words[i++] = state->Es;
            words[i++] = state->Fs;
            words[i++] = state->Gs;
        }
        else if (request.ErrorCode is uint code)
        {
            words[i++] = code;
        }

        ushort cs = (ushort)(vcpu.InKernel ? state->Cs & ~3 : state->Cs);
        words[i++] = state->Rip;
        words[i++] = cs | ((ulong)vcpu.Info.UpcallMaskWord << 32);
        words[i++] = FlagsWord(vcpu, savedFlags);
        words[i++] = state->Gpr[Register.Rsp];
        words[i++] = state->Ss;
        return i;
    }

    /// <summary>RFLAGS with the virtual interrupt flag and, where the release has it, the virtual IOPL.</summary>
    private static ulong FlagsWord(Vcpu vcpu, ulong flags)
    {
        flags &= ~Rflags.IF;
        if (!vcpu.Info.UpcallMasked)
            flags |= Rflags.IF;
        if (!vcpu.Domain.Profile.VirtualIoplAssist)
            return flags;
        flags &= ~Rflags.Iopl;
        return vcpu.Domain.Assists(VmAssistType.ArchitecturalIopl) ? flags | ((ulong)vcpu.VirtualIopl << 12) : flags;
    }

    private static ulong AdjustSyscallFlags(ReleaseProfile profile, ulong flags, ulong stackPointer) => profile.SyscallHandlerFlags switch
    {
        SyscallHandlerFlags.DirectionCleared => flags & ~Rflags.DF,

        // The mask register was reused for the stack pointer on the way.
        SyscallHandlerFlags.AndedWithStackPointer => flags & (uint)stackPointer,
        _ => flags,
    };

    private static bool IsAcceptable(ulong start, ReleaseProfile profile) =>
        start < VirtualLayout.HypervisorStart
        || start >= LowestStartAboveXen
        || (start == VirtualLayout.HypervisorStart && profile.StackMayStartAtHypervisor);

    private static bool Store(Vcpu vcpu, ulong address, ReadOnlySpan<ulong> words)
    {
        ReadOnlySpan<byte> bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(words);
        if ((address & GuestMemory.FrameMask) + (ulong)bytes.Length > GuestMemory.FrameSize || !VirtualLayout.IsGuestRange(address, (ulong)bytes.Length))
            return vcpu.Guest.TryWrite(address, bytes);

        // The usual case goes through the TLB of the kernel view.
        vcpu.Cpu.AllowCodeWrites = true;
        byte* host = vcpu.Cpu.TryPointer(address, bytes.Length, AccessKind.Write);
        vcpu.Cpu.AllowCodeWrites = false;
        if (host == null)
        {
            vcpu.State->Exit = ExitReason.None;
            return false;
        }

        bytes.CopyTo(new Span<byte>(host, bytes.Length));
        return true;
    }

    private static void Report(
        IFrameObserver observer, Vcpu vcpu, in FrameRequest request, in InterruptedState interrupted, ReadOnlySpan<ulong> words)
    {
        CpuState* state = vcpu.State;
        ReadOnlySpan<string> names = NamesOf(request);
        var list = new FrameWord[words.Length];
        for (int i = 0; i < list.Length; i++)
            list[i] = new FrameWord(names[i], words[i]);
        ulong live = GuestReturn.ExitFlags(vcpu);
        observer.OnFrame(new FrameReport(
            vcpu, request.Kind, request.Vector, vcpu.Domain.Profile.Name, interrupted, list,
            state->Gpr[Register.Rsp], request.Handler, request.Handler, live, live | Rflags.Fixed));
    }

    private static ReadOnlySpan<string> NamesOf(in FrameRequest request) => request switch
    {
        { Kind: FrameKind.Failsafe } => (string[])["RCX", "R11", "DS", "ES", "FS", "GS", "RIP", "CS", "RFLAGS", "RSP", "SS"],
        { ErrorCode: not null } => (string[])["RCX", "R11", "ERROR", "RIP", "CS", "RFLAGS", "RSP", "SS"],
        _ => (string[])["RCX", "R11", "RIP", "CS", "RFLAGS", "RSP", "SS"],
    };

    private static string Describe(in FrameRequest request) => request.Kind switch
    {
        FrameKind.Exception => ExceptionVector.Name(request.Vector) + (request.ErrorCode is uint code ? $" (error 0x{code:x})" : ""),
        FrameKind.SoftwareInterrupt => $"INT 0x{request.Vector:x2}",
        FrameKind.Nmi => "NMI",
        _ => request.Kind.ToString().ToLowerInvariant(),
    };
}
