using System.Text.RegularExpressions;
using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>SIMD floating point against the host's processor: results to the bit, MXCSR, exceptions.</summary>
[TestFixture(Tier.Interpreter, false)]
[TestFixture(Tier.Jit, false)]
[TestFixture(Tier.Jit, true)]
[Category("Oracle")]
public sealed partial class FloatOracleTests(Tier tier, bool portable)
{
    private const int MaskedStates = 60;
    private const int UnmaskedStates = 20;

    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier, Portable = portable });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [Test]
    public void Arithmetic() => Check(["Add", "Sub", "Mul", "Div", "Min", "Max", "Sqrt"]);

    [Test]
    public void Approximations() => Check(["Rcp", "Rsqrt"]);

    [Test]
    public void Sums_and_products_of_neighbours() => Check(["Addsub", "Hadd", "Hsub", "Dp"], 0, 0x31, 0x7f, 0xff, 0xb1, 0x5a);

    [Test]
    public void Comparisons() => Check(["Cmp"], [.. Enumerable.Range(0, 32), 0x48, 0xff]);

    [Test]
    public void Comparisons_into_flags() => Check(["Comis", "Ucomis"]);

    [Test]
    public void To_whole_numbers() => Check(["Round"], [.. Enumerable.Range(0, 16), 0xf9]);

    [Test]
    public void Conversions() => Check(["Cvtdq2", "Cvtps2", "Cvtpd2", "Cvtss2", "Cvtsd2", "Cvtsi2", "Cvttps2", "Cvttpd2", "Cvttss2", "Cvttsd2", "Cvtph2"], 0, 1, 2, 3, 4, 0xf);

    [Test]
    public void Fused() => Check(["Fmadd", "Fmsub", "Fnmadd", "Fnmsub"]);

    private void Check(string[] names, params int[] immediates)
    {
        FloatForms forms = new(7);
        List<OracleGroup> groups = [];
        foreach (Code code in Enum.GetValues<Code>())
        {
            OpCodeInfo info = code.ToOpCode();
            string name = info.Mnemonic.ToString();
            if (info.Encoding == EncodingKind.VEX)
                name = char.ToUpperInvariant(name[1]) + name[2..];
            else if (info.Encoding != EncodingKind.Legacy)
                continue;
            if (!info.IsInstruction || !info.Mode64 || !names.Any(n => IsFloat(name, n)) || code.CpuidFeatures().Any(f => f is CpuidFeature.AVX_NE_CONVERT or CpuidFeature.AVX512F))
                continue;
            bool takesImmediate = Enumerable.Range(0, info.OpCount).Any(i => info.GetOpKind(i) == OpCodeOperandKind.imm8);
            foreach (int immediate in takesImmediate ? immediates : [0])
            {
                foreach (bool memory in (bool[])[false, true])
                {
                    if (forms.TryPick(code, memory, immediate, out Instruction instruction))
                        groups.Add(Group(instruction, forms));
                }
            }
        }

        TestContext.Out.WriteLine($"{groups.Count} forms");
        _session.Check(groups);
    }

    /// <summary>The beginning of a name, and then nothing but operand order and types.</summary>
    private static bool IsFloat(string name, string beginning) =>
        name.StartsWith(beginning, StringComparison.Ordinal) && Types().IsMatch(name.AsSpan(beginning.Length));

    [GeneratedRegex("^(add|sub)?(132|213|231)?[ps]?[sd]$|^(dq|si|ph)$")]
    private static partial Regex Types();

    private static OracleGroup Group(in Instruction instruction, FloatForms forms)
    {
        Writer writer = new();
        Encoder.Create(64, writer).Encode(instruction, OracleLayout.Code);
        OracleGroup group = new() { Name = $"{instruction.Code}: {instruction}", Code = [.. writer.Bytes, 0xcc] };
        for (int i = 0; i < MaskedStates + UnmaskedStates; i++)
            group.Cases.Add(forms.State(i < MaskedStates));
        return group;
    }

    private sealed class Writer : CodeWriter
    {
        public List<byte> Bytes { get; } = [];

        public override void WriteByte(byte value) => Bytes.Add(value);
    }
}
