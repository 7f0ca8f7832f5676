namespace Rebound.GuestImages;

/// <summary>A manifest that cannot be used: the message is one line that names the file and the field.</summary>
public sealed class GuestManifestException : Exception
{
    /// <summary>An error without details.</summary>
    public GuestManifestException()
    {
    }

    /// <summary>An error with a message of one line.</summary>
    public GuestManifestException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message of one line and its cause.</summary>
    public GuestManifestException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
