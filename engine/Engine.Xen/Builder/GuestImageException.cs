namespace Rebound.Engine.Xen.Builder;

/// <summary>A kernel image or ramdisk that cannot be started. The message is one line, meant for the user.</summary>
public sealed class GuestImageException : Exception
{
    public GuestImageException()
    {
    }

    public GuestImageException(string message)
        : base(message)
    {
    }

    public GuestImageException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
