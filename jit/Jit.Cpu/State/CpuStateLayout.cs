namespace Rebound.Jit.Cpu;

/// <summary>Byte offsets of <see cref="CpuState"/> fields, for code that addresses the state by pointer.</summary>
public static unsafe class CpuStateLayout
{
    public static int Register(int index) => Offset(s => (byte*)s->Gpr) + (8 * index);

    public static int Vector(int index) => Offset(s => (byte*)s->Vectors) + (CpuState.VectorStride * index);

    public static int Rip { get; } = Offset(s => (byte*)&s->Rip);

    public static int FlagA { get; } = Offset(s => (byte*)&s->FlagA);

    public static int FlagB { get; } = Offset(s => (byte*)&s->FlagB);

    public static int FlagC { get; } = Offset(s => (byte*)&s->FlagC);

    public static int FlagOp { get; } = Offset(s => (byte*)&s->FlagOp);

    public static int SystemFlags { get; } = Offset(s => (byte*)&s->SystemFlags);

    public static int FsBase { get; } = Offset(s => (byte*)&s->FsBase);

    public static int GsBase { get; } = Offset(s => (byte*)&s->GsBase);

    public static int Budget { get; } = Offset(s => (byte*)&s->Budget);

    public static int Tlb { get; } = Offset(s => (byte*)&s->Tlb);

    public static int JumpCache { get; } = Offset(s => (byte*)&s->JumpCache);

    public static int Exit { get; } = Offset(s => (byte*)&s->Exit);

    public static int ExitVector { get; } = Offset(s => (byte*)&s->ExitVector);

    public static int ExitErrorCode { get; } = Offset(s => (byte*)&s->ExitErrorCode);

    public static int ExitHasErrorCode { get; } = Offset(s => (byte*)&s->ExitHasErrorCode);

    public static int SlowSite { get; } = Offset(s => (byte*)&s->SlowSite);

    public static int Trail { get; } = Offset(s => (byte*)s->Trail);

    public static int TrailIndex { get; } = Offset(s => (byte*)&s->TrailIndex);

    private delegate byte* FieldOf(CpuState* state);

    private static int Offset(FieldOf field)
    {
        // Real memory, because taking the address of a fixed buffer touches it.
        byte* memory = stackalloc byte[sizeof(CpuState)];
        CpuState* probe = (CpuState*)memory;
        return (int)(field(probe) - (byte*)probe);
    }
}
