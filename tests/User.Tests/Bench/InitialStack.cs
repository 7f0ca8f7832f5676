using System.Text;

namespace Rebound.User.Tests.Bench;

/// <summary>What a program finds on its stack: arguments, environment and the auxiliary vector of the System V ABI.</summary>
internal static class InitialStack
{
    public const ulong Top = 0x7fff_ffff_e000;
    public const ulong Size = 8 << 20;

    // Types of the auxiliary vector's entries.
    private const ulong ProgramHeaders = 3;
    private const ulong ProgramHeaderSize = 4;
    private const ulong ProgramHeaderCount = 5;
    private const ulong PageSize = 6;
    private const ulong EntryPoint = 9;
    private const ulong UserId = 11;
    private const ulong EffectiveUserId = 12;
    private const ulong GroupId = 13;
    private const ulong EffectiveGroupId = 14;
    private const ulong HardwareCapabilities = 16;
    private const ulong ClockTicks = 17;
    private const ulong Secure = 23;
    private const ulong RandomBytes = 25;
    private const ulong HardwareCapabilities2 = 26;
    private const ulong ProgramName = 31;

    /// <summary>Bit 1 of AT_HWCAP2: RDFSBASE and its like work.</summary>
    private const ulong FsGsBase = 2;

    /// <summary>Maps the stack and fills it.</summary>
    /// <returns>The stack pointer at the program's entry, where argc is.</returns>
    public static ulong Build(AddressSpace memory, ElfProgram program, ProgramStart start, uint capabilities)
    {
        memory.Map(Top - Size, Size, Protection.Read | Protection.Write);
        ulong at = Top - 16;
        ulong name = Push(start.Arguments[0]);
        ulong random = PushBytes([.. Enumerable.Range(1, 16).Select(i => (byte)(i * 37))]);
        ulong[] arguments = [.. start.Arguments.Select(Push)];
        ulong[] environment = [.. start.Environment.Select(pair => Push($"{pair.Key}={pair.Value}"))];
        ulong[] auxiliary =
        [
            ProgramHeaders, program.Headers, ProgramHeaderSize, (ulong)ElfProgram.HeaderSize, ProgramHeaderCount, (ulong)program.HeaderCount,
            PageSize, AddressSpace.PageSize, EntryPoint, program.Entry, UserId, 1000, EffectiveUserId, 1000, GroupId, 1000, EffectiveGroupId, 1000,
            HardwareCapabilities, capabilities, HardwareCapabilities2, FsGsBase, ClockTicks, 100, Secure, 0, RandomBytes, random,
            ProgramName, name, 0, 0,
        ];
        ulong[] words = [(ulong)arguments.Length, .. arguments, 0, .. environment, 0, .. auxiliary];
        at = (at - (ulong)(8 * words.Length)) & ~15ul;
        memory.TryWrite(at, System.Runtime.InteropServices.MemoryMarshal.AsBytes<ulong>(words));
        return at;

        ulong Push(string text) => PushBytes([.. Encoding.UTF8.GetBytes(text), 0]);

        ulong PushBytes(byte[] bytes)
        {
            at -= (ulong)bytes.Length;
            memory.TryWrite(at, bytes);
            return at;
        }
    }
}
