using Iced.Intel;

namespace Rebound.Jit.Lift;

/// <summary>Feeds the decoder from guest memory without copying. The caller keeps the bytes alive while it decodes.</summary>
internal sealed unsafe class PointerCodeReader : CodeReader
{
    private byte* _start;
    private byte* _next;
    private byte* _end;

    /// <summary>Bytes handed out since <see cref="Start"/>.</summary>
    public int Consumed => (int)(_next - _start);

    public void Start(byte* code, int available)
    {
        _start = code;
        _next = code;
        _end = code + available;
    }

    public override int ReadByte() => _next < _end ? *_next++ : -1;
}
