using System.Runtime.InteropServices;
using Rebound.Benchmarks.Guest;
using Rebound.Jit.Cpu;

namespace Rebound.Benchmarks.Vectors;

/// <summary>One program three times: natively in this process, compiled and interpreted on flat machines. Each side has data of its own.</summary>
public sealed unsafe class VectorSides : IDisposable
{
    private const int DataBytes = 1 << 18;
    private const int Page = 4096;

    private readonly VectorProgram _program;
    private readonly NativeCode _native;
    private readonly GuestFunction _compiled;
    private readonly GuestFunction _interpreted;
    private readonly byte* _data;

    /// <exception cref="InvalidOperationException">gcc refuses the source.</exception>
    public VectorSides(VectorProgram program)
    {
        _program = program;
        byte[] code = VectorCompiler.Build(program);
        _native = new NativeCode(code);
        _compiled = new GuestFunction(code, new ExecutionOptions { Tier = Tier.Jit }, DataBytes / Page);
        _interpreted = new GuestFunction(code, new ExecutionOptions { Tier = Tier.Interpreter }, DataBytes / Page);
        _data = (byte*)NativeMemory.AlignedAlloc(DataBytes, Page);
        Refill();
    }

    public ulong Native(int turns) => _native.Call((nint)_data, (ulong)turns);

    public ulong Compiled(int turns) => _compiled.Call(GuestFunction.DataAddress, (ulong)turns);

    public ulong Interpreted(int turns) => _interpreted.Call(GuestFunction.DataAddress, (ulong)turns);

    /// <summary>Gives all sides the same data to begin with.</summary>
    public void Refill()
    {
        byte[] bytes = VectorData.For(_program, DataBytes);
        bytes.CopyTo(new Span<byte>(_data, DataBytes));
        _compiled.Machine.Store(GuestFunction.DataAddress, bytes);
        _interpreted.Machine.Store(GuestFunction.DataAddress, bytes);
    }

    /// <summary>Runs a few turns on all sides from the same data and compares digests and every byte of the data.</summary>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    public void Verify()
    {
        const int turns = 2;
        Refill();
        ulong expected = Native(turns);
        byte[] left = new Span<byte>(_data, DataBytes).ToArray();
        Check("compiled", Compiled(turns), _compiled);
        Check("interpreted", Interpreted(turns), _interpreted);

        void Check(string side, ulong digest, GuestFunction function)
        {
            if (digest != expected || !function.Machine.Load(GuestFunction.DataAddress, DataBytes).AsSpan().SequenceEqual(left))
                throw new InvalidOperationException($"{_program.Name}: {side} gives 0x{digest:x}, native 0x{expected:x}, or other data");
        }
    }

    public void Dispose()
    {
        _native.Dispose();
        _compiled.Dispose();
        _interpreted.Dispose();
        NativeMemory.AlignedFree(_data);
    }
}
