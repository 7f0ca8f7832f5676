using System.Runtime.InteropServices;

namespace Rebound.Benchmarks.Vectors;

/// <summary>What the programs work on, the same in every run.</summary>
public static class VectorData
{
    private const int TransformLength = 1024;

    public static byte[] For(VectorProgram program, int length)
    {
        byte[] bytes = new byte[length];
        Span<double> numbers = MemoryMarshal.Cast<byte, double>(bytes.AsSpan());
        Random random = new(7);
        switch (program.Source)
        {
            case "sha256" or "aesctr" or "copy":
                random.NextBytes(bytes);
                break;
            case "fft":
                Fill(numbers[..(2 * TransformLength)], random);
                for (int i = 0; i < TransformLength; i++)
                {
                    numbers[(2 * TransformLength) + i] = Math.Cos(-2 * Math.PI * i / TransformLength);
                    numbers[(3 * TransformLength) + i] = Math.Sin(-2 * Math.PI * i / TransformLength);
                }

                break;
            default:
                Fill(numbers, random);
                break;
        }

        return bytes;
    }

    /// <summary>Numbers between -1 and 1.</summary>
    private static void Fill(Span<double> numbers, Random random)
    {
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = (2 * random.NextDouble()) - 1;
    }
}
