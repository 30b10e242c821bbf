"""The stop rule: no false alarm in the send-outs it was made from, and an alarm on a day that goes wrong."""

from scenarios.course import ScheduleLine, Timeline
from scenarios.plan_source import PlanSource
from scenarios.policy import schedule
from scenarios.scenario import Scenario
from scenarios.sending import largest_send_out
from simulation.answer import schedule_lines
from simulation.engine import Engine, run_with
from simulation.stop_rule import RUNS, confirmed_by, with_stop_rule
from tests import a


def _watched(scenario: Scenario) -> tuple[list[ScheduleLine], list[float]]:
    policy = a.batches_of(scenario)
    times_s = [batch.at_s for batch in schedule(policy, largest_send_out(scenario, policy))]
    return with_stop_rule(scenario, policy, schedule_lines(scenario, policy), times_s, Engine.SIMPY), times_s


def _day(scenario: Scenario, replication: int) -> Timeline:
    source = PlanSource(scenario=scenario, policy=scenario.policy, replication=replication)
    timeline = run_with(Engine.SIMPY, source, with_timeline=True).timeline
    assert timeline is not None
    return timeline


def test_the_rule_is_the_fewest_confirmed_in_the_simulated_send_outs_and_never_for_the_first_batch() -> None:
    scenario = a.scenario()
    lines, times_s = _watched(scenario)
    days = [_day(scenario, r) for r in range(RUNS)]
    assert lines[0].wait_below is None
    for line, at_s in zip(lines[1:], times_s[1:], strict=True):
        assert line.wait_below == min(confirmed_by(day, at_s) for day in days)
        assert line.wait_below


def test_a_day_on_which_the_record_system_stands_still_is_noticed_before_the_next_batch() -> None:
    lines, times_s = _watched(a.scenario())
    broken = _day(a.scenario({"platform.ehr": {"workers": 1, "service_time": "200 s"}}), 0)
    assert lines[1].wait_below is not None
    assert confirmed_by(broken, times_s[1]) < lines[1].wait_below


def test_where_several_send_at_once_no_count_is_that_of_one() -> None:
    lines, _ = _watched(a.scenario_of_three_municipalities())
    assert all(line.wait_below is None for line in lines)


def test_what_is_confirmed_by_a_moment_is_what_the_whole_steps_before_it_brought() -> None:
    day = Timeline(step_s=60.0, sent=[], opened=[], confirmed=[1, 4, 9], rejected=[])
    assert [confirmed_by(day, at_s) for at_s in (0.0, 59.0, 60.0, 125.0, 900.0)] == [0, 0, 1, 4, 9]
