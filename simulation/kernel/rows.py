# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""Rows by address: how the kernel reaches what it has in memory."""

import numpy as np
from llvmlite import ir
from numba import carray, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from simulation.kernel.layout import (
    ATTEMPT,
    BOOK,
    CROWD,
    CROWD_PART,
    DAY,
    GROUP,
    HOURS,
    JOURNEY,
    KEPT_LIST,
    LATER,
    LAW,
    OTHER,
    OWNER,
    REQUEST,
    ROOM,
    SAMPLE,
    STATION,
    TALLY,
    TIME,
    TRAFFIC,
    VISITOR,
    WAITING,
    WAY,
)

part = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, error_model="numpy")
"""A piece of `advance`, never called from Python: without wrappers it compiles in a fraction of the time."""

inlined = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, error_model="numpy", forceinline=True)
"""A piece that is small, or called in one place, so that a call would cost more than what it does."""


@intrinsic
def _pointer(_context, address):
    def generate(_target, builder, _signature, arguments):
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


@part
def float_at(address, index):
    """A float64 of a column."""
    return carray(_pointer(address), 1, np.float64)[np.uint64(index)]


@part
def int_at(address, index):
    """An int64 of a column."""
    return carray(_pointer(address), 1, np.int64)[np.uint64(index)]


@part
def floats(address):
    """A float64 column, to be written."""
    return carray(_pointer(address), 1, np.float64)


@part
def ints(address):
    """An int64 column, to be written."""
    return carray(_pointer(address), 1, np.int64)


@part
def small_int_at(address, index):
    """An int32 of a column."""
    return carray(_pointer(address), 1, np.int32)[np.uint64(index)]


@part
def law_at(w, index):
    """How a length of time is drawn."""
    return carray(_pointer(w.laws), 1, LAW)[np.uint64(index)]


@part
def group_at(w, index):
    """Those who answer alike."""
    return carray(_pointer(w.groups), 1, GROUP)[np.uint64(index)]


@part
def crowd_at(w, index):
    """Citizens who follow each other."""
    return carray(_pointer(w.crowds), 1, CROWD)[np.uint64(index)]


@part
def crowd_part_at(w, index):
    """A part of a crowd, by age."""
    return carray(_pointer(w.crowd_parts), 1, CROWD_PART)[np.uint64(index)]


@part
def way_at(w, index):
    """A way of answering."""
    return carray(_pointer(w.ways), 1, WAY)[np.uint64(index)]


@part
def owner_at(w, index):
    """A municipality."""
    return carray(_pointer(w.owners), 1, OWNER)[np.uint64(index)]


@part
def taken_places(w):
    """A byte for each place, 1 where it is taken."""
    return carray(_pointer(w.taken), 1, np.uint8)


@part
def present_events(w):
    """The queue of the present moment."""
    return carray(_pointer(w.present), 1, np.int64)


@part
def waiting_at(w, index):
    """An entry of the heap."""
    return carray(_pointer(w.heap), 1, WAITING)[np.uint64(index)]


@part
def later_at(w, index):
    """A timeout in a box."""
    return carray(_pointer(w.later), 1, LATER)[np.uint64(index)]


@part
def boxes(w):
    """The first timeout of each box."""
    return carray(_pointer(w.boxes), 1, np.int32)


@part
def filled(w):
    """A bit for each box, 1 where it is not empty."""
    return carray(_pointer(w.filled), 1, np.int64)


@intrinsic
def _prefetch(_context, address):
    """Have what is at an address brought into the cache; any address may be given."""

    def generate(_target, builder, _signature, arguments):
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number])
        fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        place = builder.inttoptr(arguments[0], cgutils.voidptr_t)
        builder.call(fetch, [place, *(ir.Constant(number, value) for value in (1, 3, 1))])
        return arguments[0]

    return types.int64(address), generate


_LINE = 64
_ROW = JOURNEY.itemsize


@inlined
def prefetch_journey(w, who):
    """A citizen will soon go on."""
    address = w.journeys + who * _ROW
    _prefetch(address)
    _prefetch(address + _LINE)


@part
def station_at(w, index):
    """A station."""
    return carray(_pointer(w.stations), 1, STATION)[np.uint64(index)]


@part
def journey_at(w, index):
    """A citizen on the way."""
    return carray(_pointer(w.journeys), 1, JOURNEY)[np.uint64(index)]


@part
def book_at(w, index):
    """A book."""
    return carray(_pointer(w.books), 1, BOOK)[np.uint64(index)]


@part
def day_at(w, index):
    """A day."""
    return carray(_pointer(w.days), 1, DAY)[np.uint64(index)]


@part
def time_at(w, index):
    """A time."""
    return carray(_pointer(w.times), 1, TIME)[np.uint64(index)]


@part
def room_of(w):
    """The waiting room; there is one."""
    return carray(_pointer(w.room), 1, ROOM)[0]


@part
def visitor_at(w, index):
    """A citizen as the waiting room knows them."""
    return carray(_pointer(w.visitors), 1, VISITOR)[np.uint64(index)]


@part
def other_at(w, index):
    """A request of the background load."""
    return carray(_pointer(w.others), 1, OTHER)[np.uint64(index)]


@part
def traffic_at(w, index):
    """What comes to a station besides the citizens."""
    return carray(_pointer(w.traffic), 1, TRAFFIC)[np.uint64(index)]


@part
def hours_at(w, index):
    """Hours of the profile over the day."""
    return carray(_pointer(w.hours), 1, HOURS)[np.uint64(index)]


@part
def kept_days_at(w, index):
    """The list of days of a book that is kept."""
    return carray(_pointer(w.kept_days), 1, KEPT_LIST)[np.uint64(index)]


@part
def kept_times_at(w, index):
    """The list of times of a day that is kept."""
    return carray(_pointer(w.kept_times), 1, KEPT_LIST)[np.uint64(index)]


@part
def days_shown(w):
    """A byte for each day, 1 where the kept list of its book has it."""
    return carray(_pointer(w.days_shown), 1, np.uint8)


@part
def times_shown(w):
    """A byte for each time, 1 where the kept list of its day has it."""
    return carray(_pointer(w.times_shown), 1, np.uint8)


@part
def attempt_row(w, index):
    """A row of the record."""
    return carray(_pointer(w.attempts), 1, ATTEMPT)[np.uint64(index)]


@part
def request_row(w, index):
    """A row of the record."""
    return carray(_pointer(w.requests), 1, REQUEST)[np.uint64(index)]


@part
def small_ints(address):
    """A uint32 column, to be written."""
    return carray(_pointer(address), 1, np.uint32)


@part
def tally_of(w):
    """What is counted instead of a record."""
    return carray(_pointer(w.tally), 1, TALLY)[0]


@part
def sample_at(w, index):
    """Lengths of time of one kind."""
    return carray(_pointer(w.samples), 1, SAMPLE)[np.uint64(index)]


@part
def confirmed_places(w):
    """A byte for each place, 1 where it was confirmed to somebody."""
    return carray(_pointer(w.confirmed_places), 1, np.uint8)
