using System.Numerics;
using Rebound.Engine.Abi;
using Rebound.Engine.Tests.Xen;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Exits;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Hostile;

/// <summary>
/// A guest kernel that makes hypercalls at random: numbers, commands, structured arguments in its memory, and pointers to everything that can
/// be pointed at. What it does depends on the seed alone. A guest that dies, or is old, is replaced by a new one.
/// </summary>
internal sealed unsafe class HypercallFuzzer(ulong seed) : IDisposable
{
    private const int CallsPerGuest = 5000;
    private const int ArgumentSize = 384;

    /// <summary>Pages of the guest that arguments are written to: mapped writable at first.</summary>
    private static readonly PseudoPhysicalFrame[] ArgumentPages = [new(0x50), new(0x51), new(0x52)];

    private static readonly int[] Implemented =
    [
        .. Engine.Xen.Hypercalls.HypercallTable.Default.All.Select(static call => call.Number)
            .Where(static number => number is not (HypercallNumber.Iret or HypercallNumber.Multicall)),

        // Where most of the state is.
        HypercallNumber.MmuUpdate, HypercallNumber.MmuextOp, HypercallNumber.MmuextOp, HypercallNumber.GrantTableOp, HypercallNumber.GrantTableOp,
        HypercallNumber.EventChannelOp, HypercallNumber.EventChannelOp, HypercallNumber.MemoryOp, HypercallNumber.UpdateVaMapping,
    ];

    private TestGuest? _guest;
    private ulong _state = seed | 1;
    private int _callsOfGuest;

    /// <summary>A digest of all results, and of every guest's end.</summary>
    public ulong Digest { get; private set; } = 14695981039346656037;

    public long Calls { get; private set; }

    /// <summary>Guests that there have been.</summary>
    public int Guests { get; private set; }

    /// <summary>Calls that did not return an error.</summary>
    public long Successes { get; private set; }

    /// <summary>Guests that Xen has crashed, or that ended themselves.</summary>
    public int Ends { get; private set; }

    /// <summary>Makes one hypercall and returns to the guest.</summary>
    /// <returns>True if the guest is a new one for the next.</returns>
    public bool Step()
    {
        TestGuest guest = _guest ??= NewGuest();
        Vcpu vcpu = guest.Vcpu;
        ulong number = Number();
        ulong argument = Argument(guest);
        WriteArgument(guest, argument);
        if (!vcpu.InKernel)
            vcpu.ToggleMode();
        vcpu.State->Rip = TestGuest.KernelBase + 0x1000;
        vcpu.State->Gpr[Register.Rsp] = TestGuest.StackTop - 0x400;
        Span<ulong> arguments = [Value(guest, argument), Value(guest, argument), Value(guest, argument), Value(guest, argument), Value(guest, argument), 0];
        Shape(number, argument, arguments);
        long result = guest.Call(number, arguments);
        Calls++;
        if (result >= 0)
            Successes++;
        Mix((ulong)result);
        if (Chance(4))
            vcpu.FireTimers();
        if (!guest.Domain.IsDown)
            GuestExits.PrepareEntry(vcpu);
        if (vcpu.RunState != RunState.Running)
        {
            vcpu.Unblock();
            vcpu.Run();
        }

        if (!guest.Domain.IsDown && ++_callsOfGuest < CallsPerGuest)
            return false;
        Retire(guest);
        return true;
    }

    /// <summary>The guest there is now; for looking at its state.</summary>
    public TestGuest Guest => _guest ??= NewGuest();

    public void Dispose() => _guest?.Dispose();

    private static ulong MemoryDigest(TestGuest guest)
    {
        ulong digest = 0;
        for (ulong number = 0; number < guest.Domain.Machine.FrameCount; number++)
        {
            PageInfo page = guest.Domain.Machine[new MachineFrame(number)];
            digest = BitOperations.RotateLeft(digest, 5) ^ (page.References + ((ulong)page.Type << 32) + ((ulong)page.TypeReferences << 40));
        }

        return digest;
    }

    private TestGuest NewGuest()
    {
        _callsOfGuest = 0;
        Guests++;
        var guest = new TestGuest();
        guest.Domain.VmAssists = Next() & 0x3f;
        return guest;
    }

    private void Retire(TestGuest guest)
    {
        if (guest.Domain.IsDown)
            Ends++;
        Mix(MemoryDigest(guest));
        guest.Dispose();
        _guest = null;
    }

