/* The event loop of simulation/kernel once more, in C: what the same algorithm costs where a C compiler makes the code.

   The same memory (benchmarks/c_loop.py writes the structs from simulation.kernel.layout), the same draws, the same
   events in the same order and so the same counts, for scenarios with nothing but the journey itself: a queue before the
   record system, no waiting room, no reloads, no old lists, nothing cancelled, no record kept. There are no branches for
   the rest, which the kernel has; that is what makes it a lower bound. Names and order are those of the kernel. */
#include <math.h>
#include <stddef.h>
#include <string.h>

enum { STEP, DECIDED, GRANT = 3, GRANT_EHR, RELEASE, KIND_BITS = 4, WHO_BITS = 25 };
enum { LOGIN, BOOKS, DAYS, SLOTS, RESERVE, INBOX, CHOOSING = 10, FILLING_IN, POLLING, PAUSING, GONE };
enum { FIRST, PREFERRED, UNIFORM };
enum { CONFIRMED, REJECTED, NO_SLOT, UNKNOWN = 5, ABANDONED };
enum { LOGIN_STATION, PAGES, EHR };
enum { LOGIN_LAW, PAGE_PATIENCE_LAW, ANSWER_PATIENCE_LAW, CHOOSE_LAW = 4, FORM_LAW, WAIT_LAW, SERVICE_LAW = 9 };
enum { BOOK_STREAM = 4, PICK_STREAM = 10, WHERE_STREAM, RETRY_STREAM };
enum { STATUS_OK, STATUS_UNKNOWN = 3, STATUS_ABANDONED, ENDINGS = 8, EHR_COLUMN = 6, COLUMNS = 8, HINT_BITS = 8 };
enum { DONE, GO_ON, NEEDS_ROOM, TOO_MANY_EVENTS, MOST_TIMEOUTS = 4, MOST_KEPT = 4 };
#define NOBODY (-1)
#define TICK_S 0x1p-24
#define AT(type, column, index) ((type *)w->column)[index]
#define J(row) (&AT(JOURNEY, journeys, row))

/* Draws. */

static inline void block(uint64_t seed, uint64_t stream, int64_t citizen, int64_t number, uint64_t words[4]) {
    uint64_t a = citizen + 1, b = number, c = 0, d = 0;
    for (int round = 0; round < 10; round++) {
        unsigned __int128 one = (unsigned __int128)0xD2E7470EE14C6C93u * a;
        unsigned __int128 two = (unsigned __int128)0xCA5A826395121157u * c;
        a = (uint64_t)(two >> 64) ^ b ^ seed;
        b = (uint64_t)two;
        c = (uint64_t)(one >> 64) ^ d ^ stream;
        d = (uint64_t)one;
        seed += 0x9E3779B97F4A7C15u;
        stream += 0xBB67AE8584CAA73Bu;
    }
    words[0] = a, words[1] = b, words[2] = c, words[3] = d;
}

static inline double fraction(uint64_t word) { return ((double)(int64_t)(word >> 12) + 0.5) * 0x1p-52; }

static inline double uniform(uint64_t seed, uint64_t stream, int64_t citizen, int64_t draw) {
    uint64_t words[4];
    block(seed, stream, citizen, draw >> 2, words);
    return fraction(words[draw & 3]);
}

/* As scenarios.quantiles reads a table: 53 octaves of 32 cells in each half, six coefficients in a cell. */
static inline double looked_up(const double *table, double u) {
    double near = fmin(fmax(fmin(u, 1.0 - u), 0x1p-54), 0.5 - 0x1p-54);
    int64_t bits;
    memcpy(&bits, &near, sizeof bits);
    int64_t cell = (bits >> 47) - ((1023 - 54) << 5) + (u > 0.5 ? 53 * 32 : 0);
    double t = (double)(bits & ((1LL << 47) - 1)) * 0x1p-47 - 0.5, square = t * t;
    const double *c = table + 6 * cell;
    return (c[0] + c[1] * t) + square * ((c[2] + c[3] * t) + square * (c[4] + c[5] * t));
}

static inline double on_grid(double seconds) { return rint(seconds * 0x1p24) * TICK_S; }

