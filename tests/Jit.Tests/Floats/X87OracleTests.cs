using System.Buffers.Binary;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Semantics;
using Rebound.Jit.Tests.Oracle;

namespace Rebound.Jit.Tests.Floats;

/// <summary>Every encoding of the x87, register and memory forms, undefined ones included, from states of every kind, against the host's x87.</summary>
[TestFixture(Tier.Interpreter)]
[TestFixture(Tier.Jit)]
[Category("Oracle")]
public sealed class X87OracleTests(Tier tier)
{
    private const int RegisterStates = 150;
    private const int MemoryStates = 250;
    private const int MmxStates = 64;
    private const ulong Place = OracleLayout.Data + 0x400;
    private const byte Int3 = 0xcc;
    private const byte Fwait = 0x9b;

    private static readonly Float80[] Edges = X87Operands.Edges();
    private static readonly ulong[] Edges32 = FloatOperands.Edges(23, 8);
    private static readonly ulong[] Edges64 = FloatOperands.Edges(52, 11);

    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [Test]
    public void Register_forms([Range(0xd8, 0xdf)] int first)
    {
        Random random = new(first);
        List<OracleGroup> groups = [];
        for (int modRm = 0xc0; modRm < 0x100; modRm++)
        {
            if (IsFunction(first, modRm))
                continue;
            groups.Add(Group($"{first:x2} {modRm:x2}", [(byte)first, (byte)modRm], random, RegisterStates, memory: false));
            groups.Add(Group($"{first:x2} {modRm:x2} 9b", [(byte)first, (byte)modRm, Fwait], random, RegisterStates / 4, memory: false));
        }

        _session.Check(groups);
    }

    [Test]
    public void Memory_forms([Range(0xd8, 0xdf)] int first)
    {
        Random random = new(first);
        List<OracleGroup> groups = [];
        for (int operation = 0; operation < 8; operation++)
        {
            // What these store depends on the instruction before: see below.
            if ((first is 0xd9 or 0xdd) && operation == 6)
                continue;
            byte modRm = (byte)((operation << 3) | 3);
            // Of an image across pages the host happens to touch the last byte first.
            bool open = (first is 0xd9 or 0xdd) && operation == 4;
            groups.Add(Group($"{first:x2} {modRm:x2}", [(byte)first, modRm], random, MemoryStates, memory: true, open));
            groups.Add(Group($"66 {first:x2} {modRm:x2}", [0x66, (byte)first, modRm], random, MemoryStates / 4, memory: true, open));
            groups.Add(Group($"{first:x2} {modRm:x2} 9b", [(byte)first, modRm, Fwait], random, MemoryStates / 4, memory: true, open));
        }

        _session.Check(groups);
    }

    /// <summary>The image instructions store what the last instruction was: one with a memory operand goes before.</summary>
    [TestCase(new byte[] { 0xd9, 0x33 })]
    [TestCase(new byte[] { 0x66, 0xd9, 0x33 })]
    [TestCase(new byte[] { 0xdd, 0x33 })]
    [TestCase(new byte[] { 0x66, 0xdd, 0x33 })]
    [TestCase(new byte[] { 0x48, 0x0f, 0xae, 0x03, 0xc7, 0x43, 0x1c, 0, 0, 0, 0 })]
    [TestCase(new byte[] { 0x0f, 0xae, 0x03, 0xc7, 0x43, 0x1c, 0, 0, 0, 0 })]
    [TestCase(new byte[] { 0xd9, 0x33, 0xd9, 0x23, 0xd9, 0xc0, 0x9b })]
    [TestCase(new byte[] { 0xdd, 0x33, 0xdd, 0x23, 0xd9, 0xc0, 0x9b })]
    [TestCase(new byte[] { 0x66, 0xdd, 0x33, 0x66, 0xdd, 0x23, 0xd9, 0xc0, 0x9b })]
    public void Images(byte[] code)
    {
        Random random = new(5);
        byte[][] before =
        [
            // fiadd word [rdi], fdiv qword [rdi + 8], fld tbyte [rdi + 128], fmul dword [rdi + 2 * rcx], fist dword [gs:rdi]
            [0xde, 0x07], [0xdc, 0x77, 0x08], [0xdb, 0xaf, 0x80, 0, 0, 0], [0xd8, 0x0c, 0x4f], [0xd9, 0x07, 0xd8, 0xc1],
        ];
        _session.Check(before.Select(b => Group(Convert.ToHexString([.. b, .. code]), [.. b, .. code], random, MemoryStates, memory: true, faultAddressOpen: true, alignment: 16, cx: 3)));
    }

