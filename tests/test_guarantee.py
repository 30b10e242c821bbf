"""The guarantee of the search: exact where it can be computed, and counted over whole searches where it cannot."""

import datetime as dt
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest

from scenarios.measures import MEASURES, Measured
from scenarios.policies.batches import Batches
from scenarios.policy import Policy
from scenarios.run import Run
from scenarios.scenario import Scenario
from simulation.confidence_sequence import evidence_below, fewest_runs, least_share, mean_limits, most_share
from simulation.engine import Engine
from simulation.experiment import Experiment, Task
from simulation.feasibility import alpha_of, fewest_to_show, proof_of
from simulation.judging import kept_count
from simulation.search import Finding, search
from tests import a

REPETITIONS = int(os.environ.get("BOLK_GUARANTEE_REPETITIONS", "200"))
ONE_LIMIT = {"thresholds": {"rejections": "p90(rejections_per_100_attempts) <= 25"}, "today": None}
START = dt.time(9, 7)


def _run(replication: int, **measures: float) -> Run:
    values: Measured = {**dict.fromkeys(MEASURES, 0.0), **measures}
    return Run(replication=replication, plan_sha256="", measures=values, outcomes={}, timeline=None)


KEEPS, BREAKS = _run(0), _run(0, rejections_per_100_attempts=99.0)


def chance_of_ever_saying_so(share: float, truth: float, alpha: float, most: int) -> float:
    """How often somebody who looks after every run ever calls the share below `share`: exact, by counting on."""
    chance, said = np.array([1.0]), 0.0
    for runs in range(1, most + 1):
        chance = np.append(chance * (1 - truth), 0) + np.append(0, chance * truth)
        over = next(events for events in range(runs + 2) if evidence_below(share, events, runs) < -math.log(alpha))
        said += float(chance[:over].sum())
        chance[:over] = 0
    return said


@pytest.mark.parametrize("alpha", [0.05, 0.005])
def test_who_looks_after_every_run_is_wrong_no_more_often_than_alpha(alpha: float) -> None:
    wrong = chance_of_ever_saying_so(0.1, 0.1, alpha, 200)
    assert 0.2 * alpha < wrong <= alpha
    assert chance_of_ever_saying_so(0.1, 0.15, alpha, 200) < wrong


def test_what_is_rare_is_found_out_with_near_certainty() -> None:
    assert chance_of_ever_saying_so(0.1, 0.01, 0.005, 200) > 0.95


def test_limits_of_a_share_agree_with_the_formula_worked_by_hand() -> None:
    # Without an event only (1 - bet s)^n / (1 - s)^n is left of each bet.
    bets = [k / 10 for k in range(10)] + [0.95]
    by_hand = sum(((1 - bet * 0.1) / 0.9) ** 50 for bet in bets) / 11
    assert evidence_below(0.1, 0, 50) == pytest.approx(math.log(by_hand))
    assert evidence_below(0.1, 1, 1) == pytest.approx(math.log(sum(bets) / 11))
    assert evidence_below(0.9, 4, 4) == pytest.approx(math.log(sum(bet**4 for bet in bets) / 11))


def test_no_way_of_counting_shows_nine_of_ten_with_fewer_runs_than_one_look_would_need() -> None:
    one_look = math.ceil(math.log(0.05) / math.log(0.9))
    assert one_look == 29
    assert 29 <= fewest_runs(0.1, 0.05) <= 50
    assert most_share(0, fewest_runs(0.1, 0.05), 0.05) <= 0.1 < most_share(0, fewest_runs(0.1, 0.05) - 1, 0.05)


def test_both_limits_of_a_share_hold_it_between_them_and_mirror_each_other() -> None:
    for events, runs in ((0, 20), (3, 20), (20, 20), (250, 500)):
        low, high = least_share(events, runs, 0.05), most_share(events, runs, 0.05)
        assert 0 <= low <= events / runs <= high <= 1
        assert low == pytest.approx(1 - most_share(runs - events, runs, 0.05))
    assert most_share(250, 500, 0.05) < 0.58


def test_limits_of_a_mean_hold_over_every_look() -> None:
    rng, missed = np.random.default_rng(7), 0
    for _ in range(200):
        values = rng.exponential(size=200).tolist()
        limits = [mean_limits(values[:runs], 0.05) for runs in range(20, 201, 10)]
        missed += any(not low <= 1 <= high for low, high in limits)
    assert missed <= 10
    assert mean_limits([1.0] * 19, 0.05) == (-math.inf, math.inf)


def test_a_mean_and_a_middle_run_must_be_shown_too() -> None:
    limits = {"average": "mean(gave_up_per_100_citizens) <= 5", "middle": "p50(response_time_p95_s) <= 2 s"}
    scenario = a.scenario({"thresholds": limits})
    good = [_run(r, gave_up_per_100_citizens=4.0 + r % 2 / 10) for r in range(60)]
    slow = [_run(r, response_time_p95_s=3.0) for r in range(60)]
    leaving = [_run(r, gave_up_per_100_citizens=9.0 + r % 2 / 10) for r in range(60)]
    unsure = [_run(r, gave_up_per_100_citizens=10.0 * (r % 2)) for r in range(60)]
    standings = [proof_of(scenario, runs, 0.05, 500).standing for runs in (good, slow, leaving, unsure, good[:10])]
    assert standings == ["kept", "broken", "broken", "open", "open"]


