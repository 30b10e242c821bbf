# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""Who acts, how soon after the SMS, and how long the log-in takes them: drawn for many in a row, and put in order."""

from typing import Any

import numpy as np

from scenarios.responding import LEAST
from scenarios.streams import Quantity
from simulation.kernel.chance import length_s
from simulation.kernel.codes import LOGIN_LAW, RESPONSE_LAW
from simulation.kernel.draws import chance, lasting_s
from simulation.kernel.rows import crowd_at, crowd_part_at, group_at, law_at, part, way_at

_DELIVERY, _UPTAKE, _RESPONSE = int(Quantity.DELIVERY), int(Quantity.UPTAKE), int(Quantity.RESPONSE)
_AGE = int(Quantity.AGE)
DIGIT_BITS = 11
_DIGITS = 1 << DIGIT_BITS


@part
def kind_of(w, citizen, crowd):
    """In which way somebody of a crowd answers."""
    c = crowd_at(w, crowd)
    at, last = np.int64(c.first), c.first + c.parts - 1
    if at < last:
        u = chance(w, _AGE, citizen, 0)
        while at < last and crowd_part_at(w, at).ends <= u:
            at += 1
    return crowd_part_at(w, at).kind


@part
def delay_s(w, citizen, crowd):
    """The time from the SMS to opening the page, in waking hours: `delays_of`."""
    u = chance(w, _RESPONSE, citizen, 0)
    way = way_at(w, kind_of(w, citizen, crowd))
    index = np.int64(way.first)
    while index < way.last and u >= group_at(w, index).ends:
        index += 1
    group, law = group_at(w, index), law_at(w, RESPONSE_LAW + index)
    within = min(max((u - group.begins) / group.share, LEAST), 1.0 - LEAST)
    return length_s(law.table, law.scale_s, within) + w.least_s


@part
def _happens(w, quantity, share, citizen):
    """Whether something happens to a citizen that happens to such a share; to all, and nothing is drawn."""
    return share >= 1.0 or chance(w, quantity, citizen, 0) < share


def respond(world: Any, first: int, count: int, citizens: Any, delays_s: Any, logins_s: Any) -> int:
    """Draw those of `count` citizens from `first` on who act, and say how many they are."""
    w = world[0]
    acting, crowd = 0, 0
    for citizen in range(first, first + count):
        if _happens(w, _DELIVERY, w.delivered, citizen) and _happens(w, _UPTAKE, w.uptake, citizen):
            citizens[acting] = citizen
            while crowd_at(w, crowd).end_citizen <= citizen:
                crowd += 1
            delays_s[acting] = delay_s(w, citizen, crowd)
            logins_s[acting] = lasting_s(w, LOGIN_LAW, citizen, 0)
            acting += 1
    return acting


def put_in_order(world: Any, ticks: Any, citizens: Any, other_ticks: Any, other_citizens: Any, starts: Any) -> bool:
    """Sort by moment, then by when the page was opened, then by citizen; whether the answer is in the other arrays.

    Radix sort, from the last digit to the first: as long for any moments, and equal ones stay as they were.
    """
    count, highest = len(ticks), np.int64(0)
    for k in range(count):
        highest = max(highest, ticks[k])
    swapped = False
    shift = 0
    while highest >> shift:
        starts[:] = 0
        for k in range(count):
            starts[((ticks[k] >> shift) & (_DIGITS - 1)) + 1] += 1
        for digit in range(_DIGITS):
            starts[digit + 1] += starts[digit]
        for k in range(count):
            digit = (ticks[k] >> shift) & (_DIGITS - 1)
            other_ticks[starts[digit]] = ticks[k]
            other_citizens[starts[digit]] = citizens[k]
            starts[digit] += 1
        ticks, other_ticks = other_ticks, ticks
        citizens, other_citizens = other_citizens, citizens
        swapped = not swapped
        shift += DIGIT_BITS
    _in_order_of_opening(world[0], ticks, citizens)
    return swapped


@part
def _in_order_of_opening(w, ticks, citizens):
    """Of those who come at the same moment, whoever took longer to log in opened the page first."""
    for k in range(1, len(ticks)):
        citizen, at = citizens[k], k
        while at > 0 and ticks[at - 1] == ticks[k]:
            if lasting_s(w, LOGIN_LAW, citizens[at - 1], 0) >= lasting_s(w, LOGIN_LAW, citizen, 0):
                break
            citizens[at] = citizens[at - 1]
            at -= 1
        citizens[at] = citizen
