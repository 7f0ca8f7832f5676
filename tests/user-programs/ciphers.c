/* SHA-256 in plain C and, where built for it, with SHA-NI; AES-128 in counter mode in plain C and with AES-NI. */
#include <stdlib.h>
#include "report.h"
#ifdef __SHA__
#include <immintrin.h>
#endif

static const uint32_t k256[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t ror(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void sha256_block(uint32_t state[8], const unsigned char *block)
{
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++) {
        memcpy(&w[i], block + 4 * i, 4);
        w[i] = __builtin_bswap32(w[i]);
    }
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7] + (ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3) + (ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t t = s[7] + (ror(s[4], 6) ^ ror(s[4], 11) ^ ror(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k256[i] + w[i];
        uint32_t u = (ror(s[0], 2) ^ ror(s[0], 13) ^ ror(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        for (int j = 7; j > 0; j--)
            s[j] = s[j - 1];
        s[4] += t;
        s[0] = t + u;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

static unsigned char sbox[256];

static void make_sbox(void)
{
    unsigned char p = 1, q = 1;
    do {
        p = (unsigned char)(p ^ p << 1 ^ (p & 0x80 ? 0x1b : 0));
        q ^= (unsigned char)(q << 1);
        q ^= (unsigned char)(q << 2);
        q ^= (unsigned char)(q << 4);
        if (q & 0x80)
            q ^= 0x09;
        sbox[p] = (unsigned char)(q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4) ^ 0x63);
    } while (p != 1);
    sbox[0] = 0x63;
}

static void expand_key(unsigned char keys[176], const unsigned char key[16])
{
    unsigned char constant = 1;
    memcpy(keys, key, 16);
    for (int i = 16; i < 176; i += 4) {
        unsigned char t[4];
        memcpy(t, keys + i - 4, 4);
        if (i % 16 == 0) {
            unsigned char first = t[0];
            t[0] = (unsigned char)(sbox[t[1]] ^ constant);
            t[1] = sbox[t[2]];
            t[2] = sbox[t[3]];
            t[3] = sbox[first];
            constant = (unsigned char)(constant << 1 ^ (constant & 0x80 ? 0x1b : 0));
        }
        for (int j = 0; j < 4; j++)
            keys[i + j] = keys[i + j - 16] ^ t[j];
    }
}

static void aes_block(unsigned char s[16], const unsigned char keys[176])
{
    for (int i = 0; i < 16; i++)
        s[i] ^= keys[i];
    for (int round = 1; round <= 10; round++) {
        unsigned char t[16];
        for (int c = 0; c < 4; c++)
            for (int r = 0; r < 4; r++)
                t[4 * c + r] = sbox[s[4 * ((c + r) % 4) + r]];
        for (int c = 0; c < 4; c++)
            for (int r = 0; r < 4; r++) {
                unsigned char a = t[4 * c + r], b = t[4 * c + (r + 1) % 4];
                unsigned char both = a ^ b, twice = (unsigned char)(both << 1 ^ (both & 0x80 ? 0x1b : 0));
                unsigned char mixed = (unsigned char)(twice ^ b ^ t[4 * c + (r + 2) % 4] ^ t[4 * c + (r + 3) % 4]);
                s[4 * c + r] = (unsigned char)((round < 10 ? mixed : a) ^ keys[16 * round + 4 * c + r]);
            }
    }
}

#ifdef __SHA__
static void sha256_block_ni(uint32_t state[8], const unsigned char *block)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    __m128i t = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
    __m128i u = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
    __m128i abef = _mm_alignr_epi8(t, u, 8), cdgh = _mm_blend_epi16(u, t, 0xf0), abef0 = abef, cdgh0 = cdgh, w[4];
    for (int i = 0; i < 4; i++)
        w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * i)), swap);
    for (int i = 0; i < 16; i++) {
        __m128i sum = _mm_add_epi32(w[i & 3], _mm_loadu_si128((const __m128i *)(k256 + 4 * i)));
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
        __m128i next = _mm_add_epi32(_mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]), _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4));
        w[i & 3] = _mm_sha256msg2_epu32(next, w[(i + 3) & 3]);
    }
    abef = _mm_add_epi32(abef, abef0);
    cdgh = _mm_add_epi32(cdgh, cdgh0);
    t = _mm_shuffle_epi32(abef, 0x1b);
    u = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(t, u, 0xf0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(u, t, 8));
}

static void aes_block_ni(unsigned char s[16], const unsigned char keys[176])
{
    const __m128i *k = (const __m128i *)keys;
    __m128i x = _mm_xor_si128(_mm_loadu_si128((const __m128i *)s), _mm_loadu_si128(k));
    for (int round = 1; round < 10; round++)
        x = _mm_aesenc_si128(x, _mm_loadu_si128(k + round));
    _mm_storeu_si128((__m128i *)s, _mm_aesenclast_si128(x, _mm_loadu_si128(k + 10)));
}

static void aes_back_ni(unsigned char s[16], const unsigned char keys[176])
{
    const __m128i *k = (const __m128i *)keys;
    __m128i x = _mm_xor_si128(_mm_loadu_si128((const __m128i *)s), _mm_loadu_si128(k + 10));
    for (int round = 9; round > 0; round--)
        x = _mm_aesdec_si128(x, _mm_aesimc_si128(_mm_loadu_si128(k + round)));
    _mm_storeu_si128((__m128i *)s, _mm_aesdeclast_si128(x, _mm_loadu_si128(k)));
}
#endif

int main(void)
{
    static unsigned char data[64 * 100];
    uint32_t state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)next_random();
#ifdef __SHA__
    uint32_t other[8];
    memcpy(other, state, sizeof other);
#endif
    for (size_t i = 0; i < sizeof data; i += 64)
        sha256_block(state, data + i);
    take(state, sizeof state);
    report("sha-256");
#ifdef __SHA__
    for (size_t i = 0; i < sizeof data; i += 64)
        sha256_block_ni(other, data + i);
    printf("sha-ni %s\n", memcmp(state, other, sizeof state) ? "differs" : "agrees");
#endif

    unsigned char keys[176], counter[16] = { 0 }, pad[16];
    make_sbox();
    expand_key(keys, data);
    int differ = 0;
    for (size_t i = 0; i < sizeof data / 8; i += 16) {
        for (int c = 15; ++counter[c] == 0; c--)
            ;
        memcpy(pad, counter, 16);
        aes_block(pad, keys);
#ifdef __SHA__
        unsigned char same[16];
        memcpy(same, counter, 16);
        aes_block_ni(same, keys);
        differ += memcmp(same, pad, 16) != 0;
        aes_back_ni(same, keys);
        differ += memcmp(same, counter, 16) != 0;
#endif
        for (int j = 0; j < 16; j++)
            data[i + j] ^= pad[j];
    }
    take(data, sizeof data);
    printf("blocks that differ %d\n", differ);
    report("aes-ctr");
    return 0;
}
