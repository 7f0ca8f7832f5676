using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>grant_table_op(cmd, array, count): the table of what the domain grants, and the use of grants to it.</summary>
internal sealed class GrantTableOp : IHypercall
{
    /// <summary>Bits of the command that Xen keeps for itself while it goes on with a long cache flush.</summary>
    private const uint CommandMask = 0xfff;

    private static readonly XenRelease VersionsSince = new(4, 0, 0);
    private static readonly XenRelease SwapSince = new(4, 2, 0);
    private static readonly XenRelease CacheFlushSince = new(4, 6, 0);

    public int Number => HypercallNumber.GrantTableOp;

    public string Name => "grant_table_op";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        uint number = (uint)call.Arg0 & CommandMask;
        var command = (GrantTableCommand)number;
        if ((int)call.Arg2 < 0 || (command != GrantTableCommand.CacheFlush && (uint)call.Arg0 > CommandMask))
            return -Errno.EINVAL;
        if (!call.Domain.Interfaces.Offers(SinceOf(command)))
            return SubCalls.Unknown(call, Name, number);
        return command switch
        {
            GrantTableCommand.MapGrantRef => GrantBatch.Run(call, 32, GrantMapCalls.Map),
            GrantTableCommand.UnmapGrantRef => GrantBatch.Run(call, 24, GrantMapCalls.Unmap),
            GrantTableCommand.UnmapAndReplace => GrantBatch.Run(call, 24, GrantMapCalls.UnmapAndReplace),
            GrantTableCommand.Transfer => GrantBatch.Run(call, 24, GrantTransferCalls.Transfer),
            GrantTableCommand.Copy => GrantBatch.Run(call, 40, GrantCopyCalls.Copy),
            GrantTableCommand.SwapGrantRef => GrantBatch.Run(call, 12, GrantCopyCalls.Swap),
            GrantTableCommand.CacheFlush => GrantBatch.Run(call, 16, GrantCopyCalls.FlushCache),
            GrantTableCommand.SetupTable => GrantSetupCalls.SetUp(call),
            GrantTableCommand.QuerySize => GrantSetupCalls.Query(call),
            GrantTableCommand.SetVersion => GrantSetupCalls.SetVersion(call),
            GrantTableCommand.GetStatusFrames => GrantSetupCalls.GetStatusFrames(call),
            GrantTableCommand.GetVersion => GrantSetupCalls.GetVersion(call),
            _ => SubCalls.Unknown(call, Name, number),
        };
    }

    private static XenRelease SinceOf(GrantTableCommand command) => command switch
    {
        GrantTableCommand.SetVersion or GrantTableCommand.GetVersion or GrantTableCommand.GetStatusFrames => VersionsSince,
        GrantTableCommand.SwapGrantRef => SwapSince,
        GrantTableCommand.CacheFlush => CacheFlushSince,
        _ => XenReleases.First,
    };
}
