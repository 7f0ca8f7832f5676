namespace Rebound.Engine.Loading;

/// <summary>A kernel file that cannot be unpacked. The message is one line, meant for the user.</summary>
public sealed class KernelFileException : Exception
{
    public KernelFileException()
    {
    }

    public KernelFileException(string message)
        : base(message)
    {
    }

    public KernelFileException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