static inline double length_s(const LAW *law, double u) {
    return fmax(on_grid(law->scale_s * looked_up((const double *)law->table, u)), TICK_S);
}

static inline double lasting_s(WORLD *w, int number, int64_t citizen, int64_t draw) {
    const LAW *law = &AT(LAW, laws, number);
    return law->table == 0 ? law->scale_s : length_s(law, uniform(w->seed, law->stream, citizen, draw));
}

static inline double chance(WORLD *w, int quantity, const JOURNEY *j) {
    return uniform(w->seed, w->replication | quantity, j->citizen, j->number - 1);
}

static inline double service_s(WORLD *w, JOURNEY *j, int column) {
    const LAW *law = &AT(LAW, laws, SERVICE_LAW + column);
    if (law->table == 0) return law->scale_s;
    int64_t draw = (j->number - 1) * COLUMNS + column;
    uint64_t *words = (uint64_t *)((char *)j + offsetof(JOURNEY, word_0));
    if (j->drawn != draw >> 2) {
        j->drawn = draw >> 2;
        block(w->seed, law->stream, j->citizen, j->drawn, words);
    }
    return length_s(law, fraction(words[draw & 3]));
}

static double page_patience_s(WORLD *w, JOURNEY *j) {
    if (isnan(j->patience_s)) j->patience_s = lasting_s(w, PAGE_PATIENCE_LAW, j->citizen, 0);
    return j->patience_s;
}

/* Events. */

/* One comparison of 128 bits, without a branch. */
static inline int before(WAITING a, WAITING b) {
    uint64_t one, other;
    memcpy(&one, &a.at_s, sizeof one);
    memcpy(&other, &b.at_s, sizeof other);
    return ((unsigned __int128)one << 64 | (uint64_t)a.event) < ((unsigned __int128)other << 64 | (uint64_t)b.event);
}

static inline void happen_now(WORLD *w, int kind, int64_t who) {
    AT(int64_t, present, w->tail++) = who << KIND_BITS | kind;
    if (w->tail == w->present_room) w->tail = 0;
}

static inline void rise(WAITING *heap, int64_t hole, WAITING one) {
    while (hole > 0 && before(one, heap[(hole - 1) >> 2])) {
        heap[hole] = heap[(hole - 1) >> 2];
        hole = (hole - 1) >> 2;
    }
    heap[hole] = one;
}

static inline void put_away(WORLD *w, int64_t row, int64_t slot) {
    int64_t ring = (63 - __builtin_clzll(slot ^ w->slot)) >> 3;
    int64_t box = ring << 8 | (slot >> (ring << 3) & 255);
    AT(LATER, later, row).next = AT(int32_t, boxes, box);
    AT(int32_t, boxes, box) = row;
    AT(uint64_t, filled, box >> 6) |= 1ull << (box & 63);
}

static inline void make(WORLD *w, WAITING one) {
    int64_t slot = (int64_t)(one.at_s * w->slots_per_s), row = w->later_free;
    w->waiting++;
    if (slot <= w->slot) {
        rise((WAITING *)w->heap, w->soon++, one);
        return;
    }
    if (row == NOBODY)
        row = w->later_made++;
    else
        w->later_free = AT(LATER, later, row).next;
    AT(LATER, later, row).at_s = one.at_s;
    AT(LATER, later, row).event = one.event;
    put_away(w, row, slot);
}

static void schedule(WORLD *w, double at_s, int kind, int64_t who) {
    if (at_s == w->now_s)
        happen_now(w, kind, who);
    else
        make(w, (WAITING){at_s, w->made++ << (WHO_BITS + KIND_BITS) | who << KIND_BITS | kind});
}

