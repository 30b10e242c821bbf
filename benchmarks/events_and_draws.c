/* A lower bound for an engine that keeps no record: the timeouts of a run through a heap; for each, one draw from a
   Philox stream and a quantile table, and one length of time kept in four bytes. There are no stations, books or rules.

   moments[first[c] .. first[c + 1]) are when things happen to citizen c, ascending and each once; citizens come in order
   of their first moment. Returns the number of lengths kept, which is the number of moments. */
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct { double at; int64_t who; } Waiting;

static int before(Waiting a, Waiting b) { return a.at < b.at || (a.at == b.at && a.who < b.who); }

static void push(Waiting *heap, int64_t size, Waiting one) {
    int64_t hole = size;
    while (hole > 0) {
        int64_t above = (hole - 1) >> 2;
        if (before(heap[above], one)) break;
        heap[hole] = heap[above];
        hole = above;
    }
    heap[hole] = one;
}

static void sink(Waiting *heap, int64_t size, Waiting one) {
    int64_t hole = 0;
    for (;;) {
        int64_t child = 4 * hole + 1;
        if (child >= size) break;
        int64_t end = child + 4 < size ? child + 4 : size, least = child;
        for (int64_t other = child + 1; other < end; other++)
            if (before(heap[other], heap[least])) least = other;
        if (before(one, heap[least])) break;
        heap[hole] = heap[least];
        hole = least;
    }
    heap[hole] = one;
}

static double uniform(uint64_t citizen, uint64_t draw) {
    uint64_t a = citizen + 1, b = draw >> 2, c = 0, d = 0, first = 1, second = 14;
    for (int round = 0; round < 10; round++) {
        unsigned __int128 one = (unsigned __int128)0xD2E7470EE14C6C93u * a;
        unsigned __int128 two = (unsigned __int128)0xCA5A826395121157u * c;
        a = (uint64_t)(two >> 64) ^ b ^ first;
        b = (uint64_t)two;
        c = (uint64_t)(one >> 64) ^ d ^ second;
        d = (uint64_t)one;
        first += 0x9E3779B97F4A7C15u;
        second += 0xBB67AE8584CAA73Bu;
    }
    uint64_t words[4] = {a, b, c, d};
    return ((double)(words[draw & 3] >> 12) + 0.5) * 0x1p-52;
}

/* As scenarios.quantiles reads a table: 53 octaves of 32 cells in each half, six coefficients in a cell. */
static double looked_up(const double *table, double u) {
    double near = fmin(fmax(fmin(u, 1.0 - u), 0x1p-54), 0.5 - 0x1p-54);
    int64_t bits;
    memcpy(&bits, &near, sizeof bits);
    int64_t cell = (bits >> 47) - ((1023 - 54) << 5) + (u > 0.5 ? 53 * 32 : 0);
    double t = (double)(bits & ((1LL << 47) - 1)) * 0x1p-47 - 0.5, square = t * t;
    const double *c = table + 6 * cell;
    return (c[0] + c[1] * t) + square * ((c[2] + c[3] * t) + square * (c[4] + c[5] * t));
}

int64_t events_and_draws(const double *moments, const int64_t *first, int64_t citizens, const double *table,
                         Waiting *heap, int64_t *at, uint32_t *kept) {
    int64_t arrived = 0, size = 0, written = 0;
    while (arrived < citizens || size > 0) {
        int64_t who;
        if (arrived < citizens && (size == 0 || moments[first[arrived]] <= heap[0].at)) {
            who = arrived++;
            at[who] = first[who];
            if (++at[who] < first[who + 1]) push(heap, size++, (Waiting){moments[at[who]], who});
        } else {
            who = heap[0].who;
            if (++at[who] < first[who + 1]) {
                sink(heap, size, (Waiting){moments[at[who]], who});
            } else {
                Waiting last = heap[--size];
                if (size > 0) sink(heap, size, last);
            }
        }
        double seconds = fmax(rint(0.05 * looked_up(table, uniform(who, at[who] - first[who])) * 0x1p24), 1.0);
        kept[written++] = (uint32_t)seconds;
    }
    return written;
}
