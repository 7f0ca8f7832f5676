using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Building;

/// <summary>Kinds of callback (CALLBACKTYPE) that every release since 3.0.3 has.</summary>
internal enum CallbackType : ushort
{
    Event = 0,
    Failsafe = 1,
    Syscall = 2,
}

internal sealed partial class KernelBuilder
{
    /// <summary>The code selector of Xen's for 64-bit code, and the data selector that goes with it.</summary>
    public const ulong FlatCode = 0xe033, FlatData = 0xe02b;

    private const int CallbackRegister = 0;

    /// <summary>Emits the registration of a callback; <paramref name="maskEvents"/> sets the upcall mask at its entry.</summary>
    public void RegisterCallback(CallbackType type, Routine entry, bool maskEvents)
    {
        ulong argument = Data.Words((ulong)type | (maskEvents ? 1ul << 16 : 0), 0);
        StoreAddressOf(entry, argument + 8);
        RequiredHypercall($"registering the {type.ToString().ToLowerInvariant()} callback", Building.Hypercall.CallbackOp,
            CallbackRegister, argument);
    }

    /// <summary>Emits the registration of trap gates.</summary>
    public void SetTrapTable(params ReadOnlySpan<TrapGate> gates)
    {
        var words = new ulong[gates.Length * 2 + 2];
        for (int i = 0; i < gates.Length; i++) words[i * 2] = gates[i].FirstWord;
        ulong table = Data.Words(words);
        for (int i = 0; i < gates.Length; i++) StoreAddressOf(gates[i].Entry, table + (ulong)i * 16 + 8);
        RequiredHypercall("set_trap_table", Building.Hypercall.SetTrapTable, table);
    }

    /// <summary>
    /// An event callback for guests that wait for no event: it takes back what is pending and returns to where it came from.
    /// </summary>
    public Routine IgnoreEvents() => Routine("ignore_events", () =>
    {
        pop(rcx);
        pop(r11);
        mov(__byte_ptr[SharedInfoPage + SharedInfo.UpcallPending], 0);
        mov(__qword_ptr[SharedInfoPage + SharedInfo.PendingSelector], 0);
        push(0);
        IretHypercall();
    });

    /// <summary>A failsafe callback: no guest here gives Xen a bad selector, so it means a broken frame.</summary>
    public Routine FailsafeEntry() => Routine("failsafe_entry", () => Panic("failsafe callback"));
}
