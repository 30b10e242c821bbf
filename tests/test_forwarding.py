"""Links that are passed on: who comes with them, in every engine, and what is said of the invited alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports.journey_words import events_of
from reports.language import language_of
from scenarios.attempts import Outcome
from scenarios.columns import columns_of
from scenarios.forwarding import NOBODY
from scenarios.inventory import expected_uninvited
from scenarios.one_journey import OneJourney
from scenarios.plan import Plan, columns, plan_of
from scenarios.plan_file import read_plan, write_plan
from scenarios.run import run_of
from scenarios.sense import warnings_of
from scenarios.strategy import Strategy
from simulation.replication import simulate
from simulation.tracing import traced
from tests import a

MANY = {"share": "25 %", "to": 2, "after": "10 min"}


def plan(changes: dict[str, Any] | None = None) -> Plan:
    scenario = a.scenario(changes)
    return plan_of(scenario, scenario.policy, 0)


def test_whoever_is_brought_has_a_number_behind_the_invited_and_the_book_of_whoever_brought_them() -> None:
    block = a.scenario().slots[0].model_dump(by_alias=True, mode="json", exclude_none=True)
    rows = plan({"behaviour.forwarded": MANY, "invitation.invited": 4000, "slots": [block, block]})
    assert rows.passed_on_by is not None
    assert (rows.citizens, rows.invited) == (12_000, 4000)
    assert (rows.passed_on_by[:4000] == NOBODY).all()
    source = rows.passed_on_by[4000:]
    assert source.tolist() == np.repeat(np.arange(4000), 2).tolist()
    assert np.array_equal(rows.book[4000:], rows.book[source])
    assert np.array_equal(rows.sent_s[4000:], rows.sent_s[source])
    after_s = rows.planned_s[4000:] - rows.planned_s[source]
    assert after_s.min() > 0
    assert np.median(after_s) == pytest.approx(600, rel=0.06)
    assert rows.acts[4000:].reshape(4000, 2).mean(axis=0) == pytest.approx([0.95 * 0.25] * 2, abs=0.03)
    assert rows.acts[4000::2].tolist() == rows.acts[4001::2].tolist()


def test_the_invited_are_the_same_people_whoever_comes_with_them() -> None:
    rows, alone = plan({"behaviour.forwarded": MANY}), plan()
    assert all(np.array_equal(getattr(rows, name)[: alone.citizens], getattr(alone, name)) for name in columns())


def test_whom_one_brings_depends_on_nobody_else() -> None:
    some, more = (plan({"behaviour.forwarded": MANY | {"share": share}}) for share in ("10 %", "60 %"))
    assert (some.acts <= more.acts).all()
    names = set(columns()) - {"acts"}
    assert all(np.array_equal(getattr(some, name), getattr(more, name)) for name in names)


@pytest.mark.parametrize("strategy", Strategy)
def test_forwarding_nobody_changes_nothing(strategy: Strategy) -> None:
    changes = {"platform.strategy": strategy.value}
    nobody = a.scenario({**changes, "behaviour.forwarded": MANY | {"share": "0 %"}})
    usual = a.scenario(changes)
    plans = [plan_of(one, one.policy, 0) for one in (nobody, usual)]
    assert plans[0].sha256 == plans[1].sha256
    assert simulate(nobody, plans[0]) == simulate(usual, plans[1])


def test_a_plan_with_links_passed_on_reads_back_from_its_file(tmp_path: Path) -> None:
    rows = plan({"behaviour.forwarded": MANY})
    write_plan(tmp_path / "plan.csv", rows)
    back = read_plan(tmp_path / "plan.csv")
    assert back.sha256 == rows.sha256
    assert back.invited == rows.invited == 120


def test_of_100_citizens_means_of_100_invited_and_places_count_everybody() -> None:
    scenario = a.scenario({"behaviour.forwarded": MANY})
    rows = plan_of(scenario, scenario.policy, 0)
    attempts = simulate(scenario, rows)
    own = [one for one in attempts if one.citizen < rows.invited]
    assert len({one.citizen for one in attempts}) > len({one.citizen for one in own})
    run = run_of(scenario, rows, columns_of(attempts), with_timeline=True)
    tried = {one.citizen for one in own}
    rejected = {one.citizen for one in own if one.outcome is Outcome.REJECTED}
    assert run.measures["rejections_per_100_citizens"] == 100 * len(rejected) / len(tried)
    assert run.measures["booked_count"] == sum(one.outcome is Outcome.CONFIRMED for one in attempts)
    assert run.timeline is not None
    assert run.timeline.sent[-1] == rows.invited


def test_whoever_comes_uninvited_wants_one_of_the_places_too() -> None:
    scenario = a.scenario({"behaviour.forwarded": MANY | {"to": 10}})
    assert expected_uninvited(scenario) == pytest.approx(120 * 0.95 * 0.25 * 10)
    assert any("will want one of" in one.what for one in warnings_of(scenario))


def test_a_trace_says_whose_link_it_was() -> None:
    scenario = a.scenario({"behaviour.forwarded": MANY})
    rows = plan_of(scenario, scenario.policy, 0)
    came, not_passed = (int(np.flatnonzero(rows.acts[120:] == acts)[0]) + 120 for acts in (1, 0))
    for number, ends in ((came, ""), (not_passed, "the link was not passed on")):
        journey = traced(scenario, str(number))
        assert isinstance(journey, OneJourney)
        told = [one.text for one in events_of(journey, language_of("en"))]
        assert told[0] == f"SMS sent to resident {(number - 120) // 2}, whose link this could be"
        assert told[-1].endswith(ends)
        assert len(told) > 2 or ends
