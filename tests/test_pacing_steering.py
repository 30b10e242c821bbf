"""What the pacer does next: the simulation's own decisions, sending hours, people, and figures that do not come."""

import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.pacing.entries import Ended, Intended, Line, NotSent, Sent, Stepped, Waited, Why
from loadtests.pacing.ledger import read_ledger
from loadtests.pacing.paced import NotPaced, Watch, paced, rulebook
from loadtests.pacing.saying import Command, Word, say
from loadtests.pacing.send_http import GatewaySender
from loadtests.pacing.sending import Handed, Package, Refused, Taken
from loadtests.pacing.stand_in_gateway import Failure, StandInGateway
from loadtests.pacing.steering import LOW, Silence
from scenarios.plan import unsent_of
from scenarios.plan_source import PlanSource
from scenarios.policies.batches import Batches
from scenarios.policies.feedback import Observation, Reason
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.policies.feedback_on_response_time import FeedbackOnResponseTime
from scenarios.policy import Gateway
from scenarios.scenario import Scenario
from scenarios.sending import send_outs
from simulation.engine import lived
from simulation.sender import Figures as SimulatedFigures
from simulation.simpy_life import SimpyLife
from tests import a, a_send_out
from tests.a_send_out import MONDAY, RULE, JumpingClock, Kept, Written

OSLO = a.scenario().zone


class InTheModel:
    """Clock, sender and figures of a send-out whose citizens are simulated: the pacer notices no difference."""

    name = "the model"

    def __init__(self, scenario: Scenario, policy: FeedbackOnResponseTime) -> None:
        self.unsent = unsent_of(scenario, policy, 0)
        self.life = SimpyLife(scenario, self.unsent.plan)
        self.sent_s = np.full(self.unsent.plan.invited, np.inf)
        self._gateway = Gateway(scenario.invitation.sms_rate)
        self._seen = SimulatedFigures(self.life, self.unsent.plan.municipality, 1)
        self._now_s = 0.0

    def look(self, now: dt.datetime) -> None:
        self._now_s = (now - MONDAY).total_seconds()

    def forget(self) -> None:
        """No clock is set here."""

    def between(self, begins: dt.datetime, ends: dt.datetime, first: dt.datetime) -> Observation:
        self.life.live_until(self._now_s)
        return self._seen.between((begins - first).total_seconds(), (ends - first).total_seconds(), now_s=self._now_s)[
            0
        ]

    def prepare(self, package: Package) -> None:
        """Nothing to get ready."""

    def hand_over(self, package: Package) -> Handed:
        citizens = np.array([int(one[1:]) for one in package.ids])
        self.sent_s[citizens] = self._gateway.send(self._now_s, len(citizens))
        self.life.send(citizens, self.unsent.opened_s(self.sent_s[citizens], citizens))
        return Taken()

    def find_out(self, package: Package) -> Handed:
        raise AssertionError(f"{package}: nothing crashes here")


@pytest.mark.parametrize("change", [{}, {"platform.login": {"workers": 1, "service_time": "1500 ms"}}])
def test_the_pacer_sends_at_the_moments_at_which_the_simulated_sender_does(
    change: dict[str, Any], tmp_path: Path
) -> None:
    scenario = a.scenario(change)
    policy = FeedbackOnResponseTime.model_validate(RULE)
    plan, _ = lived(PlanSource(scenario=scenario, policy=policy, replication=0))
    model = InTheModel(scenario, policy)
    by = rulebook(scenario, policy)
    with a_send_out.pacer(tmp_path, sender=model, figures=model, by=by) as pacer:
        assert pacer.run() is Why.DONE
    assert np.array_equal(model.sent_s, plan.sent_s)
    reasons = {line.reason for line in read_ledger(tmp_path) if isinstance(line, Intended)}
    assert (Reason.ABOVE_TARGET in reasons) == bool(change)
    assert len(send_outs(scenario, policy)) == 1


