"""The people of a wave, and how long a wave is felt."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.capacity.overload import limit_s, with_reload
from loadtests.capacity.people import Stretch, people_in, wave_of
from loadtests.capacity.recovery import asked_again, back_after_s, window_of, windows_of
from scenarios.attempts import Attempt, Operation, Outcome, Request, Status
from scenarios.capacity import Window
from scenarios.columns import Columns, columns_of
from scenarios.plan import plan_of
from scenarios.reading import sha256_of
from scenarios.scenario import Scenario
from tests import a

SCENARIO = a.scenario()
PLAN = plan_of(SCENARIO, SCENARIO.policy, 1)


@given(st.integers(0, 60), st.integers(0, 25), st.floats(1, 300))
def test_a_wave_has_exactly_the_people_asked_for_each_in_their_stretch(first: int, after: int, length_s: float) -> None:
    wave = wave_of(PLAN, [Stretch(first, length_s), Stretch(after, 2 * length_s)])
    moments_s = np.sort(wave.planned_s[wave.acts == 1])
    assert people_in(wave) == first + after
    assert (moments_s[:first] <= length_s + 1e-6).all()
    assert (moments_s[first:] >= length_s - 1e-6).all()
    assert (moments_s <= 3 * length_s + 1e-6).all()
    assert (PLAN.acts[wave.acts == 1] == 1).all()


def test_a_larger_wave_is_the_smaller_one_with_more_people_at_the_same_moments() -> None:
    small, large = (wave_of(PLAN, [Stretch(count, 60.0)]) for count in (20, 50))
    who = small.acts == 1
    assert (large.acts[who] == 1).all()
    assert (large.planned_s[who] == small.planned_s[who]).all()
    assert (large.form_s == PLAN.form_s).all()


def test_waves_of_different_replications_are_different_waves() -> None:
    moments = [
        wave_of(plan_of(SCENARIO, SCENARIO.policy, replication), [Stretch(30, 60.0)]).planned_s.tolist()
        for replication in (1, 2, 1)
    ]
    assert moments[0] == moments[2] != moments[1]


def test_a_wave_of_more_people_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="a wave of 999 people, and the plan has"):
        wave_of(PLAN, [Stretch(999, 60.0)])


def asked(*planned_and_took_s: tuple[float, float], status: Status = Status.OK) -> Columns:
    requests = tuple(Request(Operation.SLOTS, at, at, at + took, status) for at, took in planned_and_took_s)
    return columns_of([
        Attempt(citizen=0, number=1, planned_s=0.0, ended_s=99.0, outcome=Outcome.NO_SLOT, book=None, asked=None,
                slot=None, reserved_s=None, requests=requests)
    ])  # fmt: skip


def test_windows_go_by_the_planned_moment() -> None:
    windows = windows_of(asked((0.0, 1.0), (9.9, 30.0), (10.0, 2.0), (31.0, 3.0)), 10.0)
    assert [(one.requests, one.response_time_p95_s) for one in windows] == [(2, 30.0), (1, 2.0), (0, None), (1, 3.0)]


def windows(*p95_s: float | None) -> list[Window]:
    return [Window(requests=0 if one is None else 5, response_time_p95_s=one) for one in p95_s]


@pytest.mark.parametrize(
    ("seen", "back"),
    [
        (windows(0.1, 0.2, 0.1), 0.0),
        (windows(0.1, 9.0, 0.1), 0.0),  # slow only while the wave lasted
        (windows(0.1, 9.0, 9.0, 0.1), 10.0),
        (windows(0.1, 9.0, 0.1, 9.0, 0.1), 20.0),  # back for good
        (windows(0.1, 9.0, 9.0), None),
        (windows(0.1, 9.0, 9.0, None, None), None),  # nobody was there to see
        (windows(), 0.0),
    ],
)
def test_response_times_are_back_when_they_stay(seen: list[Window], back: float | None) -> None:
    assert back_after_s(seen, 10.0, 20.0, 2.0) == back


def test_asking_again_is_counted_where_a_request_replaced_another() -> None:
    assert asked_again(asked((0.0, 5.0), (5.0, 5.0), (10.0, 5.0), status=Status.ABANDONED)) == 2
    assert asked_again(asked((0.0, 5.0), (5.0, 5.0))) == 0
    assert asked_again(columns_of([])) == 0


def test_a_window_is_a_twelfth_of_the_wave_in_whole_seconds() -> None:
    assert [window_of(wave_s) for wave_s in (5.0, 60.0, 121.0)] == [1.0, 5.0, 11.0]


def test_the_impatient_are_the_same_people_who_reload_and_the_patient_never_do() -> None:
    patient, impatient = (with_reload(SCENARIO, impatient=one) for one in (False, True))
    assert sha256_of(patient) == sha256_of(SCENARIO)
    assert patient.behaviour.reload is None
    assert impatient.behaviour.reload is not None
    assert Scenario.model_validate(impatient.model_dump(mode="json", by_alias=True)) == impatient
    same, other = (plan_of(one, one.policy, 1) for one in (patient, impatient))
    assert (same.form_s == other.form_s).all()
    assert other.reloads is not None
    own = with_reload(a.scenario({"behaviour.reload": {"share": "10 %", "after": "2 s"}}), impatient=True)
    assert own.behaviour.reload is not None
    assert own.behaviour.reload.share == 0.1


def test_too_long_is_what_the_scenario_says_or_two_seconds() -> None:
    assert limit_s(SCENARIO) == 2.0
    assert limit_s(a.scenario({"thresholds": {"latency": "p90(response_time_p95_s) <= 5 s"}})) == 5.0
    assert limit_s(a.scenario({"thresholds": {"double": "max(double_bookings) == 0"}})) == 2.0


def test_moments_are_evenly_likely_over_the_wave() -> None:
    large = a.scenario({"invitation.invited": 4000, "municipality.population": 9000})
    moments_s = wave_of(plan_of(large, large.policy, 3), [Stretch(2000, 60.0)])
    quarters = np.histogram(moments_s.planned_s[moments_s.acts == 1], bins=4, range=(0, 60))[0]
    assert all(abs(int(count) - 500) < 100 for count in quarters)  # five standard deviations
