/* Vector instructions by their intrinsics, over numbers of every kind: NaN, infinities, denormals, and bits without meaning. */
#include <float.h>
#include <immintrin.h>
#include <math.h>
#include "report.h"

union wide {
    __m256i i;
    __m256d d;
    __m256 f;
    __m128i x;
    uint64_t q[4];
    uint32_t l[8];
};

static void take_wide(__m256i value)
{
    take(&value, sizeof value);
}

static void take_half(__m128i value)
{
    take(&value, sizeof value);
}

static union wide some(int kind)
{
    static const float floats[] = { 0, -0.0f, 1, -1.5f, INFINITY, -INFINITY, NAN, FLT_MIN / 4, FLT_MAX, 0.1f, 65520, 1e-7f };
    static const double doubles[] = { 0, -0.0, 1, -2.5, INFINITY, -INFINITY, NAN, DBL_MIN / 8, DBL_MAX, 0.1, 1e18, -1e-310 };
    union wide value;
    for (int k = 0; k < 4; k++)
        value.q[k] = next_random();
    if (kind % 3 == 1)
        for (int k = 0; k < 8; k++)
            memcpy(&value.l[k], &floats[next_random() % 12], 4);
    if (kind % 3 == 2)
        for (int k = 0; k < 4; k++)
            memcpy(&value.q[k], &doubles[next_random() % 12], 8);
    return value;
}

static void whole_numbers(union wide a, union wide b, union wide c)
{
    take_wide(_mm256_add_epi8(a.i, b.i));
    take_wide(_mm256_subs_epu16(a.i, b.i));
    take_wide(_mm256_mullo_epi32(a.i, b.i));
    take_wide(_mm256_mul_epu32(a.i, b.i));
    take_wide(_mm256_mulhrs_epi16(a.i, b.i));
    take_wide(_mm256_maddubs_epi16(a.i, b.i));
    take_wide(_mm256_sad_epu8(a.i, b.i));
    take_wide(_mm256_packus_epi32(a.i, b.i));
    take_wide(_mm256_unpackhi_epi16(a.i, b.i));
    take_wide(_mm256_shuffle_epi8(a.i, b.i));
    take_wide(_mm256_alignr_epi8(a.i, b.i, 5));
    take_wide(_mm256_permutevar8x32_epi32(a.i, b.i));
    take_wide(_mm256_permute4x64_epi64(a.i, 0x39));
    take_wide(_mm256_permute2x128_si256(a.i, b.i, 0x21));
    take_wide(_mm256_blendv_epi8(a.i, b.i, c.i));
    take_wide(_mm256_sllv_epi64(a.i, _mm256_and_si256(b.i, _mm256_set1_epi64x(127))));
    take_wide(_mm256_srav_epi32(a.i, _mm256_and_si256(b.i, _mm256_set1_epi32(63))));
    take_wide(_mm256_srl_epi16(a.i, _mm_cvtsi32_si128(5)));
    take_wide(_mm256_cmpgt_epi64(a.i, b.i));
    take_wide(_mm256_cvtepi8_epi32(a.x));
    take_wide(_mm256_abs_epi16(a.i));
    take_wide(_mm256_hadd_epi32(a.i, b.i));
    take_wide(_mm256_mpsadbw_epu8(a.i, b.i, 0x15));
    take_wide(_mm256_broadcastw_epi16(a.x));
    take_wide(_mm256_inserti128_si256(a.i, b.x, 1));
    take_half(_mm_minpos_epu16(a.x));
    int flags[] = { _mm256_testz_si256(a.i, b.i), _mm256_testc_si256(a.i, b.i), _mm256_movemask_epi8(a.i), _mm256_movemask_ps(b.f),
        _mm_cmpistri(a.x, b.x, 0x0c), _mm_cmpestrc(a.x, 7, b.x, 9, 0x18), _mm_cmpistrs(a.x, b.x, 0x00) };
    take(flags, sizeof flags);
    take_half(_mm_cmpestrm(a.x, 11, b.x, 16, 0x44));
    uint32_t sum = _mm_crc32_u8(_mm_crc32_u32(1, a.l[0]), (unsigned char)b.l[0]);
    take(&sum, sizeof sum);
}

#define BOTH(name, ...) \
    do { \
        r.d = _mm256_##name##_pd(__VA_ARGS__(d)); \
        take_wide(r.i); \
        r.f = _mm256_##name##_ps(__VA_ARGS__(f)); \
        take_wide(r.i); \
    } while (0)
#define ONE(t) a.t
#define TWO(t) a.t, b.t
#define THREE(t) a.t, b.t, c.t

