"""Two clocks: whatever the way there and back takes, the truth is within what is said."""

from hypothesis import given
from hypothesis import strategies as some

from loadtests.clocks import SAME, Apart, Reading, apart, over_time

LENGTHS = some.floats(0.0, 10.0)


@given(some.floats(-1e6, 1e6), some.lists(some.tuples(LENGTHS, LENGTHS), min_size=1, max_size=10))
def test_the_true_difference_is_within_the_error(offset_s: float, ways: list[tuple[float, float]]):
    readings = [Reading(100.0, 100.0 + there_s - offset_s, 100.0 + there_s + back_s) for there_s, back_s in ways]
    found = apart(readings, same_machine=False)
    assert abs(found.offset_s - offset_s) <= found.error_s + 1e-6
    assert found.error_s <= min(there_s + back_s for there_s, back_s in ways) / 2 + 1e-6


def test_one_machine_has_one_clock_unless_it_shows_otherwise():
    near = [Reading(5.0, 5.4, 6.0)]
    assert apart(near, same_machine=True) == SAME
    far = [Reading(5.0, 1005.4, 6.0)]
    assert apart(far, same_machine=True) == Apart(offset_s=-999.9, error_s=0.5)


def test_a_clock_that_drifts_is_known_less_well():
    looks = [Apart(offset_s=1.0, error_s=0.001), Apart(offset_s=1.005, error_s=0.002)]
    found = over_time(looks)
    assert found.offset_s == 1.0
    assert abs(found.error_s - 0.007) < 1e-12
