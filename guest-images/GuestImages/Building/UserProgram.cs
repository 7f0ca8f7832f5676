using System.Text;
using Iced.Intel;

namespace Rebound.GuestImages.Building;

/// <summary>Code for user mode, assembled for a fixed address; texts stand behind the code and are read RIP-relative.</summary>
internal class UserProgram(ulong address) : Assembler(64)
{
    private readonly List<PlacedText> _texts = [];
    private AssemblerResult? _assembled;

    public ulong Address { get; } = address;

    /// <summary>A text of the program: its operand for LEA, and its length.</summary>
    public (AssemblerMemoryOperand Address, int Length) Text(string text)
    {
        var placed = new PlacedText(text, CreateLabel());
        _texts.Add(placed);
        return (AssemblerRegisters.__[placed.Label], text.Length);
    }

    /// <summary>The program's bytes. After this, <see cref="AddressOf"/> may be called.</summary>
    public byte[] ToBytes()
    {
        foreach (PlacedText text in _texts)
        {
            Label(ref text.Label);
            db(Encoding.ASCII.GetBytes(text.Text + "\0"));
        }

        using var stream = new MemoryStream();
        _assembled = Assemble(new StreamCodeWriter(stream), Address, BlockEncoderOptions.ReturnNewInstructionOffsets);
        return stream.ToArray();
    }

    public ulong AddressOf(in Label label) => _assembled!.Value.GetLabelRIP(label);

    private sealed class PlacedText(string text, Label label)
    {
        public Label Label = label;

        public string Text { get; } = text;
    }
}
