using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>callback_op(cmd, arg): registers one callback.</summary>
internal sealed class CallbackOpCall : IHypercall
{
    public int Number => HypercallNumber.CallbackOp;

    public string Name => "callback_op";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public XenRelease Since => new(3, 0, 3);

    public long Execute(in HypercallContext call) => (uint)call.Arg0 switch
    {
        CallbackOp.Register => Register(call),
        CallbackOp.Unregister => Unregister(call),
        _ => SubCalls.Unknown(call, Name, call.Arg0),
    };

    private static long Register(in HypercallContext call)
    {
        Span<byte> argument = stackalloc byte[CallbackOp.RegisterSize];
        if (!call.Guest.TryRead(call.Arg1, argument))
            return -Errno.EFAULT;
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(argument[CallbackOp.AddressOffset..]);
        bool masks = (BinaryPrimitives.ReadUInt16LittleEndian(argument[CallbackOp.FlagsOffset..]) & CallbackOp.MaskEvents) != 0;
        ReleaseProfile profile = call.Domain.Profile;
        Vcpu vcpu = call.Vcpu;
        if (profile.CanonicalCallbacks && !new VirtualAddress(address).IsCanonical)
            return -Errno.EINVAL;
        switch ((CallbackType)BinaryPrimitives.ReadUInt16LittleEndian(argument))
        {
            case CallbackType.Event:
                vcpu.EventCallback = new Callback(address, MasksEvents: true);
                return 0;
            case CallbackType.Failsafe:
                vcpu.FailsafeCallback = new Callback(address, masks);
                return 0;
            case CallbackType.Syscall:
                vcpu.SyscallCallback = new Callback(address, masks && profile.SyscallMayMaskEvents);
                return 0;
            case CallbackType.Syscall32 when profile.FastCallCallbacks:
                vcpu.Syscall32Callback = new Callback(address, masks);
                return 0;
            case CallbackType.Sysenter or CallbackType.SysenterDeprecated when profile.FastCallCallbacks:
                vcpu.SysenterCallback = new Callback(address, masks);
                return 0;
            case CallbackType.Nmi:
                return NmiCallback.Register(vcpu, address);
            default:
                return -Errno.ENOSYS;
        }
    }

    private static long Unregister(in HypercallContext call)
    {
        if (!call.Guest.TryRead16(call.Arg1, out ushort type))
            return -Errno.EFAULT;
        switch ((CallbackType)type)
        {
            case CallbackType.Nmi:
                return NmiCallback.Unregister(call.Vcpu);
            case CallbackType.Event or CallbackType.Failsafe or CallbackType.Syscall or CallbackType.Sysenter
                or CallbackType.SysenterDeprecated or CallbackType.Syscall32:
                return -Errno.EINVAL;
            default:
                return -Errno.ENOSYS;
        }
    }
}
