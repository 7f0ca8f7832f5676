using NUnit.Framework;
using M = Iced.Intel.Mnemonic;

namespace Rebound.Jit.Tests.Oracle;

/// <content>SSE2 moves and integer arithmetic, and the extensions of the latter up to SSE4.2.</content>
public sealed partial class InstructionOracleTests
{
    [Test]
    public void Vector_moves() => Check(m => m is M.Movaps or M.Movups or M.Movapd or M.Movupd or M.Movdqa or M.Movdqu or M.Movd or M.Movq or M.Movss or M.Movsd
        or M.Movlps or M.Movhps or M.Movlpd or M.Movhpd or M.Movhlps or M.Movlhps or M.Movntdq or M.Movntps or M.Movntpd or M.Movmskps or M.Movmskpd
        or M.Pmovmskb or M.Maskmovdqu,
        filter: f => !f.Instruction.IsStringInstruction);

    [Test]
    public void Vector_arithmetic() => Check(m => m is M.Paddb or M.Paddw or M.Paddd or M.Paddq or M.Psubb or M.Psubw or M.Psubd or M.Psubq
        or M.Paddsb or M.Paddsw or M.Paddusb or M.Paddusw or M.Psubsb or M.Psubsw or M.Psubusb or M.Psubusw
        or M.Pmullw or M.Pmulhw or M.Pmulhuw or M.Pmuludq or M.Pmaddwd or M.Psadbw or M.Pavgb or M.Pavgw
        or M.Pmaxub or M.Pmaxsw or M.Pminub or M.Pminsw
        or M.Pcmpeqb or M.Pcmpeqw or M.Pcmpeqd or M.Pcmpgtb or M.Pcmpgtw or M.Pcmpgtd);

    [Test]
    public void Vector_logic_shifts_and_shuffles() => Check(m => m is M.Pand or M.Pandn or M.Por or M.Pxor or M.Andps or M.Andpd or M.Andnps or M.Andnpd
        or M.Orps or M.Orpd or M.Xorps or M.Xorpd
        or M.Psllw or M.Pslld or M.Psllq or M.Pslldq or M.Psrlw or M.Psrld or M.Psrlq or M.Psrldq or M.Psraw or M.Psrad
        or M.Pshufd or M.Pshufhw or M.Pshuflw or M.Shufps or M.Shufpd or M.Pinsrw or M.Pextrw
        or M.Punpcklbw or M.Punpcklwd or M.Punpckldq or M.Punpcklqdq or M.Punpckhbw or M.Punpckhwd or M.Punpckhdq or M.Punpckhqdq
        or M.Packsswb or M.Packssdw or M.Packuswb or M.Unpcklps or M.Unpcklpd or M.Unpckhps or M.Unpckhpd);

    [Test]
    public void Vector_extensions() => Check(m => m is M.Pabsb or M.Pabsw or M.Pabsd or M.Palignr or M.Pblendw or M.Pblendvb or M.Pcmpeqq or M.Pcmpgtq
        or M.Pextrb or M.Pextrd or M.Pextrq or M.Extractps or M.Pinsrb or M.Pinsrd or M.Pinsrq
        or M.Phaddw or M.Phaddd or M.Phaddsw or M.Phsubw or M.Phsubd or M.Phsubsw or M.Pmaddubsw or M.Pmulhrsw or M.Pmulld or M.Pmuldq
        or M.Pmaxsb or M.Pmaxsd or M.Pmaxuw or M.Pmaxud or M.Pminsb or M.Pminsd or M.Pminuw or M.Pminud or M.Packusdw
        or M.Pmovsxbw or M.Pmovsxbd or M.Pmovsxbq or M.Pmovsxwd or M.Pmovsxwq or M.Pmovsxdq
        or M.Pmovzxbw or M.Pmovzxbd or M.Pmovzxbq or M.Pmovzxwd or M.Pmovzxwq or M.Pmovzxdq
        or M.Pshufb or M.Psignb or M.Psignw or M.Psignd or M.Ptest or M.Lddqu or M.Movntdqa or M.Movddup or M.Movshdup or M.Movsldup);
}
