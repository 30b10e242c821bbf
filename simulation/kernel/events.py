# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The order of events: the heap of timeouts, and the queue of the present moment."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from simulation.kernel.codes import KIND_BITS, WHO_BITS
from simulation.kernel.rows import inlined, part, present_events, waiting_at


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
    rise(w, w.waiting - 1, at_s, event)


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
    size = w.waiting
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
