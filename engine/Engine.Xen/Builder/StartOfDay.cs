using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Builder;

/// <summary>What a back end needs to know of a built domain.</summary>
/// <param name="ConsoleFrame">The console ring page.</param>
/// <param name="ConsolePort">Port on the guest's side.</param>
/// <param name="StoreFrame">The xenstore ring page.</param>
/// <param name="StorePort">Port on the guest's side.</param>
/// <param name="Root">The pinned L4.</param>
public sealed record StartOfDay(MachineFrame ConsoleFrame, int ConsolePort, MachineFrame StoreFrame, int StorePort, MachineFrame Root);
