namespace Rebound.Jit.Cpu;

/// <summary>What a processor needs from the machine around it, beyond memory. Called on the thread that runs the processor.</summary>
public interface ICpuEnvironment
{
    /// <summary>The time-stamp counter after <paramref name="retired"/> instructions.</summary>
    ulong ReadTimestampCounter(ulong retired);

    /// <summary>CPUID as code at the given privilege sees it.</summary>
    CpuidResult Cpuid(uint leaf, uint subleaf);

    /// <summary>
    /// Reads the 8-byte descriptor that <paramref name="selector"/> names in the GDT or LDT in force.
    /// False if the table's limit excludes it. A selector below 4 (NUL) is never passed.
    /// </summary>
    bool TryReadDescriptor(ushort selector, out ulong descriptor);
}

/// <summary>The four registers that CPUID writes.</summary>
public readonly record struct CpuidResult(uint Eax, uint Ebx, uint Ecx, uint Edx);
