namespace Rebound.Benchmarks.Vectors;

/// <summary>One benchmark of the vector and floating-point units: a C source of perf/programs, how to build it, and what it works on.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Source">File name without ".c".</param>
/// <param name="Flags">What gcc is told beyond what all are told.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="UnitsPerTurn">How many of it one turn does.</param>
/// <param name="Turns">Turns of one measured call: about a millisecond natively.</param>
/// <param name="Features">Flags of /proc/cpuinfo that the host must have to run it natively.</param>
public sealed record VectorProgram(string Name, string Source, string Flags, string Unit, int UnitsPerTurn, int Turns, params string[] Features)
{
    private const string Avx = "-mavx2 -mfma";

    public static IReadOnlyList<VectorProgram> All { get; } =
    [
        new("dgemm, SSE2", "dgemm", "", "multiply-add", 64 * 64 * 64, 8),
        new("dgemm, AVX2 and FMA", "dgemm", Avx, "multiply-add", 64 * 64 * 64, 16, "avx2", "fma"),
        new("FFT, SSE2", "fft", "", "butterfly", 5120, 100),
        new("FFT, AVX2 and FMA", "fft", Avx, "butterfly", 5120, 150, "avx2", "fma"),
        new("n-body, SSE2", "nbody", "", "step", 1, 8000),
        new("n-body, AVX2 and FMA", "nbody", Avx, "step", 1, 8000, "avx2", "fma"),
        new("Mandelbrot, SSE2", "mandelbrot", "", "point", 4096, 4),
        new("Mandelbrot, AVX2 and FMA", "mandelbrot", Avx, "point", 4096, 8, "avx2", "fma"),
        new("SHA-256, integers", "sha256", "", "byte", 4096, 80),
        new("SHA-256, SHA-NI", "sha256", "-msha -msse4.1", "byte", 4096, 400, "sha_ni", "sse4_1"),
        new("AES-128-CTR, AES-NI", "aesctr", "-maes", "byte", 4096, 1000, "aes"),
        new("copy, rep movsb", "copy", "-DSTRING", "byte", 65536, 300),
        new("copy, SSE2", "copy", "", "byte", 65536, 300),
        new("copy, AVX", "copy", "-mavx2", "byte", 65536, 300, "avx2"),
        new("x87 polynomial, quotient, root", "extended", "", "number", 512, 60),
    ];

    public override string ToString() => Name;
}
