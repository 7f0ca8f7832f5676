namespace Rebound.Engine.Xen.Trampoline;

/// <summary>Told of every frame after it was pushed and before the handler runs.</summary>
public interface IFrameObserver
{
    void OnFrame(FrameReport report);
}
