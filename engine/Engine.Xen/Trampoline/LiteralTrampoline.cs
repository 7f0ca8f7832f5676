using System.Buffers.Binary;
using Iced.Intel;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;
using CpuRegister = Rebound.Engine.Xen.Exits.Register;

namespace Rebound.Engine.Xen.Trampoline;

/// <summary>
/// The machine code of an old release's SYSCALL path, in an address space of its own: the trampoline bytes that Xen wrote on each
/// processor's stack page, and syscall_enter up to the saved registers. Any execution core runs it at ring 0 from a SYSCALL at
/// ring 3, and what it leaves on the stack is the evidence that <see cref="BounceFrame"/> is measured against.
/// </summary>
public sealed unsafe class LiteralTrampoline : IDisposable
{
    /// <summary>Page of SYSCALL instructions, two bytes each, that user code starts in.</summary>
    public const ulong UserCode = 0x40_0000;

    private const ulong StackPage = 0xffff_8300_0020_1000;
    private const ulong StackBottom = StackPage + GuestMemory.FrameSize;
    private const int FrameCount = 24;
    private const int MaximumInstructions = 64;
    private const ulong Star = ((ulong)Selectors.Code32 << 48) | (0xe008UL << 32);
    private const ulong Fmask = Rflags.VM | Rflags.RF | Rflags.NT | Rflags.DF | Rflags.IF | Rflags.TF;

    private readonly GuestMemory _memory = new(FrameCount);
    private readonly CpuContext _context;
    private readonly IExecutionCore _core;
    private readonly MachineFrame _root = new(1);
    private readonly MachineFrame _stack;
    private ulong _nextFrame = 2;

    /// <param name="code">Whose path.</param>
    /// <param name="createCore">Makes the processor's execution core; it is disposed with this object.</param>
    public LiteralTrampoline(LiteralCode code, Func<CpuContext, IExecutionCore> createCore)
    {
        Code = code;
        _stack = Map(StackPage, user: false);
        MachineFrame entry = Map(code.SyscallEnter & ~GuestMemory.FrameMask, user: false);
        MachineFrame user = Map(UserCode, user: true);
        TrampolineBytes(code).CopyTo(_memory.WritableSpan(_stack));
        SyscallEnterBytes(code).CopyTo(_memory.WritableSpan(entry)[(int)(code.SyscallEnter & GuestMemory.FrameMask)..]);
        Span<byte> calls = _memory.WritableSpan(user);
        for (int i = 0; i < calls.Length; i += 2)
            (calls[i], calls[i + 1]) = (0x0f, 0x05);
        _context = new CpuContext(_memory, new BareEnvironment(), viewCount: 1);
        _context.SetRoot(0, _root);
        _core = createCore(_context);
    }

    public LiteralCode Code { get; }

