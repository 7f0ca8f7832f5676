using Iced.Intel;

namespace Rebound.GuestImages.Building;

/// <summary>What a register can be loaded with: a constant, a 64-bit register, or eight bytes of memory.</summary>
internal readonly struct Value
{
    private readonly ulong _constant;
    private readonly AssemblerRegister64? _register;
    private readonly AssemblerMemoryOperand? _memory;

    private Value(ulong constant, AssemblerRegister64? register, AssemblerMemoryOperand? memory)
    {
        _constant = constant;
        _register = register;
        _memory = memory;
    }

    public static implicit operator Value(ulong constant) => new(constant, null, null);

    public static implicit operator Value(int constant) => new(unchecked((ulong)constant), null, null);

    public static implicit operator Value(AssemblerRegister64 register) => new(0, register, null);

    public static implicit operator Value(AssemblerMemoryOperand memory) => new(0, null, memory);

    /// <summary>Emits the load into <paramref name="target"/>; no flag changes.</summary>
    public void LoadInto(Assembler code, AssemblerRegister64 target)
    {
        if (_memory is { } memory) code.mov(target, memory);
        else if (_register is not { } register) code.mov(target, _constant);
        else if (register != target) code.mov(target, register);
    }
}
