using Iced.Intel;

namespace Rebound.Jit.Lift;

/// <content>How rows become the table.</content>
internal static partial class InstructionTable
{
    /// <summary>Collects rows. A row for a code takes precedence over its mnemonic's; two rows for the same key are an error.</summary>
    private sealed class Rows
    {
        private readonly Dictionary<Mnemonic, LiftMethod> _mnemonics = [];
        private readonly Dictionary<Code, LiftMethod> _codes = [];

        public void Add(Mnemonic mnemonic, LiftMethod method) => _mnemonics.Add(mnemonic, method);

        /// <summary>An SSE instruction and its VEX-encoded form, which has the same name with a V in front.</summary>
        public void AddWithVex(Mnemonic mnemonic, LiftMethod method)
        {
            Add(mnemonic, method);
            Add(Enum.Parse<Mnemonic>("V" + mnemonic.ToString().ToLowerInvariant(), ignoreCase: true), method);
        }

        public void Add(Code code, LiftMethod method) => _codes.Add(code, method);

        /// <summary>The method for every code, null where there is none.</summary>
        public LiftMethod?[] ByCode()
        {
            LiftMethod?[] methods = new LiftMethod?[Enum.GetValues<Code>().Length];
            for (int i = 0; i < methods.Length; i++)
            {
                Code code = (Code)i;
                // EVEX and the vendors' own encodings share names with VEX, but are other instructions.
                if (code.Encoding() is not (EncodingKind.Legacy or EncodingKind.VEX))
                    continue;
                if (_codes.TryGetValue(code, out LiftMethod? method) || _mnemonics.TryGetValue(code.Mnemonic(), out method))
                    methods[i] = method;
            }

            return methods;
        }
    }
}