def test_a_limit_on_every_run_is_broken_by_one() -> None:
    runs = [_run(r) for r in range(99)] + [_run(99, double_bookings=1.0)]
    assert proof_of(a.scenario(), runs[:99], 0.05, 500).standing == "kept"
    assert proof_of(a.scenario(), runs, 0.05, 500).standing == "broken"


def test_more_policies_need_more_runs_to_be_shown_good() -> None:
    assert fewest_to_show(1) < fewest_to_show(10) < fewest_to_show(30) < 100


@dataclass
class KnownTruth(Experiment):
    """Policies that break the limit in a known share of runs, on the same chance in each run."""

    scenario: Scenario
    breaks: Callable[[Batches, int], bool]
    interrupted: bool = False
    made: dict[Policy, list[Run]] = field(default_factory=dict[Policy, list[Run]])

    def replicate(self, tasks: Sequence[Task]) -> None:
        for policy, r in tasks:
            assert isinstance(policy, Batches)
            runs = self.made.setdefault(policy, [])
            if r == len(runs):
                runs.append(BREAKS if self.breaks(policy, r) else KEEPS)

    def runs(self, policy: Policy) -> list[Run]:
        return self.made.get(policy, [])


def _searched(shares: dict[object, float], seed: int) -> Finding:
    """One search where a run breaks the limit under each policy whose share lies above the luck of the run."""
    sizes = [size for size in shares if size != "all"]
    grid = {"search": {"batch_size": sizes, "pause": ["5 min"], "finish_by": "15:00", "runs": 200}}
    luck = np.random.default_rng(seed).random(200)
    return search(KnownTruth(a.scenario(ONE_LIMIT | grid), lambda policy, r: luck[r] < shares[policy.batch_size]))


def _drawn(broke: dict[Batches, list[bool]], drawn: Sequence[int], policy: Batches, r: int) -> bool:
    return broke[policy][drawn[r]]


def test_in_95_of_100_searches_the_plan_that_is_chosen_truly_keeps_the_limits() -> None:
    # The faster two break them in 11 of 100 send-outs, as near to good as makes a wrong answer likeliest.
    shares: dict[object, float] = {"all": 1.0, 60: 0.11, 40: 0.11, 20: 0.01}
    chosen = [_searched(shares, seed).chosen for seed in range(REPETITIONS)]
    wrong = [policy for policy in chosen if policy and shares[a.size_of(policy)] > 0.1]
    assert len(wrong) <= 0.05 * REPETITIONS
    assert sum(policy is not None for policy in chosen) >= 0.95 * REPETITIONS


def test_in_95_of_100_searches_no_good_plan_is_called_broken() -> None:
    shares: dict[object, float] = {"all": 1.0, 60: 0.09, 40: 0.09, 20: 0.09}
    found = [_searched(shares, 10_000 + seed) for seed in range(REPETITIONS // 2)]
    broken = [
        any(one.proof.standing == "broken" for one in each.trials if a.size_of(one.policy) != "all") for each in found
    ]
    assert sum(broken) <= 0.05 * len(found)


def test_on_a_real_scenario_the_plan_that_is_chosen_truly_keeps_the_limits() -> None:
    """The runs of the compiled engine are a pool whose shares are the truth, and each search draws its own from it."""
    pytest.importorskip("numba")
    pool, policies = 150, [Batches.of(size, 300.0, START) for size in (60, 40, 30)]
    scenario = a.scenario(
        {"search": {"batch_size": [60, 40, 30], "pause": ["5 min"], "finish_by": "15:00"}, "today": None}
    )
    policies.append(Batches.of("all", 0.0, START))
    with Experiment(scenario, jobs=2, engine=Engine.COMPILED) as experiment:
        experiment.replicate([(policy, r) for policy in policies for r in range(pool)])
        broke = {policy: [not kept_count(scenario, [run]) for run in experiment.runs(policy)] for policy in policies}
    shares: dict[Policy, float] = {policy: sum(each) / pool for policy, each in broke.items()}
    wrong = answered = 0
    repetitions = REPETITIONS // 5
    for seed in range(repetitions):
        drawn = np.random.default_rng(seed).integers(pool, size=scenario.search.runs).tolist()
        found = search(KnownTruth(scenario, partial(_drawn, broke, drawn)))
        answered += found.chosen is not None
        wrong += found.chosen is not None and shares[found.chosen] > 0.1
    assert wrong <= 0.05 * repetitions
    assert answered >= 0.5 * repetitions


def test_the_chance_of_a_wrong_answer_is_shared_by_all_policies() -> None:
    assert alpha_of(20) == pytest.approx(0.05 / 20)
    assert _searched({"all": 1.0, 60: 1.0, 40: 0.0}, 1).among == 3