    /// <summary>Every MMX encoding, register and memory operand, by its opcode bytes.</summary>
    [TestCase("0f", 0x60, 0x6b)]
    [TestCase("0f", 0x6e, 0x6f)]
    [TestCase("480f", 0x6e, 0x6f)]
    [TestCase("0f", 0x70, 0x77)]
    [TestCase("0f", 0x7e, 0x7f)]
    [TestCase("480f", 0x7e, 0x7e)]
    [TestCase("0f", 0xc4, 0xc5)]
    [TestCase("0f", 0xd1, 0xdf)]
    [TestCase("f20f", 0xd6, 0xd6)]
    [TestCase("f30f", 0xd6, 0xd6)]
    [TestCase("0f", 0xe0, 0xef)]
    [TestCase("0f", 0xf1, 0xfe)]
    [TestCase("0f38", 0x00, 0x0b)]
    [TestCase("0f38", 0x1c, 0x1e)]
    [TestCase("0f3a", 0x0f, 0x0f)]
    [TestCase("0f", 0x2a, 0x2a)]
    [TestCase("0f", 0x2c, 0x2d)]
    [TestCase("660f", 0x2a, 0x2a)]
    [TestCase("660f", 0x2c, 0x2d)]
    public void Mmx_forms(string prefix, int first, int last)
    {
        Random random = new(first);
        List<OracleGroup> groups = [];
        for (int opcode = first; opcode <= last; opcode++)
        {
            byte[] start = [.. Convert.FromHexString(prefix), (byte)opcode];
            byte[] immediate = prefix == "0f3a" || (prefix == "0f" && opcode is (>= 0x70 and <= 0x73) or 0xc4 or 0xc5) ? [0] : [];
            foreach (byte modRm in (byte[])[0xc1, 0xd3, 0xe5, 0xf5, 0xfa, 0x03, 0x13, 0x3b])
            {
                byte[] code = opcode == 0x77 ? start : [.. start, modRm, .. immediate];
                if (immediate.Length != 0)
                    code[^1] = (byte)(random.Next(2) == 0 ? random.Next(20) : random.Next(256));
                groups.Add(Group(Convert.ToHexString(code), code, random, MmxStates, memory: modRm < 0xc0, mmx: true));
            }
        }

        _session.Check(groups);
    }

    /// <summary>Transcendental functions, of which only those of one encoding each exist.</summary>
    private static bool IsFunction(int first, int modRm) => first == 0xd9 && modRm is 0xf0 or 0xf1 or 0xf2 or 0xf3 or 0xf9 or 0xfb or 0xfe or 0xff;

    private static OracleGroup Group(string name, byte[] code, Random random, int states, bool memory, bool faultAddressOpen = false, ulong alignment = 1, ulong? cx = null, bool mmx = false)
    {
        OracleGroup group = new() { Name = name, Code = [.. code, Int3], IsFaultAddressOpen = faultAddressOpen };
        for (int i = 0; i < states; i++)
        {
            StartState state = new();
            for (int r = 0; r < 16; r++)
                state.Gpr[r] = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            state.Gpr[4] = OracleLayout.Stack + 0x1000;
            state.Gpr[1] = cx ?? state.Gpr[1];
            state.Gpr[7] = Place + 0x300;
            state.Rflags |= (ulong)random.NextInt64() & Rflags.Arithmetic;
            ulong target = Place + (ulong)random.Next(0x100);
            if (memory)
            {
                target = (i % 16) switch
                {
                    10 => OracleLayout.Data + 0x1000 - (ulong)random.Next(1, 10),
                    11 => OracleLayout.ReadOnly - (ulong)random.Next(1, 10),
                    12 => OracleLayout.ReadOnly + 0x80,
                    13 when alignment == 1 => OracleLayout.Hole - (ulong)random.Next(1, 10),
                    14 => OracleLayout.Hole + 8,
                    15 => 0x0000_8000_0000_1000,
                    _ => target,
                } & ~(alignment - 1);
            }

            state.Gpr[3] = target;
            Patch(state, state.Gpr[7], random);
            if (target is >= OracleLayout.Data and < OracleLayout.ReadOnly - 16)
                Patch(state, target, random);
            Fill(state.Floating, random);
            if (mmx)
                FillVectors(state, random, i);
            group.Cases.Add(state);
        }

        return group;
    }