    /// <summary>
    /// The bytes Xen wrote at LSTAR. rcx, r11 and rsp are the user's; stores and pushes go to the top of the stack page.
    /// </summary>
    public static byte[] TrampolineBytes(LiteralCode code)
    {
        byte[] stack = new byte[code.JumpsThroughR11 ? 34 : 26];

        // movq %rsp, saved_rsp(%rip)
        (stack[0], stack[1], stack[2]) = (0x48, 0x89, 0x25);
        BinaryPrimitives.WriteInt32LittleEndian(stack.AsSpan(3), (int)(StackBottom - 16 - (StackPage + 7)));

        // leaq saved_rsp(%rip), %rsp
        (stack[7], stack[8], stack[9]) = (0x48, 0x8d, 0x25);
        BinaryPrimitives.WriteInt32LittleEndian(stack.AsSpan(10), (int)(StackBottom - 16 - (StackPage + 14)));

        // pushq %r11
        (stack[14], stack[15]) = (0x41, 0x53);

        // pushq $cs
        stack[16] = 0x68;
        BinaryPrimitives.WriteInt32LittleEndian(stack.AsSpan(17), Selectors.Code64);
        if (!code.JumpsThroughR11)
        {
            // jmp syscall_enter
            stack[21] = 0xe9;
            BinaryPrimitives.WriteInt32LittleEndian(stack.AsSpan(22), (int)(long)(code.SyscallEnter - (StackPage + 26)));
            return stack;
        }

        // movq $syscall_enter, %r11; jmpq *%r11
        (stack[21], stack[22]) = (0x49, 0xbb);
        BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(23), code.SyscallEnter);
        (stack[31], stack[32], stack[33]) = (0x41, 0xff, 0xe3);
        return stack;
    }

    /// <summary>Executes SYSCALL at ring 3 with these registers and returns the frame that stands on Xen's stack then.</summary>
    /// <param name="registers">Sixteen registers in ModRM order; rsp is the user's.</param>
    /// <param name="rip">Address of a SYSCALL in <see cref="UserCode"/>'s page: even.</param>
    /// <param name="rflags">The user's flags, without TF.</param>
    /// <exception cref="InvalidOperationException">The code did not reach its end: the processor is wrong.</exception>
    public LiteralFrame Run(ReadOnlySpan<ulong> registers, ulong rip, ulong rflags)
    {
        _context.Reset();
        CpuState* state = _context.State;
        state->Cpl = 3;
        state->Cr0 = CpuModelBits.Cr0;
        state->Cr4 = CpuModelBits.Cr4;
        state->Efer = CpuModelBits.Efer;
        state->ArchitecturalSyscall = true;
        state->Star = Star;
        state->Lstar = StackPage;
        state->Fmask = Fmask;
        state->Cs = Selectors.Code64;
        state->Ss = Selectors.Stack;
        state->Rip = rip;
        state->Flags = rflags;
        for (int i = 0; i < registers.Length; i++)
            state->Gpr[i] = registers[i];
        _context.UpdateMode();
        ExitReason reason = _core.Run(MaximumInstructions);
        if (reason != ExitReason.Halt)
        {
            throw new InvalidOperationException(
                $"The {Code.Release} trampoline stopped with {reason} ({ExceptionVector.Name(state->ExitVector)}) at 0x{state->Rip:x}.");
        }

        ulong offset = state->Gpr[CpuRegister.Rsp] - StackPage;
        var words = new ulong[LiteralFrame.WordCount];
        for (int i = 0; i < words.Length; i++)
            words[i] = _memory.Read64(_stack.Address + offset + ((ulong)i * sizeof(ulong)));
        return new LiteralFrame(words);
    }

    public void Dispose()
    {
        _core.Dispose();
        _context.Dispose();
        _memory.Dispose();
    }

    /// <summary>syscall_enter to the end of SAVE_ALL; then HLT, where Xen would go on in C.</summary>
    private static byte[] SyscallEnterBytes(LiteralCode code)
    {
        var assembler = new Assembler(64);
        assembler.sti();
        assembler.mov(__dword_ptr[rsp + 24], (uint)Selectors.Stack);
        assembler.push(rcx);
        assembler.push(0);
        assembler.mov(__dword_ptr[rsp + 4], CpuUserRegsLayout.SyscallEntry);
        if (code.ReloadsR11)
            assembler.mov(r11, __[rsp + 24]);
        assembler.cld();
        foreach (AssemblerRegister64 register in (AssemblerRegister64[])
            [rdi, rsi, rdx, rcx, rax, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15])
        {
            assembler.push(register);
        }

        assembler.hlt();
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), code.SyscallEnter);
        return stream.ToArray();
    }

    private MachineFrame Map(ulong address, bool user)
    {
        ulong bits = PageTableEntry.Present | PageTableEntry.Writable | (user ? PageTableEntry.User : 0);
        MachineFrame table = _root;
        for (int level = 4; level >= 1; level--)
        {
            MachineAddress slot = table.Address + (((address >> (3 + (9 * level))) & 511) * 8);
            ulong entry = _memory.Read64(slot);
            if ((entry & PageTableEntry.Present) == 0)
            {
                entry = new MachineFrame(_nextFrame++).Address.Value | bits;
                _memory.Write64(slot, entry);
            }

            table = new MachineAddress(entry & PageTableEntry.AddressMask).Frame;
        }

        return table;
    }

    /// <summary>Nothing around the processor: the code asks for nothing.</summary>
    private sealed class BareEnvironment : ICpuEnvironment
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
