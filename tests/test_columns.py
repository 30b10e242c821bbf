"""The record as columns: nothing is lost on the way there and back, and the score is that of the attempts."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.attempts import Attempt
from scenarios.columns import attempts_of, columns_of
from scenarios.measures import Offer, measured
from scenarios.plan import plan_of
from scenarios.run import run_of
from simulation.replication import simulate
from tests import a, measures_model
from tests.records import records

OFFER = Offer(last_sms_s=100.0, capacity=10)


@settings(max_examples=60, deadline=None)
@given(records())
def test_attempts_come_back_from_columns_as_they_were(record: list[Attempt]) -> None:
    assert attempts_of(columns_of(record)) == record


@settings(max_examples=60, deadline=None)
@given(records())
def test_columns_score_exactly_as_attempts_do_one_by_one(record: list[Attempt]) -> None:
    assert measured(columns_of(record), OFFER) == measures_model.measured(record, OFFER)


def test_a_simulated_record_scores_exactly_as_its_attempts_do_one_by_one() -> None:
    scenario = a.scenario({"behaviour.response": {"median": "20 s", "sigma": 1.0}})
    plan = plan_of(scenario, scenario.policy, 0)
    attempts = simulate(scenario, plan)
    run = run_of(scenario, plan, columns_of(attempts), with_timeline=True)
    offer = Offer(last_sms_s=float(plan.sent_s.max()), capacity=144)
    assert run.measures == measures_model.measured(attempts, offer)
    assert sum(run.outcomes.values()) == len(attempts)
    assert run.timeline is not None
    assert run.timeline.confirmed[-1] == run.outcomes["CONFIRMED"]


@settings(max_examples=40, deadline=None)
@given(records(), records())
def test_records_share_a_digest_only_if_they_are_equal(one: list[Attempt], other: list[Attempt]) -> None:
    assert (columns_of(one).digest() == columns_of(other).digest()) == (one == other)


@settings(max_examples=40, deadline=None)
@given(records().filter(bool), st.data())
def test_any_change_to_an_attempt_changes_the_digest(record: list[Attempt], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(record) - 1))
    before = record[place]
    change = data.draw(
        st.sampled_from(
            [
                {"ended_s": before.ended_s + 2.0**-24},
                {"slot": "another"},
                {"asked": None if before.asked else "another"},
                {"reserved_s": None if before.reserved_s is not None else 0.0},
                {"requests": (*before.requests, *before.requests[:1])} if before.requests else {"number": 99},
            ]
        )
    )
    changed = [*record[:place], replace(before, **change), *record[place + 1 :]]
    assert columns_of(changed).digest() != columns_of(record).digest()