def lines_of(tmp_path: Path, kind: type[Line]) -> list[Any]:
    return [line for line in read_ledger(tmp_path) if isinstance(line, kind)]


def run(tmp_path: Path, **how: Any) -> Why:
    with a_send_out.pacer(tmp_path, sender=how.pop("sender", None) or Kept(), **how) as pacer:
        return pacer.run()


def test_no_batch_goes_at_night_on_a_sunday_or_on_a_holiday(tmp_path: Path) -> None:
    wednesday = dt.datetime(2021, 5, 12, 14, 31, tzinfo=OSLO)  # the day after is Ascension Day
    clock = JumpingClock(wednesday.astimezone(dt.UTC))
    by = a_send_out.rules(rule={"pause": "20 min", "most": 20, "first": 10, "increase": 5})
    run(tmp_path, clock=clock, by=by)
    went = [line.at.astimezone(OSLO) for line in lines_of(tmp_path, Intended)]
    assert f"{went[0]:%d %H:%M}" == "12 14:31"
    assert next(f"{one:%d %H:%M}" for one in went if one.day != 12) == "14 09:07"
    assert all(one.weekday() < 6 and dt.time(9) <= one.time() <= dt.time(15) and one.day != 13 for one in went)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 61 * 86400))
def test_the_moment_that_is_allowed_is_within_the_hours_and_never_earlier(after_s: int) -> None:
    rules = a_send_out.rules()
    now = MONDAY + dt.timedelta(seconds=after_s - 20 * 86400)
    allowed = rules.allowed_from(now)
    there = allowed.astimezone(OSLO)
    assert allowed >= now
    assert rules.hours.is_sending_day(there.date())
    assert dt.time(9) <= there.time() <= dt.time(15)
    assert rules.allowed_from(allowed) == allowed


