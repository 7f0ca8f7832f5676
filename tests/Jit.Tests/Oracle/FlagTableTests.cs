using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using M = Iced.Intel.Mnemonic;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>
/// Which flags each implemented code reads, writes and keeps, found by executing its forms with every flag flipped, against what the decoder's
/// tables state. Needs no native side: two independent tables must agree.
/// </summary>
[TestFixture]
public sealed class FlagTableTests
{
    private const int FormsPerCode = 6;
    private const int StatesPerForm = 10;

    private static readonly ulong[] Flags = [Rflags.CF, Rflags.PF, Rflags.AF, Rflags.ZF, Rflags.SF, Rflags.OF];

    private EngineSide _engine = null!;

    [OneTimeSetUp]
    public void Start() => _engine = new EngineSide(new OracleLayout(), new ExecutionOptions { Tier = Tier.Interpreter });

    [OneTimeTearDown]
    public void Stop() => _engine.Dispose();

    [Test]
    public void Flags_read_written_and_kept_are_those_of_the_decoders_tables()
    {
        int completed = 0;
        Assert.Multiple(() =>
        {
            foreach (Code code in ImplementedCodes.All)
            {
                if (NotJudged.Reason(code) != null)
                    continue;
                if (Check(code))
                    completed++;
                else
                    Assert.That(NeverCompletes(code), Is.True, $"{code}: no state in which it completes");
            }
        });
        TestContext.Out.WriteLine($"{completed} codes");
        Assert.That(completed, Is.GreaterThan(1000));
    }

    /// <summary>Codes that a user program cannot complete, or does not go on behind.</summary>
    private static bool NeverCompletes(Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        return info.IsPrivileged || code.Mnemonic() is M.Ud0 or M.Ud1 or M.Ud2 or M.Cli or M.Sti or M.In or M.Out or M.Insb or M.Insw or M.Insd
            or M.Outsb or M.Outsw or M.Outsd or M.Hlt or M.Jmp or M.Xsetbv or M.Monitor or M.Mwait or M.Rdmsr or M.Wrmsr or M.Clts or M.Invlpg or M.Swapgs;
    }

    /// <summary>A count of zero keeps the flags: they pass through, which the tables do not call reading.</summary>
    private static bool MayKeepFlags(in Instruction instruction) => instruction.Mnemonic
        is M.Shl or M.Sal or M.Shr or M.Sar or M.Rol or M.Ror or M.Rcl or M.Rcr or M.Shld or M.Shrd || instruction.HasRepPrefix || instruction.HasRepnePrefix;

    /// <summary>Runs a code's forms; false if none completes.</summary>
    private bool Check(Code code)
    {
        FormStates source = new(7 + (int)code);
        ulong readSeen = 0;
        ulong changedSeen = 0;
        ulong readStated = 0;
        ulong writtenStated = 0;
        bool completed = false;
        List<InstructionForm> forms = [.. InstructionForms.OfCode(code)];
        int step = Math.Max(forms.Count / FormsPerCode, 1);
        int states = Math.Max(StatesPerForm, 60 / Math.Max(forms.Count, 1));
        for (int f = 0; f < forms.Count; f += step)
        {
            InstructionForm form = forms[f];
            ulong modified = FlagRules.ToRflags(form.Instruction.RflagsModified);
            ulong read = FlagRules.ToRflags(form.Instruction.RflagsRead);
            // What is undefined may stay as it was.
            ulong passed = (MayKeepFlags(form.Instruction) ? modified : 0) | FlagRules.Undefined(form.Instruction);
            readStated |= read;
            writtenStated |= modified & ~FlagRules.Undefined(form.Instruction);
            OracleGroup group = SystematicCases.Group(form);
            _engine.Load(group);
            for (int i = 0; i < states; i++)
            {
                StartState start = source.For(form, i);
                EndState end = _engine.Run(group, start);
                if (end.Trap != ExceptionVector.Breakpoint)
                    continue;
                completed = true;
                ulong old = start.Rflags;
                changedSeen |= (end.Rflags ^ old) & Rflags.Arithmetic;
                foreach (ulong flag in Flags)
                {
                    start.Rflags = old ^ flag;
                    EndState other = _engine.Run(group, start);
                    start.Rflags = old;
                    ulong influence = (end.Rflags ^ other.Rflags) & Rflags.Arithmetic;
                    bool elsewhere = !IsSame(end, other);
                    if (elsewhere || (influence & ~flag) != 0 || ((influence & flag) != 0 && (modified & flag) != 0))
                        readSeen |= flag;
                    if ((modified & flag) == 0)
                        Assert.That(influence & flag, Is.EqualTo(flag), $"{form.Name}: does not keep flag 0x{flag:x}");
                    else if ((read & flag) == 0 && (passed & flag) == 0)
                        Assert.That(influence & flag, Is.Zero, $"{form.Name}: flag 0x{flag:x} passes through");
                    if ((read & flag) == 0)
                    {
                        Assert.That(elsewhere, Is.False, $"{form.Name}: registers or memory depend on flag 0x{flag:x}");
                        Assert.That(influence & ~flag, Is.Zero, $"{form.Name}: flags depend on flag 0x{flag:x}");
                    }
                }

                Assert.That((end.Rflags ^ old) & Rflags.Arithmetic & ~modified, Is.Zero, $"{form.Name}: changes flags that it should keep");
            }
        }

        if (completed)
        {
            Assert.That(readStated & ~readSeen, Is.Zero, $"{code}: flags that it should read make no difference");
            Assert.That(writtenStated & ~changedSeen, Is.Zero, $"{code}: flags that it should write never change");
        }

        return completed;
    }

    /// <summary>Equal but for the flags.</summary>
    private static bool IsSame(EndState a, EndState b) =>
        a.Trap == b.Trap && a.Rip == b.Rip && a.Gpr.AsSpan().SequenceEqual(b.Gpr)
        && a.Floating.Vectors.AsSpan().SequenceEqual(b.Floating.Vectors) && a.Floating.Stack.AsSpan().SequenceEqual(b.Floating.Stack)
        && a.Floating.Mxcsr == b.Floating.Mxcsr && a.Floating.Fsw == b.Floating.Fsw && a.Floating.Fcw == b.Floating.Fcw && a.Floating.Tags == b.Floating.Tags
        && a.Changes.Count == b.Changes.Count
        && a.Changes.Zip(b.Changes).All(p => p.First.Address == p.Second.Address && p.First.Bytes.AsSpan().SequenceEqual(p.Second.Bytes));
}
