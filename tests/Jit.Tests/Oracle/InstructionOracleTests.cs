using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using M = Iced.Intel.Mnemonic;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>Every form of every instruction the engine claims, from many states, against the host's processor.</summary>
[TestFixture(Tier.Interpreter)]
[TestFixture(Tier.Jit)]
[Category("Oracle")]
public sealed partial class InstructionOracleTests(Tier tier)
{
    private const int StatesWithoutMemory = 60;
    private const int StatesWithMemory = 96;

    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [Test]
    public void Arithmetic_and_logic() => Check(m => m is M.Add or M.Adc or M.Sub or M.Sbb or M.And or M.Or or M.Xor or M.Cmp or M.Test or M.Inc or M.Dec
        or M.Neg or M.Not or M.Xadd);

    [Test]
    public void Multiplication_and_division() => Check(m => m is M.Mul or M.Imul or M.Div or M.Idiv or M.Mulx);

    [Test]
    public void Shifts_and_rotates() => Check(m => m is M.Shl or M.Sal or M.Shr or M.Sar or M.Rol or M.Ror or M.Rcl or M.Rcr or M.Shld or M.Shrd
        or M.Rorx or M.Sarx or M.Shlx or M.Shrx);

    [Test]
    public void Bits() => Check(m => m is M.Bt or M.Bts or M.Btr or M.Btc or M.Bsf or M.Bsr or M.Popcnt or M.Lzcnt or M.Tzcnt or M.Andn or M.Bextr
        or M.Blsi or M.Blsmsk or M.Blsr or M.Bzhi or M.Pdep or M.Pext or M.Bswap);

    [Test]
    public void Moves_and_conversions() => Check(m => m is M.Mov or M.Movzx or M.Movsx or M.Movsxd or M.Movbe or M.Lea or M.Xchg or M.Cbw or M.Cwde or M.Cdqe
        or M.Cwd or M.Cdq or M.Cqo or M.Xlatb or M.Movnti);

    [Test]
    public void Compare_and_exchange() => Check(m => m is M.Cmpxchg or M.Cmpxchg8b or M.Cmpxchg16b);

    [Test]
    public void Conditions() => Check(m => Enum.GetName(m) is { } name && (name.StartsWith("Set", StringComparison.Ordinal) || name.StartsWith("Cmov", StringComparison.Ordinal)));

    [Test]
    public void Strings() => Check(m => m is M.Movsb or M.Movsw or M.Movsd or M.Movsq or M.Stosb or M.Stosw or M.Stosd or M.Stosq
        or M.Lodsb or M.Lodsw or M.Lodsd or M.Lodsq or M.Cmpsb or M.Cmpsw or M.Cmpsd or M.Cmpsq or M.Scasb or M.Scasw or M.Scasd or M.Scasq,
        states: 120,
        filter: f => f.Instruction.IsStringInstruction);

    [Test]
    public void Stack_and_flags() => Check(m => m is M.Push or M.Pop or M.Pushf or M.Pushfq or M.Popf or M.Popfq or M.Lahf or M.Sahf or M.Enter or M.Leave
        or M.Clc or M.Stc or M.Cmc or M.Cld or M.Std);

    [Test]
    public void Fences_and_hints() => Check(m => m is M.Nop or M.Pause or M.Lfence or M.Mfence or M.Sfence or M.Prefetchnta or M.Prefetcht0 or M.Prefetcht1
        or M.Prefetcht2 or M.Prefetchw or M.Endbr64);

    private void Check(Func<Mnemonic, bool> mnemonics, int states = 0, Func<InstructionForm, bool>? filter = null)
    {
        FormStates source = new(42);
        List<OracleGroup> groups = [];
        foreach (InstructionForm form in InstructionForms.All(mnemonics))
        {
            if (KnownDifferences.IsExcluded(form.Instruction) || (filter != null && !filter(form)))
                continue;
            OracleGroup group = new()
            {
                Name = form.Name,
                Code = [.. form.Bytes, 0xcc],
                UndefinedFlags = FlagRules.Undefined(form.Instruction),
                UndefinedFlagsAtFault = KnownDifferences.FlagsAtFault(form.Instruction),
                IsFaultAddressOpen = KnownDifferences.IsFaultOrderOpen(form.Instruction),
            };
            int count = states != 0 ? states : form.Addressing == Addressing.None ? StatesWithoutMemory : StatesWithMemory;
            for (int i = 0; i < count; i++)
                group.Cases.Add(source.For(form, i));
            groups.Add(group);
        }

        TestContext.Out.WriteLine($"{groups.Count} forms");
        _session.Check(groups);
        if (tier == Tier.Jit)
            Assert.That(_session.Engine.Machine.Core.Statistics.RegionsCompiled, Is.GreaterThanOrEqualTo(groups.Count), "every form is compiled");
    }
}
