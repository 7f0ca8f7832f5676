using Iced.Intel;
using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Images;

/// <summary>
/// A user program that makes system calls and nothing else, as many as the command line says in decimal, and a kernel that returns at once:
/// what remains is the round trip itself. For benchmarks.
/// </summary>
internal sealed class SyscallLoop : GuestProgram
{
    private const ulong StackPage = UserSpace.Base + 0x1000, InSyscall = 0x100, UserFlags = 0x202;

    public override string Name => "syscall-loop";

    public override void Emit(KernelBuilder k)
    {
        ulong calls = k.Zero.Reserve(8);
        byte[] program = Program();
        ulong text = k.Data.Bytes([.. program, .. new byte[-program.Length & 4095]], 4096);
        Label parse = k.CreateLabel(), parsed = k.CreateLabel();
        k.Begin();
        k.RegisterCallback(CallbackType.Event, k.IgnoreEvents(), true);
        k.RegisterCallback(CallbackType.Failsafe, k.FailsafeEntry(), true);
        k.RegisterCallback(CallbackType.Syscall, k.Routine("syscall_entry", () => EmitEntry(k, calls)), true);
        ulong stack = k.Zero.Pages() + 4096;
        k.RequiredHypercall("stack_switch", Hypercall.StackSwitch, KernelBuilder.FlatData, stack);
        var space = new UserSpace(k);
        space.Map(UserSpace.Base, text, PageRights.UserText);
        space.Map(StackPage, k.Zero.Pages(), PageRights.UserData);
        k.MakeUserSpace(space);
        ulong tables = k.Data.Words(space.Level4, space.Level3);
        k.UseUserSpace(__qword_ptr[tables], __qword_ptr[tables + 8]);

        k.mov(rsi, __qword_ptr[k.StartInfoPointer]);
        k.lea(rsi, __[rsi + StartInfo.CommandLine]);
        k.xor(r15d, r15d);
        k.Label(ref parse);
        k.movzx(eax, __byte_ptr[rsi]);
        k.sub(eax, '0');
        k.cmp(eax, 9);
        k.ja(parsed);
        k.imul(r15, r15, 10);
        k.add(r15, rax);
        k.inc(rsi);
        k.jmp(parse);
        k.Label(ref parsed);

        k.push((int)KernelBuilder.FlatData);
        k.push((int)(StackPage + 4096));
        k.push((int)UserFlags);
        k.push((int)KernelBuilder.FlatCode);
        k.push((int)UserSpace.Base);
        k.push(0);
        k.xor(eax, eax);
        k.IretHypercall();
    }

    private void EmitEntry(KernelBuilder k, ulong calls)
    {
        Label done = k.CreateLabel();
        k.test(eax, eax);
        k.jnz(done);
        k.inc(__qword_ptr[calls]);
        // over the rcx and r11 words; the rest of the frame is what the hypercall wants
        k.add(rsp, 16);
        k.push((int)InSyscall);
        k.IretHypercall();
        k.Label(ref done);
        k.mov(rbx, __qword_ptr[calls]);
        k.Say($"{Name}: ", Part.Dec(rbx), " round trips");
        k.Shutdown(ShutdownReason.PowerOff);
    }

    private static byte[] Program()
    {
        var user = new UserProgram(UserSpace.Base);
        Label loop = user.CreateLabel();
        user.Label(ref loop);
        user.syscall();
        user.dec(r15);
        user.jnz(loop);
        user.mov(eax, 1);
        user.syscall();
        user.ud2();
        return user.ToBytes();
    }
}
