"""The pure rule: places are given lowest first, given again when freed, and moved without ever being lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from reference_server.booking import UNLIMITED, Confirmed, Ledger, Rejected, Terms

PLACES = 3
DAY_OF = (0, 0, 1)
TIMES = st.integers(0, len(DAY_OF) - 1)


class LedgerBesideSets(RuleBasedStateMachine):
    """The ledger agrees with plain sets of taken places, whatever is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger(PLACES, DAY_OF)
        self.taken: list[dict[int, int]] = [{} for _ in DAY_OF]

    def lowest(self, time: int) -> int | None:
        return next((place for place in range(1, PLACES + 1) if place not in self.taken[time]), None)

    @rule(time=TIMES, citizen=st.integers(0, 9))
    def reserve(self, time: int, citizen: int) -> None:
        place = self.lowest(time)
        decision = self.ledger.reserve(time, citizen)
        if place is None:
            assert decision == Rejected()
        else:
            assert decision == Confirmed(place=place)
            self.taken[time][place] = citizen

    @rule(time=TIMES, place=st.integers(1, PLACES))
    def cancel(self, time: int, place: int) -> None:
        if self.taken[time].pop(place, None) is None:
            with pytest.raises(KeyError):
                self.ledger.cancel(time, place)
        else:
            self.ledger.cancel(time, place)

    @rule(time=TIMES, place=st.integers(1, PLACES), new_time=TIMES)
    def change(self, time: int, place: int, new_time: int) -> None:
        if place not in self.taken[time]:
            with pytest.raises(KeyError):
                self.ledger.change(time, place, new_time)
            return
        new_place = self.lowest(new_time)
        decision = self.ledger.change(time, place, new_time)
        if new_place is None:
            assert decision == Rejected()
            assert self.ledger.holder(time, place) == self.taken[time][place]
        else:
            assert decision == Confirmed(place=new_place)
            self.taken[new_time][new_place] = self.taken[time].pop(place)

    @invariant()
    def agrees(self) -> None:
        assert self.ledger.booked == sum(map(len, self.taken))
        assert self.ledger.free == PLACES * len(DAY_OF) - self.ledger.booked
        free = [time for time in range(len(DAY_OF)) if len(self.taken[time]) < PLACES]
        assert [time for day in range(2) for time in self.ledger.free_times(day)] == free
        assert self.ledger.free_days() == sorted({DAY_OF[time] for time in free})
        for time, places in enumerate(self.taken):
            for place in range(1, PLACES + 1):
                assert self.ledger.holder(time, place) == places.get(place)


TestLedgerBesideSets = LedgerBesideSets.TestCase


@given(most=st.integers(1, 5), active=st.integers(0, 9))
def test_terms_count_the_active_reservations(most: int, active: int) -> None:
    assert Terms(most_active=most).allows_another(active) == (active < most)
    assert UNLIMITED.allows_another(active)


def test_one_active_reservation_is_what_a_book_allows_unless_it_says_otherwise() -> None:
    assert [Terms().allows_another(active) for active in (0, 1)] == [True, False]
