/* A lower bound for an engine: the timeouts of a run through a heap, and one row written for each, without any rule.

   moments[first[c] .. first[c + 1]) are when things happen to citizen c, ascending; citizens come in order of their
   first moment. Returns the number of rows, which is the number of moments. */
#include <stdint.h>

typedef struct { double at; int64_t who; } Waiting;
typedef struct { double planned, started, ended; int64_t who; } Row;

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

int64_t events_and_rows(const double *moments, const int64_t *first, int64_t citizens, Waiting *heap, int64_t *at,
                        Row *rows) {
    int64_t arrived = 0, size = 0, written = 0;
    while (arrived < citizens || size > 0) {
        int64_t who;
        double now;
        if (arrived < citizens && (size == 0 || moments[first[arrived]] <= heap[0].at)) {
            who = arrived++;
            now = moments[first[who]];
            at[who] = first[who];
            if (++at[who] < first[who + 1]) push(heap, size++, (Waiting){moments[at[who]], who});
        } else {
            who = heap[0].who;
            now = heap[0].at;
            if (++at[who] < first[who + 1]) {
                sink(heap, size, (Waiting){moments[at[who]], who});
            } else {
                Waiting last = heap[--size];
                if (size > 0) sink(heap, size, last);
            }
        }
        rows[written++] = (Row){now, now, now, who};
    }
    return written;
}