/* Open boxes until the heap has what comes next. */
static void bring_near(WORLD *w) {
    while (w->soon == 0) {
        uint64_t *word = (uint64_t *)w->filled;
        while (*word == 0) word++;
        int64_t box = (word - (uint64_t *)w->filled) << 6 | __builtin_ctzll(*word), shift = box >> 8 << 3;
        *word &= *word - 1;
        w->slot = ((w->slot >> shift & ~255) | (box & 255)) << shift;
        int64_t row = AT(int32_t, boxes, box);
        AT(int32_t, boxes, box) = NOBODY;
        while (row != NOBODY) {
            LATER *l = &AT(LATER, later, row);
            int64_t next = l->next, slot = (int64_t)(l->at_s * w->slots_per_s);
            if (slot == w->slot) {
                char *j = (char *)J(l->event >> KIND_BITS & ((1 << WHO_BITS) - 1));
                __builtin_prefetch(j, 1);
                __builtin_prefetch(j + 64, 1);
                rise((WAITING *)w->heap, w->soon++, (WAITING){l->at_s, l->event});
                l->next = w->later_free;
                w->later_free = row;
            } else {
                put_away(w, row, slot);
            }
            row = next;
        }
    }
}

static int64_t pop_earliest(WORLD *w) {
    WAITING *heap = (WAITING *)w->heap;
    int64_t earliest = heap[0].event, size = --w->soon, hole = 0;
    w->waiting--;
    WAITING last = heap[size];
    for (int64_t child = 1; child < size; child = 4 * hole + 1) {
        int64_t least = child;
        if (child + 4 <= size) {
            int64_t left = child + before(heap[child + 1], heap[child]);
            int64_t right = child + 2 + before(heap[child + 3], heap[child + 2]);
            least = before(heap[right], heap[left]) ? right : left;
        } else {
            for (int64_t other = child + 1; other < size; other++)
                if (before(heap[other], heap[least])) least = other;
        }
        heap[hole] = heap[least];
        hole = least;
    }
    rise(heap, hole, last);
    return earliest;
}

/* Stations. */

static inline void grant_next(WORLD *w, int station) {
    STATION *t = &AT(STATION, stations, station);
    if (t->first == NOBODY || t->busy >= t->workers) return;
    int64_t who = t->first;
    t->busy++;
    t->first = station == EHR ? J(who)->next_ehr : J(who)->next;
    happen_now(w, station == EHR ? GRANT_EHR : GRANT, who);
}

static inline void join(WORLD *w, int station, int64_t who) {
    STATION *t = &AT(STATION, stations, station);
    *(station == EHR ? &J(who)->next_ehr : &J(who)->next) = NOBODY;
    if (t->first == NOBODY)
        t->first = who;
    else
        *(station == EHR ? &J(t->last)->next_ehr : &J(t->last)->next) = who;
    t->last = who;
    grant_next(w, station);
}

static inline void leave(WORLD *w, int station) {
    STATION *t = &AT(STATION, stations, station);
    t->busy--;
    if (!w->alone || t->first != NOBODY) happen_now(w, RELEASE, station);
}

/* What is counted. */

static inline void keep(WORLD *w, int number, double length_s) {
    SAMPLE *s = &AT(SAMPLE, samples, number);
    int64_t ticks = (int64_t)(length_s * 0x1p24);
    w->kept++;
    if (ticks < 1LL << 32)
        ((uint32_t *)s->short_)[s->shorts++] = (uint32_t)ticks;
    else
        ((double *)s->long_)[s->longs++] = length_s;
}

static void count_request(WORLD *w, const JOURNEY *j, double ended_s, int status) {
    TALLY *t = (TALLY *)w->tally;
    t->requests++;
    if (STATUS_OK < status && status < STATUS_ABANDONED) t->errors++;
    keep(w, 0, ended_s - j->started_s);
}