def test_a_person_pauses_takes_over_and_goes_on(tmp_path: Path) -> None:
    clock = JumpingClock()
    said = [(1, Word.PAUSE), (20, Word.NOW), (40, Word.RESUME)]
    clock.at = [
        (MONDAY + dt.timedelta(minutes=minute), lambda word=word: say(tmp_path, Command(word))) for minute, word in said
    ]
    assert run(tmp_path, clock=clock) is Why.DONE
    batches = lines_of(tmp_path, Intended)
    minutes = [(line.at - MONDAY).total_seconds() // 60 for line in batches[:3]]
    assert minutes == [0, 20, 40]
    assert [line.hurried for line in batches[:3]] == [False, True, False]
    assert Why.PAUSED in {line.why for line in lines_of(tmp_path, Waited)}


def test_a_person_stops_it_and_the_same_command_goes_on(tmp_path: Path) -> None:
    clock, kept = JumpingClock(), Kept()
    clock.at = [(MONDAY + dt.timedelta(minutes=6), lambda: say(tmp_path, Command(Word.STOP)))]
    assert run(tmp_path, clock=clock, sender=kept) is Why.STOPPED
    assert len(kept.packages) == 2
    assert run(tmp_path, clock=clock, sender=kept) is Why.DONE
    assert [one for package in kept.packages for one in package.ids] == list(a_send_out.recipients(120).ids)


def test_figures_that_do_not_come_are_waited_for_and_then_the_send_out_stops(tmp_path: Path) -> None:
    silence = Silence("nobody answers", readable=False)
    figures = Written(lambda until_s: 0.5 if until_s < 700 or until_s > 1500 else silence)
    assert run(tmp_path / "back", figures=figures) is Why.DONE
    late = [line.at for line in lines_of(tmp_path / "back", Intended)]
    assert (late[3] - late[2]) > dt.timedelta(minutes=10)
    assert run(tmp_path / "gone", figures=Written(lambda until_s: 0.5 if until_s < 700 else silence)) is Why.SILENT
    assert Why.NO_FIGURES in {line.why for line in lines_of(tmp_path / "gone", Waited)}


def test_a_platform_that_does_not_recover_stops_the_send_out(tmp_path: Path) -> None:
    assert run(tmp_path, count=10_000, figures=Written(lambda _: 9.0)) is Why.TOO_MUCH
    assert [line.count for line in lines_of(tmp_path, Intended)][:4] == [20, 10, 5, 5]
    assert len(lines_of(tmp_path, Intended)) == 2 + LOW


def test_a_batch_that_was_refused_is_tried_again_after_the_pause_with_another_key(tmp_path: Path) -> None:
    class Reluctant(Kept):
        def hand_over(self, package: Package) -> Handed:
            return Refused("full") if package.batch == 1 else super().hand_over(package)

    kept = Reluctant()
    assert run(tmp_path, sender=kept) is Why.DONE
    assert len(lines_of(tmp_path, NotSent)) == 1
    assert [one for package in kept.packages for one in package.ids] == list(a_send_out.recipients(120).ids)
    assert kept.packages[0].batch == 2


def test_a_gateway_that_is_silent_is_asked_about_the_same_batch_until_it_answers(tmp_path: Path) -> None:
    with StandInGateway([Failure.BUSY, Failure.TAKEN_AND_CUT, Failure.REFUSES]) as gateway:
        assert run(tmp_path, sender=GatewaySender(gateway.url, None), count=20) is Why.DONE
        assert set(gateway.sent.values()) == {1}
    assert len(lines_of(tmp_path, Intended)) == len(lines_of(tmp_path, Sent)) == 1
    assert lines_of(tmp_path, Waited)[0].why is Why.GATEWAY_SILENT


def test_a_clock_that_is_set_shortens_no_pause_and_is_said(tmp_path: Path) -> None:
    clock = JumpingClock()
    clock.at = [(MONDAY + dt.timedelta(minutes=1), lambda: setattr(clock, "step_s", 240.0))]
    run(tmp_path, clock=clock)
    first, second = lines_of(tmp_path, Intended)[:2]
    assert second.at - first.at == dt.timedelta(minutes=5 + 4)
    assert [line.by_s for line in lines_of(tmp_path, Stepped)] == [240.0]


def test_an_end_says_why(tmp_path: Path) -> None:
    run(tmp_path)
    assert [line.why for line in lines_of(tmp_path, Ended)] == [Why.DONE]


def test_a_plan_of_batches_becomes_pieces_that_never_go_faster_than_it() -> None:
    scenario = a.scenario()
    policy = paced(scenario, Batches.of(600, 1800.0, dt.time(9, 7)), 5000)
    assert isinstance(policy, FeedbackOnResponseTime)
    assert (policy.pause, policy.most, policy.first, policy.least) == (300.0, 100, 50, 10)
    assert math.isclose(policy.target, 0.8 * 2)
    other = paced(scenario, Batches.of(600, 1800.0, dt.time(9, 7)), 5000, Watch.REJECTIONS)
    assert isinstance(other, FeedbackOnRejections)
    assert math.isclose(other.target, 0.8 * 0.25)
    assert paced(scenario, Batches.of("all", 0.0, dt.time(9, 7)), 5000).most == 5000
    assert paced(scenario, policy, 1) is policy


def test_a_plan_without_a_size_or_without_a_limit_is_refused_with_what_to_do() -> None:
    ramp: dict[str, Any] = {"kind": "ramp", "first": 5, "largest": 9, "step": 1, "pause": "5 min", "start": "09:07"}
    scenario = a.scenario({"policy": ramp})
    with pytest.raises(NotPaced, match="kind ramp has no one batch size"):
        paced(scenario, scenario.policy, 100)
    scenario = a.scenario({"thresholds": {"errors": "max(error_rate) <= 0.1 %"}})
    with pytest.raises(NotPaced, match="has no limit on response_time_p95_s or rejections_per_100_attempts"):
        paced(scenario, scenario.policy, 100)
