/* Five bodies under gravity, one step a turn. */
#include "entry.h"

enum { BODIES = 5 };

struct body {
    double x, y, z, vx, vy, vz, mass, unused;
};

ENTRY uint64_t run(unsigned char *data, uint64_t turns)
{
    struct body *bodies = (struct body *)data;
    for (; turns; turns--) {
        for (int i = 0; i < BODIES; i++) {
            struct body *a = &bodies[i];
            for (int j = i + 1; j < BODIES; j++) {
                struct body *b = &bodies[j];
                double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z, square = dx * dx + dy * dy + dz * dz + 0.01;
                double magnitude = 0.001 / (square * __builtin_sqrt(square));
                a->vx -= dx * b->mass * magnitude;
                a->vy -= dy * b->mass * magnitude;
                a->vz -= dz * b->mass * magnitude;
                b->vx += dx * a->mass * magnitude;
                b->vy += dy * a->mass * magnitude;
                b->vz += dz * a->mass * magnitude;
            }
        }
        for (int i = 0; i < BODIES; i++) {
            bodies[i].x += 0.001 * bodies[i].vx;
            bodies[i].y += 0.001 * bodies[i].vy;
            bodies[i].z += 0.001 * bodies[i].vz;
        }
    }
    return digest(bodies, sizeof(struct body) * BODIES / 8);
}