static void count_attempt(WORLD *w, JOURNEY *j, int outcome, double ended_s, int64_t slot, double reserved_s) {
    TALLY *t = (TALLY *)w->tally;
    int64_t *outcomes = (int64_t *)w->outcomes;
    if (outcomes[outcome]++ == 0) AT(int64_t, met, t->met++) = outcome;
    if (j->number > 1) outcomes[ENDINGS + j->outcome]--;
    outcomes[ENDINGS + outcome]++;
    int rejected_before = j->number > 1 && j->was_rejected;
    if (outcome == REJECTED && !rejected_before) t->rejected_citizens++;
    j->was_rejected = outcome == REJECTED || rejected_before;
    j->outcome = outcome;
    if (outcome == CONFIRMED) {
        t->last_confirmation_s = fmax(t->last_confirmation_s, ended_s);
        if (slot != NOBODY && AT(uint8_t, confirmed_places, slot) == 0) {
            AT(uint8_t, confirmed_places, slot) = 1;
            t->places++;
        }
        keep(w, 2, ended_s - (j->came_s - lasting_s(w, LOGIN_LAW, j->citizen, 0)));
    } else if (outcome == REJECTED) {
        t->first_rejection_s = fmin(t->first_rejection_s, ended_s);
    }
    if (outcome <= REJECTED && !isnan(reserved_s)) keep(w, 1, ended_s - reserved_s);
}

/* The journey. */

static inline void pause(WORLD *w, int64_t who, double length_s, int phase) {
    J(who)->phase = phase;
    schedule(w, w->now_s + length_s, STEP, who);
}

static void ask(WORLD *w, int64_t who, int operation) {
    JOURNEY *j = J(who);
    TALLY *t = (TALLY *)w->tally;
    j->phase = operation;
    j->started_s = j->asked_s = w->now_s;
    if (operation == RESERVE) j->reserved_s = w->now_s;
    int64_t second = (int64_t)w->now_s;
    if (second != t->second) t->second = second, t->in_second = 0;
    if (++t->in_second > t->busiest) t->busiest = t->in_second;
    join(w, operation == LOGIN ? LOGIN_STATION : PAGES, who);
}

static void let_go(WORLD *w, int64_t who) {
    JOURNEY *j = J(who);
    j->phase = GONE;
    if (j->pending == 0) {
        j->next = w->free;
        w->free = who;
    }
}

static void settle(WORLD *w, int64_t who, int outcome, double ended_s, int64_t place, double reserved_s) {
    JOURNEY *j = J(who);
    int64_t slot = NOBODY;
    if (place > 0) {
        BOOK *b = &AT(BOOK, books, j->book);
        slot = b->first_slot + (j->time - b->first_time) * b->places + place - 1;
    }
    count_attempt(w, j, outcome, ended_s, slot, reserved_s);
    double share = AT(double, retry_shares, j->number - 1);
    if ((outcome == REJECTED || (outcome == NO_SLOT && j->saw_a_day)) && share > 0 &&
        chance(w, RETRY_STREAM, j) < share) {
        const LAW *law = &AT(LAW, laws, WAIT_LAW);
        double u = uniform(w->seed, law->stream, j->citizen, j->number - 1);
        pause(w, who, on_grid(law->scale_s * looked_up((const double *)law->table, u)), PAUSING);
    } else {
        let_go(w, who);
    }
}

static int64_t reserve(WORLD *w, int64_t time) {
    TIME *t = &AT(TIME, times, time);
    if (t->free == 0) return 0;
    DAY *day = &AT(DAY, days, t->day);
    if (--t->free == 0 && --day->open_times == 0) AT(BOOK, books, day->book).open_days--;
    return ++t->held;
}

static int64_t listed_day(WORLD *w, int64_t day, int64_t end, int64_t skip) {
    for (; day < end; day++)
        if (AT(DAY, days, day).open_times > 0 && skip-- == 0) return day;
    return NOBODY;
}

static int64_t listed_time(WORLD *w, int64_t time, int64_t end, int64_t skip) {
    for (; time < end; time++)
        if (AT(TIME, times, time).free > 0 && skip-- == 0) return time;
    return NOBODY;
}

static inline int64_t latest(int64_t a, int64_t b) { return a > b ? a : b; }

static inline int64_t preferred(const JOURNEY *j, const BOOK *b) {
    return b->first_time + (int64_t)(j->where * b->times);
}

