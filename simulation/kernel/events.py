# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The order of events: timeouts, and the queue of the present moment.

Most timeouts lie far ahead, and a heap of them all would be deep, and larger than a cache. So the heap holds only those
of the present slot of time and of slots before it. The others lie in boxes, unordered: 256 for the next slots, 256 for
as many times 256 of them, and so on, where the highest digit in which a slot differs from the present one says which.
When the heap is empty, the first box that is not is opened: it holds what comes next, and what it holds goes into the
heap or into nearer boxes. What comes first is found by the heap alone, so how long a slot is changes nothing but the
time it takes.

Source: Varghese and Lauck, "Hashed and hierarchical timing wheels", SOSP 1987.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from simulation.kernel.codes import BOX_BITS, BOXES, KIND_BITS, MOST_CITIZENS, NOBODY, WHO_BITS, WORD_BITS
from simulation.kernel.rows import boxes, filled, inlined, later_at, part, prefetch_journey, present_events, waiting_at


@inlined
def rise(w, hole, at_s, event):
    """Put a timeout where it belongs, at a hole or above it."""
    while hole > 0:
        above = (hole - 1) >> 2
        above_s, above_event = waiting_at(w, above).at_s, waiting_at(w, above).event
        if above_s < at_s or (above_s == at_s and above_event < event):
            break
        waiting_at(w, hole).at_s = above_s
        waiting_at(w, hole).event = above_event
        hole = above
    waiting_at(w, hole).at_s = at_s
    waiting_at(w, hole).event = event


@part
def schedule(w, at_s, kind, who):
    """Make a timeout. One for the present moment queues behind all that wait for it."""
    if at_s == w.now_s:
        happen_now(w, kind, who)
        return
    event = (w.made << (WHO_BITS + KIND_BITS)) | (who << KIND_BITS) | kind
    w.made += 1
    w.waiting += 1
    slot = np.int64(at_s * w.slots_per_s)
    if slot <= w.slot:
        w.soon += 1
        rise(w, w.soon - 1, at_s, event)
        return
    row = w.later_free
    if row == NOBODY:
        row = w.later_made
        w.later_made += 1
    else:
        w.later_free = later_at(w, row).next
    later = later_at(w, row)
    later.at_s = at_s
    later.event = event
    put_away(w, row, slot)


@intrinsic
def _leading_zeros(_context, number):
    """Zero bits before the first that is one; there is one."""

    def generate(_target, builder, _signature, arguments):
        return builder.ctlz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(number), generate


@intrinsic
def _trailing_zeros(_context, number):
    """Zero bits after the last that is one; there is one."""

    def generate(_target, builder, _signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(number), generate


@inlined
def put_away(w, row, slot):
    """Put a timeout of a later slot into its box."""
    ring = (63 - _leading_zeros(slot ^ w.slot)) >> 3
    box = (ring << BOX_BITS) | ((slot >> (ring << 3)) & (BOXES - 1))
    later_at(w, row).next = boxes(w)[box]
    boxes(w)[box] = row
    filled(w)[box >> WORD_BITS] |= 1 << (box & ((1 << WORD_BITS) - 1))


@part
def bring_near(w):
    """Open boxes until the heap has what comes next; something does."""
    while w.soon == 0:
        word = 0
        while filled(w)[word] == 0:
            word += 1
        bits = filled(w)[word]
        filled(w)[word] = bits & (bits - 1)
        box = (word << WORD_BITS) | _trailing_zeros(bits)
        shift = (box >> BOX_BITS) << 3
        w.slot = (((w.slot >> shift) | (BOXES - 1)) ^ (BOXES - 1) | (box & (BOXES - 1))) << shift
        row = np.int64(boxes(w)[box])
        boxes(w)[box] = NOBODY
        while row != NOBODY:
            row = take_out(w, row)


@inlined
def take_out(w, row):
    """Put a timeout of the box that was opened into the heap, or into a nearer box; the next in the box."""
    later = later_at(w, row)
    after = np.int64(later.next)
    slot = np.int64(later.at_s * w.slots_per_s)
    if slot == w.slot:
        prefetch_journey(w, (later.event >> KIND_BITS) & (MOST_CITIZENS - 1))
        w.soon += 1
        rise(w, w.soon - 1, later.at_s, later.event)
        later.next = w.later_free
        w.later_free = row
    else:
        put_away(w, row, slot)
    return after


@intrinsic
def _before(_context, at_s, event, other_s, other_event):
    """1 where a timeout comes before another: moments are not negative, so that their bits are in order as they are.

    One comparison of 128 bits, without a branch: which of two comes first is chance, and no processor foresees it.
    """

    def generate(_target, builder, _signature, arguments):
        wide, number = ir.IntType(128), ir.IntType(64)
        keys = []
        for moment, which in (arguments[:2], arguments[2:]):
            upper = builder.zext(builder.bitcast(moment, number), wide)
            keys.append(builder.or_(builder.shl(upper, ir.Constant(wide, 64)), builder.zext(which, wide)))
        return builder.zext(builder.icmp_unsigned("<", *keys), number)

    return types.int64(at_s, event, other_s, other_event), generate


@inlined
def is_before(w, one, other):
    """1 where the timeout in one place of the heap comes before that in another, else 0."""
    a, b = waiting_at(w, one), waiting_at(w, other)
    return _before(a.at_s, a.event, b.at_s, b.event)


@inlined
def pop_earliest(w):
    """Take the earliest timeout out of the heap: fill the hole from below, and put the last where it belongs."""
    earliest = waiting_at(w, 0).event
    w.waiting -= 1
    w.soon -= 1
    size = w.soon
    at_s, event = waiting_at(w, size).at_s, waiting_at(w, size).event
    hole, child = 0, 1
    while child < size:
        least = child
        if child + 4 <= size:
            left = child + is_before(w, child + 1, child)
            right = child + 2 + is_before(w, child + 3, child + 2)
            least = left + (right - left) * is_before(w, right, left)
        else:
            for other in range(child + 1, size):
                least += (other - least) * is_before(w, other, least)
        waiting_at(w, hole).at_s = waiting_at(w, least).at_s
        waiting_at(w, hole).event = waiting_at(w, least).event
        hole, child = least, 4 * least + 1
    rise(w, hole, at_s, event)
    return earliest


@inlined
def happen_now(w, kind, who):
    """Make an event for the present moment."""
    present_events(w)[w.tail] = (who << KIND_BITS) | kind
    w.tail += 1
    if w.tail == w.present_room:
        w.tail = 0


@inlined
def next_present(w):
    """Take the oldest event of the present moment."""
    event = present_events(w)[w.head]
    w.head += 1
    if w.head == w.tail:  # nobody is left: begin at the front again, which stays in the cache
        w.head = w.tail = 0
    elif w.head == w.present_room:
        w.head = 0
    return event
