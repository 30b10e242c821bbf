# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The order of events: the heap of timeouts, and the queue of the present moment."""

from simulation.kernel.codes import KIND_BITS, WHO_BITS
from simulation.kernel.rows import inlined, part, present_events, waiting_at


@part
def schedule(w, at_s, kind, who):
    """Make a timeout. One for the present moment queues behind all that wait for it."""
    if at_s == w.now_s:
        happen_now(w, kind, who)
        return
    event = (w.made << (WHO_BITS + KIND_BITS)) | (who << KIND_BITS) | kind
    w.made += 1
    hole = w.waiting
    w.waiting += 1
    while hole > 0:
        above = (hole - 1) >> 2
        above_s = waiting_at(w, above).at_s
        if above_s < at_s or (above_s == at_s and waiting_at(w, above).event < event):
            break
        waiting_at(w, hole).at_s = above_s
        waiting_at(w, hole).event = waiting_at(w, above).event
        hole = above
    waiting_at(w, hole).at_s = at_s
    waiting_at(w, hole).event = event


@inlined
def pop_earliest(w):
    """Take the earliest timeout out of the heap."""
    earliest = waiting_at(w, 0).event
    w.waiting -= 1
    size = w.waiting
    at_s, event = waiting_at(w, size).at_s, waiting_at(w, size).event
    hole = 0
    while True:
        child = 4 * hole + 1
        if child >= size:
            break
        least = child
        least_s, least_event = waiting_at(w, child).at_s, waiting_at(w, child).event
        for other in range(child + 1, min(child + 4, size)):
            other_s = waiting_at(w, other).at_s
            if other_s < least_s or (other_s == least_s and waiting_at(w, other).event < least_event):
                least, least_s, least_event = other, other_s, waiting_at(w, other).event
        if at_s < least_s or (at_s == least_s and event < least_event):
            break
        waiting_at(w, hole).at_s = least_s
        waiting_at(w, hole).event = least_event
        hole = least
    waiting_at(w, hole).at_s = at_s
    waiting_at(w, hole).event = event
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