static void fractions(union wide a, union wide b, union wide c)
{
    union wide r;
    BOTH(add, TWO);
    BOTH(sub, TWO);
    BOTH(mul, TWO);
    BOTH(div, TWO);
    BOTH(min, TWO);
    BOTH(max, TWO);
    BOTH(sqrt, ONE);
    BOTH(addsub, TWO);
    BOTH(hadd, TWO);
    BOTH(hsub, TWO);
    BOTH(unpacklo, TWO);
    BOTH(blendv, THREE);
    BOTH(fmadd, THREE);
    BOTH(fnmsub, THREE);
    BOTH(fmaddsub, THREE);
    BOTH(fmsubadd, THREE);
    BOTH(floor, ONE);
    BOTH(ceil, ONE);
    r.d = _mm256_cmp_pd(a.d, b.d, _CMP_LT_OS);
    take_wide(r.i);
    r.f = _mm256_cmp_ps(a.f, b.f, _CMP_NEQ_UQ);
    take_wide(r.i);
    r.f = _mm256_cmp_ps(a.f, b.f, _CMP_UNORD_Q);
    take_wide(r.i);
    r.f = _mm256_dp_ps(a.f, b.f, 0xd3);
    take_wide(r.i);
    r.f = _mm256_round_ps(a.f, 3);
    take_wide(r.i);
    take_wide(_mm256_cvtps_epi32(a.f));
    take_wide(_mm256_cvttps_epi32(a.f));
    take_half(_mm256_cvttpd_epi32(a.d));
    r.f = _mm256_cvtepi32_ps(a.i);
    take_wide(r.i);
    r.d = _mm256_cvtps_pd(_mm256_castps256_ps128(a.f));
    take_wide(r.i);
    take_half(_mm_castps_si128(_mm256_cvtpd_ps(a.d)));
    take_half(_mm256_cvtps_ph(a.f, 0));
    take_half(_mm256_cvtps_ph(a.f, 3));
    r.f = _mm256_cvtph_ps(a.x);
    take_wide(r.i);
    r.f = _mm256_permutevar_ps(a.f, b.i);
    take_wide(r.i);
    r.f = _mm256_shuffle_ps(a.f, b.f, 0x9c);
    take_wide(r.i);
    __m128 sa = _mm256_castps256_ps128(a.f), sb = _mm256_castps256_ps128(b.f);
    __m128d da = _mm256_castpd256_pd128(a.d), db = _mm256_castpd256_pd128(b.d);
    take_half(_mm_castps_si128(_mm_add_ss(sa, sb)));
    take_half(_mm_castpd_si128(_mm_sqrt_sd(da, db)));
    take_half(_mm_castpd_si128(_mm_cvtss_sd(da, sb)));
    take_half(_mm_castps_si128(_mm_cvtsd_ss(sa, db)));
    take_half(_mm_castpd_si128(_mm_fmadd_sd(da, db, da)));
    take_half(_mm_castps_si128(_mm_round_ss(sa, sb, 2)));
    int64_t converted[] = { _mm_cvttsd_si64(da), _mm_cvtsd_si32(db), _mm_cvtss_si64(sa), _mm_cvttss_si32(sb), _mm_comilt_sd(da, db),
        _mm_ucomieq_ss(sa, sb), _mm_comige_ss(sa, sb) };
    take(converted, sizeof converted);
    unsigned state = _mm_getcsr();
    take(&state, sizeof state);
}

static void memory(union wide a, union wide b)
{
    static int table[64];
    static double numbers[32];
    if (table[1] == 0)
        for (int i = 0; i < 64; i++) {
            table[i] = i * 77777 + 1;
            numbers[i / 2] = i * 0.3;
        }
    __m256i index = _mm256_and_si256(a.i, _mm256_set1_epi32(31));
    take_wide(_mm256_i32gather_epi32(table, index, 4));
    take_wide(_mm256_mask_i32gather_epi32(b.i, table, index, b.i, 4));
    union wide r;
    r.d = _mm256_mask_i32gather_pd(b.d, numbers, _mm256_castsi256_si128(index), a.d, 8);
    take_wide(r.i);
    int out[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    _mm256_maskstore_epi32(out, a.i, b.i);
    take(out, sizeof out);
    take_wide(_mm256_maskload_epi32(table + 3, b.i));
    _mm256_stream_si256(&r.i, b.i);
    take_wide(r.i);
    unsigned char bytes[48] = { 0 };
    _mm256_storeu_si256((__m256i *)(bytes + 7), a.i);
    _mm_maskmoveu_si128(a.x, b.x, (char *)bytes + 3);
    take(bytes, sizeof bytes);
}

static void fields(union wide a, union wide b)
{
    take_half(_mm_clmulepi64_si128(a.x, b.x, 0x01));
    take_wide(_mm256_clmulepi64_epi128(a.i, b.i, 0x10));
    take_wide(_mm256_gf2p8mul_epi8(a.i, b.i));
    take_wide(_mm256_gf2p8affine_epi64_epi8(a.i, b.i, 0x5a));
    take_wide(_mm256_gf2p8affineinv_epi64_epi8(a.i, b.i, 0x63));
    take_wide(_mm256_aesenc_epi128(a.i, b.i));
    take_wide(_mm256_aesdeclast_epi128(a.i, b.i));
    take_half(_mm_aeskeygenassist_si128(a.x, 0x1b));
    take_half(_mm_sha1rnds4_epu32(a.x, b.x, 2));
    take_half(_mm_sha1nexte_epu32(a.x, b.x));
    uint64_t numbers[] = { _pdep_u64(a.q[0], b.q[0]), _pext_u64(a.q[0], b.q[0]), _bzhi_u64(a.q[1], (unsigned)b.q[1] & 63),
        _bextr_u64(a.q[2], (unsigned)(b.q[2] & 63), 17), _blsr_u64(a.q[3]), _andn_u64(a.q[0], b.q[3]), _lzcnt_u64(a.q[1] >> 9), _tzcnt_u64(b.q[0] << 5) };
    take(numbers, sizeof numbers);
}

int main(void)
{
    static const unsigned modes[] = { 0x1f80, 0x3f80, 0x5f80, 0x7f80, 0x9fc0, 0xffc0 };
    for (unsigned m = 0; m < sizeof modes / sizeof *modes; m++) {
        for (int i = 0; i < ROUNDS; i++) {
            union wide a = some(i), b = some(i / 3), c = some(i + 1);
            _mm_setcsr(modes[m]);
            fractions(a, b, c);
            _mm_setcsr(0x1f80);
        }
        report("fractions");
    }
    for (int i = 0; i < ROUNDS; i++)
        whole_numbers(some(0), some(0), some(0));
    report("whole numbers");
    for (int i = 0; i < ROUNDS; i++)
        memory(some(0), some(0));
    report("memory");
    for (int i = 0; i < ROUNDS; i++)
        fields(some(0), some(0));
    report("fields");
    return 0;
}
