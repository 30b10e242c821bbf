"""What a scenario offers: the invited, the books, the times."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.inventory import expected_takers, inventory_of, largest_invited, total_capacity, total_invited
from scenarios.reading import load
from tests import a


def test_the_smoke_test_offers_its_144_places() -> None:
    (municipality,) = inventory_of(a.scenario())
    (book,) = municipality.books
    assert (municipality.number, municipality.name, municipality.population) == ("9999", "Beste kommune", 800)
    assert (municipality.invited, municipality.capacity) == (120, 144)
    assert (len(book.starts), book.places, book.capacity) == (48, 3, 144)
    assert book.starts[0] == dt.datetime(2021, 5, 10, 8, 30)  # noqa: DTZ001 - local time, as in the file
    assert book.starts[-1] == dt.datetime(2021, 5, 11, 10, 25)  # noqa: DTZ001
    assert book.time_text(24) == "2021-05-11T08:30"
    assert book.slot_id(0, 3) == f"{book.id}/2021-05-10T08:30/3"


def test_takers_are_invited_times_delivered_times_uptake() -> None:
    assert expected_takers(a.scenario()) == pytest.approx(120 * 0.95 * 0.8)


@given(
    minutes=st.integers(1, 120),
    opening=st.integers(0, 20 * 60),
    hours=st.integers(2 * 60, 3 * 60 + 59),
    parallel=st.integers(1, 20),
)
@settings(max_examples=50, deadline=None)
def test_times_follow_each_other_and_none_runs_past_closing(
    minutes: int, opening: int, hours: int, parallel: int
) -> None:
    opens, closes = (dt.time(m // 60, m % 60) for m in (opening, opening + hours))
    block = {"book": "x", "dates": ["2021-05-11", "2021-05-10"], "open": {"from": opens, "to": closes}}
    block |= {"length": f"{minutes} min", "parallel": parallel}
    (book,) = inventory_of(a.scenario({"slots": [block]}))[0].books
    length = dt.timedelta(minutes=minutes)
    assert list(book.starts) == sorted(book.starts)
    assert book.days == (dt.date(2021, 5, 10), dt.date(2021, 5, 11))
    assert [book.days[day] for day in book.day_of] == [start.date() for start in book.starts]
    assert all(opens <= start.time() and (start + length).time() <= closes for start in book.starts)
    assert len(book.starts) == 2 * (hours // minutes)
    assert len({book.time_text(time) for time in range(len(book.starts))}) == len(book.starts)


@given(st.integers(1, 5000), st.floats(1, 300))
@settings(max_examples=50, deadline=None)
def test_free_per_100_invited_gives_at_least_that_many_and_less_than_one_more_place(invited: int, free: float) -> None:
    block = {"book": "x", "dates": ["2021-05-10"], "open": {"from": "08:00", "to": "10:00"}, "length": "10 min"}
    asked = a.scenario({"slots": [block | {"free_per_100_invited": free}], "invitation.invited": invited})
    wanted = invited * free / 100
    assert wanted - 1e-6 <= total_capacity(asked) < wanted + 12 + 1e-6


def test_several_municipalities_each_bring_their_people_and_their_books() -> None:
    together = load("everyone-at-nine")
    inventory = inventory_of(together)
    assert len(inventory) == 50
    assert len({book.id for one in inventory for book in one.books}) == 50
    assert total_invited(together) == sum(one.invited for one in inventory)
    assert largest_invited(together) == max(one.invited for one in inventory)
    assert all(one.capacity >= one.invited for one in inventory)


def test_invited_counts_for_each_municipality() -> None:
    together = a.scenario({"municipality": {"names": ["Bergen", "Oslo"]}})
    assert [one.invited for one in inventory_of(together)] == [120, 120]
    assert total_invited(together) == 240


def test_a_cohort_is_looked_up_in_the_list_of_its_year() -> None:
    of_2021 = a.scenario(
        {
            "municipality": {"name": "Bergen", "register_year": 2021},
            "invitation.invited": None,
            "invitation.cohort": "45-54",
        }
    )
    assert total_invited(of_2021) == 37_696


def test_two_books_share_no_name() -> None:
    block = a.scenario().slots[0].model_dump(by_alias=True, mode="json", exclude_none=True)
    books = inventory_of(a.scenario({"slots": [block, block]}))[0].books
    assert [book.id for book in books] == ["9999-1", "9999-2"]
    assert total_capacity(a.scenario({"slots": [block, block]})) == 288