    /// <summary>Numbers in the vector registers, MXCSR in all roundings and now and then unmasked, and an address for MASKMOVQ.</summary>
    private static void FillVectors(StartState state, Random random, int index)
    {
        for (int i = 0; i < 128; i += 2)
        {
            Span<byte> place = state.Floating.Vectors.AsSpan(4 * i);
            if (random.Next(2) == 0)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(place, FloatOperands.Next(random, Edges64, 0x41d0_0000_0000_0000, 52, 11));
                continue;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(place, (uint)FloatOperands.Next(random, Edges32, 0x4f000000, 23, 8));
            BinaryPrimitives.WriteUInt32LittleEndian(place[4..], (uint)FloatOperands.Next(random, Edges32, 0x3fc00000, 23, 8));
        }

        state.Floating.Mxcsr = (uint)((random.Next(4) << 13) | (random.Next(4) == 0 ? random.Next(64) << 7 : 0x1f80) | (random.Next(2) << 6) | (random.Next(2) << 15));
        // Small counts for shifts by a register.
        if (random.Next(2) == 0)
            BinaryPrimitives.WriteUInt64LittleEndian(state.Floating.Stack.AsSpan(FloatingState.StackBytes * random.Next(8)), (ulong)random.Next(70));
        if (index % 8 == 7)
            state.Gpr[7] = OracleLayout.ReadOnly - (ulong)random.Next(9);
    }

    /// <summary>A memory operand that means something in some format.</summary>
    private static void Patch(StartState state, ulong address, Random random)
    {
        byte[] bytes = new byte[16];
        random.NextBytes(bytes);
        switch (random.Next(6))
        {
            case 0:
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)FloatOperands.Next(random, Edges32, 0x3f800000, 23, 8));
                break;
            case 1 or 2:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, FloatOperands.Next(random, Edges64, 0x3ff0_0000_0000_0000, 52, 11));
                break;
            case 3:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, random.Next(-3, 4));
                break;
            case 4:
                Put(bytes, X87Operands.Next(random, Edges, Edges[random.Next(Edges.Length)]));
                break;
            default:
                // Decimal digits.
                for (int i = 0; i < 10; i++)
                    bytes[i] = (byte)((random.Next(10) << 4) | random.Next(10));
                break;
        }

        state.Patches.Add(new MemoryPatch(address, bytes));
    }

    private static void Put(Span<byte> bytes, Float80 value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value.Significand);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], value.SignExponent);
    }

    private static void Fill(FloatingState state, Random random)
    {
        int masks = random.Next(3) == 0 ? random.Next(64) : 63;
        state.Fcw = (ushort)(masks | 0x40 | (random.Next(16) << 8));
        // Sticky flags; where one is unmasked the exception is pending from the start.
        int flags = random.Next(4) == 0 ? random.Next(64) & (random.Next(8) == 0 ? 63 : masks) : 0;
        int pending = (flags & ~masks) != 0 ? 0x8080 : 0;
        state.Fsw = (ushort)(flags | pending | (random.Next(8) << 11) | (random.Next(2) * 0x4700));
        state.Tags = random.Next(3) switch { 0 => 0xff, 1 => (byte)~(1 << random.Next(8)), _ => (byte)random.Next(256) };
        // Mostly room for a push.
        if (random.Next(2) == 0)
            state.Tags &= (byte)~(1 << ((state.Top - 1) & 7));
        Float80 near = Edges[random.Next(Edges.Length)];
        for (int i = 0; i < 8; i++)
        {
            near = X87Operands.Next(random, Edges, near);
            Put(state.St(i), near);
        }
    }
}