static void read_days(WORLD *w, JOURNEY *j) {
    BOOK *b = &AT(BOOK, books, j->book);
    double u = chance(w, PICK_STREAM, j);
    j->pick = u < w->first_share ? FIRST : u < w->not_uniform_share ? PREFERRED : UNIFORM;
    if (j->pick != FIRST) j->where = chance(w, WHERE_STREAM, j);
    j->day_count = b->open_days;
    j->day = NOBODY;
    if (b->open_days == 0) return;
    while (AT(DAY, days, b->hint).open_times == 0) b->hint++;
    j->day = b->hint;
    if (j->pick == UNIFORM) j->day = listed_day(w, b->hint, b->end_day, (int64_t)(j->where * j->day_count));
    if (j->pick == PREFERRED) {
        int64_t wished = listed_day(w, latest(b->hint, AT(TIME, times, preferred(j, b)).day), b->end_day, 0);
        if (wished != NOBODY) j->day = wished;
    }
}

static void read_times(WORLD *w, JOURNEY *j) {
    DAY *d = &AT(DAY, days, j->day);
    j->time = NOBODY;
    if (d->open_times == 0) return;
    while (AT(TIME, times, d->hint).free == 0) d->hint++;
    j->time = d->hint;
    if (j->pick == UNIFORM)
        j->time = listed_time(w, d->hint, d->end_time, (int64_t)(fmod(j->where * j->day_count, 1.0) * d->open_times));
    if (j->pick == PREFERRED) {
        int64_t from = latest(d->hint, preferred(j, &AT(BOOK, books, j->book)));
        int64_t wished = listed_time(w, from, d->end_time, 0);
        if (wished != NOBODY) j->time = wished;
    }
}

static void granted(WORLD *w, int64_t who) {
    JOURNEY *j = J(who);
    if (j->phase == DAYS) read_days(w, j);
    if (j->phase == SLOTS) read_times(w, j);
    if (j->phase == RESERVE) j->decision = NOBODY;
    if (j->phase == INBOX) j->answer = j->decision;
    schedule(w, w->now_s + service_s(w, j, j->phase), STEP, who);
    if (j->phase == RESERVE) {
        j->pending++;
        join(w, EHR, who);
    }
}

static void granted_ehr(WORLD *w, int64_t who) {
    JOURNEY *j = J(who);
    j->held = reserve(w, j->time);
    schedule(w, w->now_s + service_s(w, j, EHR_COLUMN), DECIDED, who);
}

static void decided(WORLD *w, int64_t who) {
    JOURNEY *j = J(who);
    leave(w, EHR);
    j->decision = j->held;
    j->pending--;
    if (j->phase == GONE) let_go(w, who);
}

static void look_again(WORLD *w, int64_t who) {
    JOURNEY *j = J(who);
    double deadline_s = j->reserved_s + lasting_s(w, ANSWER_PATIENCE_LAW, j->citizen, 0);
    if (w->now_s + w->poll_s <= deadline_s)
        pause(w, who, w->poll_s, POLLING);
    else
        settle(w, who, ABANDONED, fmax(deadline_s, w->now_s), 0, j->reserved_s);
}

static void served(WORLD *w, int64_t who) {
    JOURNEY *j = J(who);
    int operation = j->phase;
    double now_s = w->now_s;
    leave(w, operation == LOGIN ? LOGIN_STATION : PAGES);
    if (now_s > j->asked_s + w->least_patience_s && now_s > j->asked_s + page_patience_s(w, j)) {
        double limit_s = j->asked_s + j->patience_s;
        count_request(w, j, limit_s, operation == RESERVE ? STATUS_UNKNOWN : STATUS_ABANDONED);
        settle(w, who, operation == RESERVE ? UNKNOWN : ABANDONED, limit_s, 0, operation < RESERVE ? NAN : j->reserved_s);
        return;
    }
    count_request(w, j, now_s, STATUS_OK);
    if (operation == LOGIN || operation == BOOKS) {
        ask(w, who, operation + 1);
    } else if (operation == DAYS) {
        j->saw_a_day = j->day != NOBODY;
        if (j->saw_a_day)
            ask(w, who, SLOTS);
        else
            settle(w, who, NO_SLOT, now_s, 0, NAN);
    } else if (operation == SLOTS) {
        if (j->time == NOBODY)
            settle(w, who, NO_SLOT, now_s, 0, NAN);
        else
            pause(w, who, lasting_s(w, CHOOSE_LAW, j->citizen, j->number - 1), CHOOSING);
    } else if (operation == RESERVE || j->answer == NOBODY) {
        look_again(w, who);
    } else {
        settle(w, who, j->answer == 0 ? REJECTED : CONFIRMED, now_s, j->answer, j->reserved_s);
    }
}

