"""A search over several kinds of sending, orders and beginnings: one walk, one guarantee, the best of each kind."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from reports.kinds_table import best_of_each_kind
from reports.language import language_of
from reports.terminal import recommend_screen
from scenarios.measures import MEASURES, Measured
from scenarios.policies.batches import Batches
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.policies.ramp import Ramp
from scenarios.policy import Policy
from scenarios.policy_value import policy_value
from scenarios.run import Run
from scenarios.scenario import Scenario
from scenarios.search_kinds import kind_of
from simulation.answer import candidate_of, recommendation_of
from simulation.candidates import candidates_of
from simulation.experiment import Experiment, Task
from simulation.feasibility import alpha_of
from simulation.finishing import finishes_s
from simulation.search import Finding, considered, search
from tests import a, a_result

KINDS = ["batches", "ramp", "capacity_matched", "cohort_per_day", "feedback"]
SEARCH: dict[str, Any] = {"batch_size": [20, 40, "all"], "pause": ["5 min", "15 min"], "finish_by": "12:00"}


def _asked(**search_keys: Any) -> Scenario:
    return a.scenario({"search": SEARCH | {"kinds": KINDS, "runs": 300} | search_keys, "today": None})


@dataclass
class Scripted(Experiment):
    """An experiment in which it is written down who breaks the limit, and how long feedback takes."""

    scenario: Scenario
    breaks: Callable[[Policy], bool]
    feedback_took_s: float = 600.0
    interrupted: bool = False
    made: dict[Policy, dict[int, Run]] = field(default_factory=dict[Policy, dict[int, Run]])

    def replicate(self, tasks: Sequence[Task]) -> None:
        for policy, r in tasks:
            values: Measured = dict.fromkeys(MEASURES, 0.0)
            values["rejections_per_100_attempts"] = 99.0 if self.breaks(policy) else 0.0
            values["time_to_invite_all_s"] = self.feedback_took_s
            run = Run(replication=r, plan_sha256="", measures=values, outcomes={}, timeline=None)
            self.made.setdefault(policy, {})[r] = run

    def runs(self, policy: Policy) -> list[Run]:
        return list(self.made.get(policy, {}).values())


def _none(_: Policy) -> bool:
    return False


def test_without_other_kinds_a_search_is_of_batches_and_its_scenario_is_written_as_before() -> None:
    scenario = a.scenario()
    assert {kind_of(policy) for policy in candidates_of(scenario)} == {"batches"}
    assert not {"kinds", "start", "finish_on"} & scenario.model_dump(mode="json")["search"].keys()


def test_every_kind_is_made_from_the_sizes_and_pauses_of_the_search_and_counts_in_the_guarantee() -> None:
    scenario = _asked()
    tried = candidates_of(scenario)
    assert {kind_of(policy) for policy in tried} == set(KINDS)
    assert len(set(tried)) == len(tried)
    assert {policy.pause for policy in tried} <= {0.0, 300.0, 900.0}
    finding = search(Scripted(scenario, _none))
    assert finding.among == considered(scenario)
    assert {trial.proof.alpha for trial in finding.trials} == {alpha_of(finding.among)}


def test_the_soonest_good_one_wins_whatever_its_kind_and_the_best_of_each_other_kind_is_settled_too() -> None:
    finding = search(Scripted(_asked(), lambda policy: isinstance(policy, Batches)))
    kept = [trial for trial in finding.trials if trial.proof.standing == "kept"]
    assert finding.chosen is not None
    soonest = min(trial.last_sms_s for trial in kept)
    assert next(trial for trial in kept if trial.policy == finding.chosen).last_sms_s == soonest
    assert {kind_of(trial.policy) for trial in kept} == {"ramp", "capacity_matched", "feedback"}


def test_feedback_stands_where_nine_of_ten_of_its_first_runs_were_done() -> None:
    scenario = _asked()
    policy = next(one for one in candidates_of(scenario) if isinstance(one, FeedbackOnRejections))
    runs = Scripted(scenario, _none)
    took = [100.0, 900.0, 300.0, 200.0]
    for r, seconds in enumerate(took):
        runs.feedback_took_s = seconds
        runs.replicate([(policy, r)])
    nine = (9 * 3600 + 7 * 60) + 900.0
    assert finishes_s(scenario, policy, runs.runs(policy)) == nine


def test_feedback_that_is_done_too_late_is_never_chosen() -> None:
    late = search(Scripted(_asked(), lambda policy: kind_of(policy) != "feedback", feedback_took_s=4 * 3600.0))
    assert late.answer == "no_feasible_plan"
    in_time = search(Scripted(_asked(), lambda policy: kind_of(policy) != "feedback"))
    assert isinstance(in_time.chosen, FeedbackOnRejections)


def test_a_later_start_is_done_later_and_taken_only_where_the_sooner_one_fails() -> None:
    scenario = _asked(kinds=["batches"], start=["09:07", "10:07"])
    early, late = dt.time(9, 7), dt.time(10, 7)
    first = search(Scripted(scenario, _none)).chosen
    second = search(Scripted(scenario, lambda policy: policy.start == early)).chosen
    assert first is not None
    assert second is not None
    assert (first.start, second.start) == (early, late)
    under_way = a.scenario({"search": SEARCH | {"start": ["10:07"]}, "invitation.already": {"sent": 9, "at": "09:30"}})
    assert {policy.start for policy in candidates_of(under_way)} == {early}  # that SMS has gone


def test_age_groups_are_tried_the_oldest_first_and_the_youngest_first() -> None:
    changes = {"municipality": "Askøy", "search": SEARCH | {"kinds": ["cohort_per_day"], "finish_on": "2021-05-31"}}
    scenario = a.scenario(changes | {"invitation.invited": None, "invitation.cohort": "65+"})
    orders = [policy.cohorts for policy in candidates_of(scenario) if isinstance(policy, CohortPerDay)]
    assert set(orders) == {("85+", "75-84", "65-74"), ("65-74", "75-84", "85+")}
    # The days after send_date count where finish_on allows them: 3 May is a Monday.
    assert finishes_s(scenario, candidates_of(scenario)[0], ()) // 86400 == 2
    assert considered(scenario) > considered(a.scenario(changes | {"search": SEARCH | {"kinds": ["cohort_per_day"]}}))


@pytest.mark.parametrize(("lang", "words"), [("nb", "Bolker som vokser"), ("en", "Growing batches")])
def test_the_best_of_each_kind_stands_in_the_report_and_the_plan_in_words(lang: Any, words: str) -> None:
    scenario = _asked()
    finding = search(Scripted(scenario, lambda policy: not isinstance(policy, Ramp)))
    result = _result(scenario, finding)
    section = best_of_each_kind(result, language_of(lang))
    assert section is not None
    table = section.blocks[0]
    assert words in str(table)
    assert str(table).count("✓") == 1
    assert best_of_each_kind(a_result.recommended(), language_of(lang)) is None
    if lang == "en":
        assert "batches that grow 2 times each time, from 20 to 40" in recommend_screen(result)


def _result(scenario: Scenario, finding: Finding) -> Any:
    candidates = [candidate_of(scenario, trial) for trial in finding.trials]
    assert finding.chosen is not None
    answer = recommendation_of(scenario, replace(finding, chosen=None))  # no schedule, whose stop rule takes 20 runs
    answer = answer.model_copy(update={"policy": policy_value(finding.chosen)})
    changes = {"recommendation": answer, "candidates": candidates, "turning": None}
    return a_result.recommended().model_copy(update=changes | {"scenario": a_result.scenario_ref(scenario)})
