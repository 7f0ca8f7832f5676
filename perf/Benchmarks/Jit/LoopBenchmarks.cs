using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Rebound.Benchmarks.Guest;
using Rebound.Jit.Cpu;

namespace Rebound.Benchmarks.Jit;

/// <summary>The same machine code natively, compiled and interpreted.</summary>
[ShortRunJob]
public unsafe class LoopBenchmarks
{
    private const int CrcBytes = 4096;
    private const int SieveBytes = 65536;
    private NativeCode _nativeCrc = null!;
    private NativeCode _nativeSieve = null!;
    private GuestFunction _crc = null!;
    private GuestFunction _sieve = null!;
    private byte* _data;

    public enum Side
    {
        Native,
        Compiled,
        Interpreted,
    }

    [ParamsAllValues]
    public Side Runs { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _data = (byte*)NativeMemory.AllocZeroed(SieveBytes);
        _nativeCrc = new NativeCode(GuestPrograms.Crc32());
        _nativeSieve = new NativeCode(GuestPrograms.Sieve());
        ExecutionOptions options = new() { Tier = Runs == Side.Interpreted ? Tier.Interpreter : Tier.Jit };
        _crc = new GuestFunction(GuestPrograms.Crc32(), options);
        _sieve = new GuestFunction(GuestPrograms.Sieve(), options);
        if (_nativeCrc.Call((nint)_data, CrcBytes) != _crc.Call(GuestFunction.DataAddress, CrcBytes)
            || _nativeSieve.Call((nint)_data, SieveBytes) != _sieve.Call(GuestFunction.DataAddress, SieveBytes))
            throw new InvalidOperationException("guest and native results differ");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _crc.Dispose();
        _sieve.Dispose();
        _nativeCrc.Dispose();
        _nativeSieve.Dispose();
        NativeMemory.Free(_data);
    }

    [Benchmark]
    public ulong Crc32() => Runs == Side.Native ? _nativeCrc.Call((nint)_data, CrcBytes) : _crc.Call(GuestFunction.DataAddress, CrcBytes);

    [Benchmark]
    public ulong Sieve() => Runs == Side.Native ? _nativeSieve.Call((nint)_data, SieveBytes) : _sieve.Call(GuestFunction.DataAddress, SieveBytes);
}