static void step(WORLD *w, int64_t who) {
    JOURNEY *j = J(who);
    if (j->phase < CHOOSING) {
        served(w, who);
    } else if (j->phase == CHOOSING) {
        pause(w, who, lasting_s(w, FORM_LAW, j->citizen, j->number - 1), FILLING_IN);
    } else if (j->phase == FILLING_IN) {
        ask(w, who, RESERVE);
    } else if (j->phase == POLLING) {
        ask(w, who, INBOX);
    } else if (j->number < w->tries) {
        j->number++;
        ask(w, who, DAYS);
    } else {
        let_go(w, who);
    }
}

static int64_t book_of(WORLD *w, int64_t citizen) {
    const OWNER *owner = &AT(OWNER, owners, AT(int32_t, owner_hints, citizen >> HINT_BITS));
    while (owner->end_citizen <= citizen) owner++;
    int64_t book = owner->first_book, last = book + owner->books - 1;
    if (book == last) return book;
    double u = uniform(w->seed, w->replication | BOOK_STREAM, citizen, 0);
    while (book < last && AT(double, book_shares, book) <= u) book++;
    return book;
}

static void arrive(WORLD *w) {
    int64_t who = w->free;
    if (who == NOBODY)
        who = w->journeys_made++;
    else
        w->free = J(who)->next;
    JOURNEY *j = J(who);
    j->citizen = AT(int32_t, arrivals, w->arrived++);
    j->came_s = w->now_s;
    j->patience_s = NAN;
    j->drawn = NOBODY;
    j->book = book_of(w, j->citizen);
    j->number = j->saw_a_day = 1;
    j->pending = 0;
    ask(w, who, LOGIN);
}

static void happen(WORLD *w, int kind, int64_t who) {
    switch (kind) {
    case STEP: step(w, who); break;
    case GRANT: granted(w, who); break;
    case RELEASE: grant_next(w, who); break;
    case GRANT_EHR: granted_ehr(w, who); break;
    default: decided(w, who);
    }
}

static int is_full(const WORLD *w) {
    if (w->waiting + MOST_TIMEOUTS > w->heap_room || w->kept + MOST_KEPT > w->kept_room) return 1;
    return w->arrived < w->citizens && w->free == NOBODY && w->journeys_made == w->journeys_room;
}

int64_t advance(WORLD *w, int64_t events) {
    for (; events > 0; events--) {
        if (is_full(w)) return NEEDS_ROOM;
        if (w->made >= (1LL << (63 - WHO_BITS - KIND_BITS)) - MOST_TIMEOUTS) return TOO_MANY_EVENTS;
        double arrival_s = w->arrived < w->citizens ? AT(double, arrive_s, w->arrived) : INFINITY;
        if (w->soon == 0 && w->waiting > 0) bring_near(w);
        double timeout_s = w->soon > 0 ? AT(WAITING, heap, 0).at_s : INFINITY;
        double next_s = fmin(arrival_s, timeout_s);
        int64_t event;
        if (w->head != w->tail && next_s != w->now_s) {
            w->alone = 0;
            event = AT(int64_t, present, w->head++);
            if (w->head == w->tail)
                w->head = w->tail = 0;
            else if (w->head == w->present_room)
                w->head = 0;
        } else if (next_s >= w->until_s) {
            return DONE;
        } else {
            w->now_s = next_s;
            if (arrival_s <= timeout_s) {
                w->alone = 0;
                arrive(w);
                continue;
            }
            event = pop_earliest(w);
            w->alone = w->head == w->tail && arrival_s != next_s &&
                       (w->soon == 0 || AT(WAITING, heap, 0).at_s != next_s);
        }
        happen(w, event & ((1 << KIND_BITS) - 1), event >> KIND_BITS & ((1 << WHO_BITS) - 1));
    }
    return GO_ON;
}