    /// <summary>xorshift64*: all that decides is in its 64 bits.</summary>
    private ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 2685821657736338717;
    }

    private bool Chance(int oneIn) => Next() % (ulong)oneIn == 0;

    private ulong Below(ulong limit) => Next() % limit;

    private void Mix(ulong value) => Digest = (Digest ^ value) * 1099511628211;

    private ulong Number() => Below(1000) switch
    {
        0 => Next(),
        1 => (ulong)(Chance(8) ? HypercallNumber.Iret : HypercallNumber.Multicall),
        < 30 => Below(80) is var number and not HypercallNumber.Iret ? number : HypercallNumber.VcpuOp,
        < 70 => HypercallNumber.Multicall,
        _ => (ulong)Implemented[Below((ulong)Implemented.Length)],
    };

    /// <summary>Where the arguments of this call are.</summary>
    private ulong Argument(TestGuest guest)
    {
        ulong page = TestGuest.AddressOf(ArgumentPages[Below((ulong)ArgumentPages.Length)]);
        return page + (Chance(8) ? 4096 - Below(64) : Below(64) * 8);
    }

    private void WriteArgument(TestGuest guest, ulong address)
    {
        Span<byte> bytes = stackalloc byte[ArgumentSize];
        for (int i = 0; i < ArgumentSize; i += 8)
            BitConverter.TryWriteBytes(bytes[i..], Chance(3) ? Below(16) | (Below(16) << 32) : Value(guest, address));
        guest.Vcpu.Guest.TryWrite(address, bytes);
    }

    private ulong Value(TestGuest guest, ulong argument) => Below(16) switch
    {
        0 => 0,
        1 or 2 => Below(16),
        3 => Below(4096),
        4 or 5 => argument + (Below(24) * 8),
        6 => Frame(guest),
        7 or 8 => (Frame(guest) << 12) | Below(0x200),
        9 => (Frame(guest) << 12) | (Below(512) * 8) | Below(4),
        10 => (Frame(guest) << 12) | 0x67,
        11 => TestGuest.KernelBase + (Below(0x90) << 12),
        12 => Chance(2) ? DomainId.Self : Below(3),
        13 => Below(8) | (Below(8) << 16) | (Below(8) << 32) | ((ulong)DomainId.Self << 48),
        14 => Wild(),
        _ => Chance(2) ? ~Below(16) : Next() >> (int)Below(64),
    };

    private ulong Wild() => Below(8) switch
    {
        0 => VirtualLayout.HypervisorStart + Below(1UL << 40),
        1 => 0x8000_0000_0000_0000 + Below(4096),
        2 => VirtualLayout.HypervisorStart - Below(16),
        3 => VirtualLayout.HypervisorEnd - Below(16),
        4 => ulong.MaxValue - Below(16),
        5 => 0x7fff_ffff,
        6 => TestGuest.KernelBase - Below(32),
        _ => Next(),
    };

    private ulong Frame(TestGuest guest) => Below(8) switch
    {
        0 => guest.Mfn(TestGuest.KernelTables[Below(4)]).Number,
        1 => guest.Mfn(TestGuest.UserTables[Below(4)]).Number,
        2 => guest.Domain.SharedInfoFrame.Number,
        3 => Below(guest.Domain.Machine.FrameCount + 8),
        4 => guest.Domain.Grants[0].Number,
        _ => guest.Mfn(new PseudoPhysicalFrame(Below(0x80))).Number,
    };

    /// <summary>Puts pointers and counts where the call expects them, in most cases: otherwise nothing would get beyond -EFAULT.</summary>
    private void Shape(ulong number, ulong argument, Span<ulong> arguments)
    {
        if (Chance(10))
            return;
        switch (number)
        {
            case HypercallNumber.MmuUpdate or HypercallNumber.MmuextOp:
                arguments[0] = argument;
                arguments[1] = Chance(50) ? Next() : Below(6);
                arguments[2] = Chance(2) ? 0 : argument + 256;
                arguments[3] = Chance(20) ? arguments[3] : DomainId.Self;
                break;
            case HypercallNumber.GrantTableOp:
                arguments[0] = Below(14);
                arguments[1] = argument;
                arguments[2] = Chance(50) ? Next() : Below(6);
                break;
            case HypercallNumber.MemoryOp or HypercallNumber.EventChannelOp or HypercallNumber.PhysdevOp or HypercallNumber.XenVersion
                or HypercallNumber.CallbackOp or HypercallNumber.NmiOp:
                arguments[0] = Below(30);
                arguments[1] = argument;
                break;
            case HypercallNumber.SchedOp:
                // The end of the domain is tried too, but seldom: there is more to see in a long life.
                arguments[0] = Chance(100) ? 2 : (Below(8) is var command and not 2 ? command : 3);
                arguments[1] = argument;
                break;
            case HypercallNumber.SchedOpCompat:
                arguments[0] = Chance(100) ? 2 : Below(2);
                break;
            case HypercallNumber.VcpuOp:
                // Taking the only processor down ends the domain.
                ulong operation = Below(16);
                arguments[0] = operation == 2 && !Chance(50) ? 3 : operation;
                arguments[1] = Chance(8) ? Below(4) : 0;
                arguments[2] = argument;
                break;
            case HypercallNumber.Multicall:
                arguments[0] = argument;
                arguments[1] = Below(6);
                break;
            case HypercallNumber.UpdateVaMapping or HypercallNumber.UpdateVaMappingOtherDomain:
                arguments[0] = Chance(4) ? arguments[0] : TestGuest.KernelBase + ((0x54 + Below(0x2c)) << 12);
                break;
            case HypercallNumber.ConsoleIo:
                arguments[0] = Below(3);
                arguments[1] = Below(64);
                arguments[2] = argument;
                break;
        }
    }
}
