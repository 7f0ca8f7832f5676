using BenchmarkDotNet.Running;
using Rebound.Benchmarks;

if (args is ["ratios", ..])
    return Ratios.Run(args[1..]);
BenchmarkSwitcher.FromAssembly(typeof(Ratios).Assembly).Run(args);
return 0;
