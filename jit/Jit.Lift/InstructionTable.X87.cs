using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>The x87.</content>
internal static partial class InstructionTable
{
#pragma warning disable format // a table: its columns are aligned
    private static void AddX87(Rows rows)
    {
        // Arithmetic
        rows.Add(Mnemonic.Fadd,     l => l.X87Arithmetic());
        rows.Add(Mnemonic.Faddp,    l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fiadd,    l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fmul,     l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fmulp,    l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fimul,    l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fsub,     l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fsubp,    l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fisub,    l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fsubr,    l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fsubrp,   l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fisubr,   l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fdiv,     l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fdivp,    l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fidiv,    l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fdivr,    l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fdivrp,   l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fidivr,   l => l.X87Arithmetic());
        rows.Add(Mnemonic.Fsqrt,    l => l.X87Register(X87Function.Fsqrt));
        rows.Add(Mnemonic.Frndint,  l => l.X87Register(X87Function.Frndint));
        rows.Add(Mnemonic.Fscale,   l => l.X87Register(X87Function.Fscale));
        rows.Add(Mnemonic.Fxtract,  l => l.X87Register(X87Function.Fxtract));
        rows.Add(Mnemonic.Fprem,    l => l.X87Register(X87Function.Fprem));
        rows.Add(Mnemonic.Fprem1,   l => l.X87Register(X87Function.Fprem1));
        rows.Add(Mnemonic.Fchs,     l => l.X87Register(X87Function.Fchs));
        rows.Add(Mnemonic.Fabs,     l => l.X87Register(X87Function.Fabs));

        // Functions
        rows.Add(Mnemonic.F2xm1,    l => l.X87Register(X87Function.F2xm1));
        rows.Add(Mnemonic.Fyl2x,    l => l.X87Register(X87Function.Fyl2x));
        rows.Add(Mnemonic.Fyl2xp1,  l => l.X87Register(X87Function.Fyl2xp1));
        rows.Add(Mnemonic.Fptan,    l => l.X87Register(X87Function.Fptan));
        rows.Add(Mnemonic.Fpatan,   l => l.X87Register(X87Function.Fpatan));
        rows.Add(Mnemonic.Fsin,     l => l.X87Register(X87Function.Fsin));
        rows.Add(Mnemonic.Fcos,     l => l.X87Register(X87Function.Fcos));
        rows.Add(Mnemonic.Fsincos,  l => l.X87Register(X87Function.Fsincos));

        // Comparisons
        rows.Add(Mnemonic.Fcom,     l => l.X87Comparison(0));
        rows.Add(Mnemonic.Fcomp,    l => l.X87Comparison(1));
        rows.Add(Mnemonic.Fcompp,   l => l.X87Comparison(2));
        rows.Add(Mnemonic.Ficom,    l => l.X87Comparison(0));
        rows.Add(Mnemonic.Ficomp,   l => l.X87Comparison(1));
        rows.Add(Mnemonic.Fucom,    l => l.X87Comparison(X87Compare.Quiet));
        rows.Add(Mnemonic.Fucomp,   l => l.X87Comparison(X87Compare.Quiet | 1));
        rows.Add(Mnemonic.Fucompp,  l => l.X87Comparison(X87Compare.Quiet | 2));
        rows.Add(Mnemonic.Ftst,     l => l.X87Comparison(X87Compare.WithZero));
        rows.Add(Mnemonic.Fcomi,    l => l.X87ComparisonToFlags(0));
        rows.Add(Mnemonic.Fcomip,   l => l.X87ComparisonToFlags(1));
        rows.Add(Mnemonic.Fucomi,   l => l.X87ComparisonToFlags(X87Compare.Quiet));
        rows.Add(Mnemonic.Fucomip,  l => l.X87ComparisonToFlags(X87Compare.Quiet | 1));
        rows.Add(Mnemonic.Fxam,     l => l.X87Register(X87Function.Fxam));

        // Moves
        rows.Add(Mnemonic.Fld,      l => l.Fld());
        rows.Add(Mnemonic.Fst,      l => l.Fst(pop: false));
        rows.Add(Mnemonic.Fstp,     l => l.Fst(pop: true));
        rows.Add(Mnemonic.Fstpnce,  l => l.X87Register(X87Function.Fstpnce));
        rows.Add(Mnemonic.Fild,     l => l.Fild());
        rows.Add(Mnemonic.Fist,     l => l.Fist(0));
        rows.Add(Mnemonic.Fistp,    l => l.Fist(X87Store.Pop));
        rows.Add(Mnemonic.Fisttp,   l => l.Fist(X87Store.Pop | X87Store.Truncate));
        rows.Add(Mnemonic.Fbld,     l => l.Fbld());
        rows.Add(Mnemonic.Fbstp,    l => l.Fbstp());
        rows.Add(Mnemonic.Fxch,     l => l.X87Register(X87Function.Fxch));
        rows.Add(Mnemonic.Fcmovb,   l => l.Fcmov(Condition.B));
        rows.Add(Mnemonic.Fcmove,   l => l.Fcmov(Condition.E));
        rows.Add(Mnemonic.Fcmovbe,  l => l.Fcmov(Condition.BE));
        rows.Add(Mnemonic.Fcmovu,   l => l.Fcmov(Condition.P));
        rows.Add(Mnemonic.Fcmovnb,  l => l.Fcmov(Condition.AE));
        rows.Add(Mnemonic.Fcmovne,  l => l.Fcmov(Condition.NE));
        rows.Add(Mnemonic.Fcmovnbe, l => l.Fcmov(Condition.A));
        rows.Add(Mnemonic.Fcmovnu,  l => l.Fcmov(Condition.NP));
        rows.Add(Mnemonic.Fld1,     l => l.X87Register(X87Function.Fld1));
        rows.Add(Mnemonic.Fldl2t,   l => l.X87Register(X87Function.Fldl2t));
        rows.Add(Mnemonic.Fldl2e,   l => l.X87Register(X87Function.Fldl2e));
        rows.Add(Mnemonic.Fldpi,    l => l.X87Register(X87Function.Fldpi));
        rows.Add(Mnemonic.Fldlg2,   l => l.X87Register(X87Function.Fldlg2));
        rows.Add(Mnemonic.Fldln2,   l => l.X87Register(X87Function.Fldln2));
        rows.Add(Mnemonic.Fldz,     l => l.X87Register(X87Function.Fldz));

        // Control. FNENI, FNDISI and FNSETPM are left over from the 8087 and the 287.
        rows.Add(Mnemonic.Fnop,     l => l.X87Register(X87Function.Nop));
        rows.Add(Mnemonic.Ffree,    l => l.X87Register(X87Function.Ffree));
        rows.Add(Mnemonic.Ffreep,   l => l.X87Register(X87Function.Ffreep));
        rows.Add(Mnemonic.Fincstp,  l => l.X87Register(X87Function.Fincstp));
        rows.Add(Mnemonic.Fdecstp,  l => l.X87Register(X87Function.Fdecstp));
        rows.Add(Mnemonic.Fneni,    l => l.X87(X87Operation.Obsolete));
        rows.Add(Mnemonic.Fndisi,   l => l.X87(X87Operation.Obsolete));
        rows.Add(Mnemonic.Fnsetpm,  l => l.X87(X87Operation.Obsolete));
        rows.Add(Mnemonic.Wait,     l => l.X87(X87Operation.Wait));
        rows.Add(Mnemonic.Fnstenv,  l => l.X87Memory(X87Image.StoreEnvironment));
        rows.Add(Mnemonic.Fldenv,   l => l.X87Memory(X87Image.LoadEnvironment));
        rows.Add(Mnemonic.Fnsave,   l => l.X87Memory(X87Image.Save));
        rows.Add(Mnemonic.Frstor,   l => l.X87Memory(X87Image.Restore));
    }
#pragma warning restore format
}
