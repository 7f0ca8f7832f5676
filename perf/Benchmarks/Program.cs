using BenchmarkDotNet.Running;
using Rebound.Benchmarks;
using Rebound.Benchmarks.Boot;
using Rebound.Benchmarks.Vectors;

if (args is ["ratios", ..])
    return Ratios.Run(args[1..]);
if (args is ["vectors", ..])
    return VectorTable.Run(args[1..]);
if (args is ["boot", ..])
    return BootTable.Run(args[1..]);
BenchmarkSwitcher.FromAssembly(typeof(Ratios).Assembly).Run(args);
return 0;
