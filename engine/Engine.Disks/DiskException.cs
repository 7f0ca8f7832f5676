namespace Rebound.Engine.Disks;

/// <summary>An image or an overlay cannot be used. The message is one line for whoever named it.</summary>
public sealed class DiskException : Exception
{
    public DiskException()
    {
    }

    public DiskException(string message)
        : base(message)
    {
    }

    public DiskException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
