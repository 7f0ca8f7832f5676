#!/bin/bash
# What programs of Debian print on the processor itself and in a guest alike.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
cd /tmp || exit 1

echo "-- bash"
for ((i = 0; i < 20000; i++)); do :; done
echo "$i"
for file in /etc/*; do echo "${file##*/}"; done | sort | head -5
(trap 'echo trapped' USR1; kill -USR1 $BASHPID)

echo "-- python3"
python3 -c '
import math, threading
sums = [0.0] * 4
def work(k):
    for i in range(1, 20000):
        sums[k] += math.sin(i * k) / math.sqrt(i) + math.fmod(i, k + 0.3) ** 0.1
threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(sums, 3 ** 300 // 7 ** 90, 0.1 + 0.2, math.gamma(7.3), math.erf(0.31))
'

echo "-- gcc"
cat > hello.c <<'C'
#include <math.h>
#include <stdio.h>

int main(void)
{
    double sum = 0;
    long double wide = 1;
    for (int i = 1; i < 1000000; i++) sum += 1.0 / ((double)i * i);
    for (int i = 1; i < 50; i++) wide += 1 / (wide * i);
    printf("hello %.15f %.18Lf\n", sqrt(sum * 6), wide);
    return 0;
}
C
gcc -O2 hello.c -o hello -lm && ./hello

echo "-- openssl"
openssl speed -seconds 1 -bytes 1024 sha256 > /dev/null 2>&1 && echo "speed ran"
openssl dgst -sha512 < /usr/bin/gcc-12
echo -n abc | openssl enc -aes-256-cbc -pbkdf2 -S 0011223344556677 -k secret | od -An -tx1
openssl prime 170141183460469231731687303715884105727

echo "-- xz, sha256sum: 100 MB there and back"
key=(-K 00112233445566778899aabbccddeeff -iv 00000000000000000000000000000000)
{ head -c 10000000 /dev/zero | openssl enc -aes-128-ctr "${key[@]}"; head -c 20000000 /usr/lib/gcc/x86_64-linux-gnu/12/cc1; head -c 70000000 /dev/zero; } > big
sha256sum < big
xz -0 -T1 < big > big.xz
wc -c < big.xz
xz -dc big.xz | sha256sum
rm big big.xz

echo "-- sort, awk"
seq 1 50000 | awk '{ print ($1 * 7919) % 50021, $1 }' | sort -n | awk '{ sum += NR * $1 } END { printf "%.0f\n", sum }'
