/* zlib: deflate and inflate at every level and strategy, checksums, and a file of gzip format. */
#include <stdlib.h>
#include <zlib.h>
#include "report.h"

static unsigned char plain[20000], packed[24000], back[20000];

int main(void)
{
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (unsigned char)(i % 700 < 300 ? next_random() % 6 + 'a' : i % 700 < 600 && i > 300 ? plain[i - 250 + i / 700] : next_random());
    printf("zlib %s crc %08lx adler %08lx\n", zlibVersion(), crc32(0, plain, sizeof plain), adler32(1, plain, sizeof plain));
    for (int level = 0; level <= 9; level++) {
        for (int strategy = 0; strategy <= 4; strategy += level % 4 == 1 ? 1 : 5) {
            z_stream stream = { 0 };
            deflateInit2(&stream, level, Z_DEFLATED, level % 2 ? 15 : -12, 8, strategy);
            stream.next_in = plain;
            stream.avail_in = sizeof plain;
            stream.next_out = packed;
            stream.avail_out = sizeof packed;
            int result = deflate(&stream, Z_FINISH);
            uLong length = stream.total_out;
            deflateEnd(&stream);
            z_stream other = { 0 };
            inflateInit2(&other, level % 2 ? 15 : -12);
            other.next_in = packed;
            other.avail_in = (uInt)length;
            other.next_out = back;
            other.avail_out = sizeof back;
            int restored = inflate(&other, Z_FINISH);
            printf("%d/%d: %d %lu %d %s ", level, strategy, result, length, restored, memcmp(plain, back, sizeof plain) ? "differs" : "same");
            inflateEnd(&other);
            take(packed, length);
            report("");
        }
    }
    gzFile file = gzopen("data.gz", "wb6");
    for (int i = 0; i < 200; i++)
        gzprintf(file, "line %d %s\n", i, i % 3 ? "three" : "one");
    gzclose(file);
    file = gzopen("data.gz", "rb");
    char line[100];
    int lines = 0;
    while (gzgets(file, line, sizeof line)) {
        take(line, strlen(line));
        lines++;
    }
    gzclose(file);
    printf("lines %d ", lines);
    report("");
    return 0;
}
