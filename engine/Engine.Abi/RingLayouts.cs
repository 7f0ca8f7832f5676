namespace Rebound.Engine.Abi;

/// <summary>Byte offsets in the console ring page (public/io/console.h).</summary>
public static class ConsoleRingLayout
{
    public const int Input = 0x000;
    public const int InputSize = 1024;
    public const int Output = 0x400;
    public const int OutputSize = 2048;
    public const int InputConsumer = 0xc00;
    public const int InputProducer = 0xc04;
    public const int OutputConsumer = 0xc08;
    public const int OutputProducer = 0xc0c;
    public const int Connection = 0xc10;
}

/// <summary>Byte offsets in the xenstore ring page (public/io/xs_wire.h).</summary>
public static class StoreRingLayout
{
    public const int Request = 0x000;
    public const int Response = 0x400;
    public const int RingSize = 1024;
    public const int RequestConsumer = 0x800;
    public const int RequestProducer = 0x804;
    public const int ResponseConsumer = 0x808;
    public const int ResponseProducer = 0x80c;
    public const int ServerFeatures = 0x810;
    public const int Connection = 0x814;
    public const int Error = 0x818;
}
