using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>The smallest useful guest: says where it runs, repeats its command line, and powers off.</summary>
internal class Hello : GuestProgram
{
    private const int VersionNumber = 0, ExtraVersion = 1;

    public override string Name => "hello";

    public override void Emit(KernelBuilder k)
    {
        k.Begin();
        k.Say($"{Name}: a 64-bit Xen PV guest");
        k.mov(r15, __qword_ptr[k.StartInfoPointer]);
        k.lea(rax, __[r15 + StartInfo.Magic]);
        k.Say("start_info magic: ", Part.TextAt(rax));
        k.Hypercall(Hypercall.XenVersion, VersionNumber, 0);
        k.mov(rbx, rax);
        k.movzx(r12d, bx);
        k.shr(ebx, 16);
        ulong extra = k.Zero.Reserve(16);
        k.RequiredHypercall("xen_version", Hypercall.XenVersion, ExtraVersion, extra);
        k.Say("xen version: ", Part.Dec(rbx), ".", Part.Dec(r12), Part.TextAt(extra));
        k.Say("pages: ", Part.Dec(__qword_ptr[r15 + StartInfo.PageCount]));
        k.lea(rax, __[r15 + StartInfo.CommandLine]);
        k.Say("command line: \"", Part.TextAt(rax), "\"");
        k.Say(Name, " done");
        k.Shutdown(ShutdownReason.PowerOff);
    }
}
