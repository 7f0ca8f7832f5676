using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Emulation;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>set_segment_base(which, base): FS, user GS and kernel GS bases, or the user GS selector.</summary>
internal sealed unsafe class SetSegmentBase : IHypercall
{
    private const ulong Fs = 0;
    private const ulong GsUser = 1;
    private const ulong GsKernel = 2;
    private const ulong GsUserSelector = 3;

    public int Number => HypercallNumber.SetSegmentBase;

    public string Name => "set_segment_base";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        Vcpu vcpu = call.Vcpu;
        if (call.Arg0 == GsUserSelector)
        {
            LoadUserSelector(vcpu, (ushort)call.Arg1);
            return 0;
        }

        if (!new VirtualAddress(call.Arg1).IsCanonical)
            return -Errno.EINVAL;
        switch (call.Arg0)
        {
            case Fs:
                vcpu.State->FsBase = call.Arg1;
                return 0;
            case GsUser:
                vcpu.GsBaseUser = call.Arg1;
                return 0;
            case GsKernel:
                vcpu.GsBaseKernel = call.Arg1;
                return 0;
            default:
                return -Errno.EINVAL;
        }
    }

    /// <summary>Loads GS as a selector load would, with the base going to user mode; a bad selector becomes NUL without an error.</summary>
    private static void LoadUserSelector(Vcpu vcpu, ushort selector)
    {
        if (selector > 3)
            selector |= 3;
        if (selector <= 3)
        {
            vcpu.State->Gs = selector;
            return;
        }

        if (!DescriptorTables.TryRead(vcpu, selector, out ulong descriptor) || !Descriptor.IsPresent(descriptor) || !Descriptor.IsReadable(descriptor))
        {
            vcpu.State->Gs = 0;
            return;
        }

        vcpu.State->Gs = selector;
        vcpu.GsBaseUser = Descriptor.BaseOf(descriptor);
    }
}
