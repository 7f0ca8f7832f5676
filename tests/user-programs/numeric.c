/* Numerical programs: matrices, Fourier transform, planets, Mandelbrot's set, an integral; results as hexadecimal fractions. */
#include <complex.h>
#include <math.h>
#include "report.h"

#define N 32

static void matrices(void)
{
    static double a[N][N], b[N][N], c[N][N];
    static float fa[N][N], fb[N][N], fc[N][N];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            fa[i][j] = (float)(a[i][j] = (double)(next_random() >> 40) * 0x1p-20);
            fb[i][j] = (float)(b[i][j] = (double)(int)next_random() * 0x1p-25);
        }
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            for (int j = 0; j < N; j++) {
                c[i][j] += a[i][k] * b[k][j];
                fc[i][j] += fa[i][k] * fb[k][j];
            }
    take(c, sizeof c);
    take(fc, sizeof fc);
    double determinant = 1;
    for (int k = 0; k < N; k++) {
        int pivot = k;
        for (int i = k + 1; i < N; i++)
            if (fabs(c[i][k]) > fabs(c[pivot][k]))
                pivot = i;
        for (int j = 0; j < N; j++) {
            double t = c[k][j];
            c[k][j] = c[pivot][j];
            c[pivot][j] = t;
        }
        determinant *= pivot == k ? c[k][k] : -c[k][k];
        for (int i = k + 1; i < N; i++) {
            double factor = c[i][k] / c[k][k];
            for (int j = k; j < N; j++)
                c[i][j] -= factor * c[k][j];
        }
    }
    printf("determinant %a\n", determinant);
    report("matrices");
}

static void transform(double complex *x, int n, int sign)
{
    for (int i = 1, j = 0; i < n; i++) {
        int bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            double complex t = x[i];
            x[i] = x[j];
            x[j] = t;
        }
    }
    for (int length = 2; length <= n; length <<= 1) {
        double complex step = cexp(sign * 2 * M_PI * I / length);
        for (int i = 0; i < n; i += length) {
            double complex w = 1;
            for (int j = 0; j < length / 2; j++) {
                double complex u = x[i + j], v = x[i + j + length / 2] * w;
                x[i + j] = u + v;
                x[i + j + length / 2] = u - v;
                w *= step;
            }
        }
    }
}

static void fourier(void)
{
    static double complex x[256];
    for (int i = 0; i < 256; i++)
        x[i] = sin(i * 0.1) + I * (double)(next_random() >> 54);
    transform(x, 256, 1);
    take(x, sizeof x);
    transform(x, 256, -1);
    take(x, sizeof x);
    report("fourier");
}

struct body {
    double x[3], v[3], mass;
};

static void planets(void)
{
    struct body bodies[5];
    for (int i = 0; i < 5; i++) {
        bodies[i].mass = i ? 0.001 * i : 40;
        for (int k = 0; k < 3; k++) {
            bodies[i].x[k] = i * (k + 1) * 1.1;
            bodies[i].v[k] = i ? (k - 1) * 2.0 / i : 0;
        }
    }
    for (int step = 0; step < 300; step++) {
        for (int i = 0; i < 5; i++)
            for (int j = i + 1; j < 5; j++) {
                double d[3], square = 0;
                for (int k = 0; k < 3; k++) {
                    d[k] = bodies[i].x[k] - bodies[j].x[k];
                    square += d[k] * d[k];
                }
                double magnitude = 0.01 / (square * sqrt(square));
                for (int k = 0; k < 3; k++) {
                    bodies[i].v[k] -= d[k] * bodies[j].mass * magnitude;
                    bodies[j].v[k] += d[k] * bodies[i].mass * magnitude;
                }
            }
        for (int i = 0; i < 5; i++)
            for (int k = 0; k < 3; k++)
                bodies[i].x[k] += 0.01 * bodies[i].v[k];
    }
    printf("planets %a %a\n", bodies[0].x[0], bodies[4].v[2]);
    take(bodies, sizeof bodies);
    report("planets");
}

static void mandelbrot(void)
{
    static unsigned char image[24][48];
    for (int y = 0; y < 24; y++)
        for (int x = 0; x < 48; x++) {
            float cr = (float)x / 16 - 2.2f, ci = (float)y / 10 - 1.2f, r = 0, i = 0;
            int n = 0;
            while (n < 60 && r * r + i * i < 4) {
                float t = r * r - i * i + cr;
                i = 2 * r * i + ci;
                r = t;
                n++;
            }
            image[y][x] = (unsigned char)n;
        }
    take(image, sizeof image);
    report("mandelbrot");
}

static void integral(void)
{
    double sum = 0, compensation = 0;
    for (int i = 0; i < 2000; i++) {
        double x = (i + 0.5) / 2000, term = exp(-x * x) * cos(5 * x) - compensation, next = sum + term;
        compensation = (next - sum) - term;
        sum = next;
    }
    printf("integral %a\n", sum / 2000);
    long double wide = 0;
    for (int i = 1; i < 500; i++)
        wide += 1.0L / i / i;
    printf("series %La\n", wide);
}

/* Loops that compilers turn into vectors: every element type. */
static void loops(void)
{
    static float f[512], g[512];
    static double d[512];
    static int n[512];
    static short s[512];
    static unsigned char b[512];
    for (int i = 0; i < 512; i++) {
        f[i] = (float)(int)next_random() * 0x1p-16f;
        n[i] = (int)next_random() >> 8;
        s[i] = (short)next_random();
        b[i] = (unsigned char)next_random();
    }
    for (int i = 0; i < 512; i++)
        d[i] = f[i] * 0.5 + n[i];
    for (int i = 0; i < 512; i++)
        g[i] = (float)n[i] + (f[i] > 0 ? f[i] : -f[i]) / (1 + f[i] * f[i]);
    for (int i = 0; i < 512; i++)
        n[i] = (int)f[i] + s[i] * b[i];
    for (int i = 0; i < 512; i++)
        b[i] = (unsigned char)((b[i] * 3 + s[i]) >> 2);
    for (int i = 0; i < 512; i++)
        f[i] = sqrtf(g[i] * g[i] + 1) + floorf(f[i]);
    double largest = 0, total = 0;
    for (int i = 0; i < 512; i++) {
        largest = d[i] > largest ? d[i] : largest;
        total += d[i];
    }
    take(f, sizeof f);
    take(g, sizeof g);
    take(d, sizeof d);
    take(n, sizeof n);
    take(b, sizeof b);
    printf("largest %a, total %a\n", largest, total);
    report("loops");
}

int main(void)
{
    matrices();
    fourier();
    planets();
    mandelbrot();
    integral();
    loops();
    return 0;
}
