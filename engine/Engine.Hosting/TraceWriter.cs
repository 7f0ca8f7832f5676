using System.Globalization;
using System.Text;
using Rebound.Engine.Abi;
using Rebound.Engine.Loading.Symbols;
using Rebound.Engine.Xen.Events;
using Rebound.Engine.Xen.Exits;
using Rebound.Engine.Xen.Hypercalls;
using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Hosting;

/// <summary>Writes one line for each event of a machine, stamped with the instructions retired: two runs can be compared line by line.</summary>
internal sealed class TraceWriter(TraceCategories categories, Action<string> sink, CpuContext cpu, SymbolTable symbols) : IHypercallObserver, IFrameObserver
{
    private static readonly (string Name, long Value)[] ErrorNames =
    [
        ("EPERM", Errno.EPERM), ("ENOENT", Errno.ENOENT), ("ESRCH", Errno.ESRCH), ("EIO", Errno.EIO), ("E2BIG", Errno.E2BIG),
        ("EAGAIN", Errno.EAGAIN), ("ENOMEM", Errno.ENOMEM), ("EACCES", Errno.EACCES), ("EFAULT", Errno.EFAULT), ("EBUSY", Errno.EBUSY),
        ("EEXIST", Errno.EEXIST), ("ENODEV", Errno.ENODEV), ("EINVAL", Errno.EINVAL), ("ENOSPC", Errno.ENOSPC), ("ENOSYS", Errno.ENOSYS),
        ("ETIME", Errno.ETIME), ("EOPNOTSUPP", Errno.EOPNOTSUPP),
    ];

    public void OnHypercall(in HypercallContext call, string name, long result, long ticks)
    {
        if (!categories.HasFlag(TraceCategories.Hypercalls))
            return;
        string command = CommandOf(call.Number, call.Arg0) ?? FirstOperation(call) ?? FormattableString.Invariant($"0x{call.Arg0:x}");
        Line("hypercall", FormattableString.Invariant(
            $"{name}({command}, 0x{call.Arg1:x}, 0x{call.Arg2:x}, 0x{call.Arg3:x}) = {ResultText(result)} from {At(call.Rip)}{(call.InMulticall ? " in multicall" : "")}"));
    }

    public void OnFrame(FrameReport report)
    {
        InterruptedState from = report.Interrupted;
        string origin = from.InKernel ? "kernel" : "user";
        if (report.Kind is FrameKind.Syscall or FrameKind.Syscall32 or FrameKind.Sysenter)
        {
            if (categories.HasFlag(TraceCategories.Syscalls))
                Line("syscall", FormattableString.Invariant($"{report.Kind}{SyscallText(report)} from {origin} {At(from.Rip)} to {At(report.Handler)}"));
            return;
        }

        if (report.Kind is FrameKind.Event or FrameKind.Nmi)
        {
            if (categories.HasFlag(TraceCategories.Events))
                Line("event", FormattableString.Invariant($"{report.Kind}{PendingPorts(report)} from {origin} {At(from.Rip)} to {At(report.Handler)}"));
            return;
        }

        if (!categories.HasFlag(TraceCategories.Traps))
            return;
        string what = report.Kind switch
        {
            FrameKind.Exception => ExceptionVector.Name(report.Vector),
            FrameKind.SoftwareInterrupt => FormattableString.Invariant($"int 0x{report.Vector:x2}"),
            _ => report.Kind.ToString(),
        };
        var text = new StringBuilder(what);
        foreach (FrameWord word in report.Words)
        {
            if (word.Name == "ERROR")
                text.Append(CultureInfo.InvariantCulture, $" error 0x{word.Value:x}");
        }

        if (report.Kind == FrameKind.Exception && report.Vector == ExceptionVector.PageFault)
            text.Append(CultureInfo.InvariantCulture, $" at 0x{report.Vcpu.Info.Cr2:x}");
        Line("trap", FormattableString.Invariant($"{text} from {origin} {At(from.Rip)} rflags 0x{from.Rflags:x} to {At(report.Handler)}"));
    }

    /// <summary>The processor came back to the hypervisor.</summary>
    public unsafe void OnExit(ExitReason reason)
    {
        if (!categories.HasFlag(TraceCategories.Exits))
            return;
        CpuState* state = cpu.State;
        string what = reason == ExitReason.Exception ? $"{reason} {ExceptionVector.Name(state->ExitVector)}" : reason.ToString();
        Line("exit", $"{what} at {At(state->Rip)}");
    }

    /// <summary>A block of guest code is about to run.</summary>
    public void OnBlock(ulong rip) => Line("block", At(rip));

    private static string PendingPorts(FrameReport report)
    {
        EventChannels events = report.Vcpu.Domain.Events;
        var ports = new List<int>();
        for (int port = 0; events.IsValid((uint)port); port++)
        {
            if (events.IsPending(port) && !events.IsMasked(port))
                ports.Add(port);
        }

        return ports.Count == 0 ? "" : $" for port {string.Join(", ", ports)}";
    }

    private string At(ulong address) =>
        symbols.Describe(address) is { } name ? FormattableString.Invariant($"0x{address:x} ({name})") : FormattableString.Invariant($"0x{address:x}");

    private static unsafe string SyscallText(FrameReport report)
    {
        CpuState* state = report.Vcpu.State;
        return FormattableString.Invariant(
            $" rax=0x{state->Gpr[Register.Rax]:x} rdi=0x{state->Gpr[Register.Rdi]:x} rsi=0x{state->Gpr[Register.Rsi]:x} rdx=0x{state->Gpr[Register.Rdx]:x}");
    }

    /// <summary>The command of mmuext_op's first operation, which is in the guest's memory.</summary>
    private static string? FirstOperation(in HypercallContext call)
    {
        if (call.Number != HypercallNumber.MmuextOp || call.Arg1 == 0 || !call.Guest.TryRead32(call.Arg0, out uint command))
            return null;
        return Enum.GetName((MmuextCommand)command) is { } name ? FormattableString.Invariant($"{name} at 0x{call.Arg0:x}") : null;
    }

    private static string? CommandOf(ulong number, ulong argument) =>
        (int)number switch
        {
            HypercallNumber.SchedOp or HypercallNumber.SchedOpCompat => Enum.GetName((SchedCommand)argument),
            HypercallNumber.EventChannelOp => Enum.GetName((EventChannelCommand)argument),
            HypercallNumber.VcpuOp => Enum.GetName((VcpuCommand)argument),
            HypercallNumber.MemoryOp => Enum.GetName((MemoryCommand)argument),
            HypercallNumber.GrantTableOp => Enum.GetName((GrantTableCommand)argument),
            HypercallNumber.XenVersion => Enum.GetName((XenVersionCommand)argument),
            HypercallNumber.VmAssist => argument switch { VmAssistCommand.Enable => "Enable", VmAssistCommand.Disable => "Disable", _ => null },
            HypercallNumber.CallbackOp => argument switch { CallbackOp.Register => "Register", CallbackOp.Unregister => "Unregister", _ => null },
            _ => null,
        };

    private static string ResultText(long result)
    {
        foreach ((string name, long value) in ErrorNames)
        {
            if (result == -value)
                return "-" + name;
        }

        return result.ToString(CultureInfo.InvariantCulture);
    }

    private void Line(string category, string text) => sink(FormattableString.Invariant($"[{cpu.Retired,12}] {category,-9} {text}"));
}
