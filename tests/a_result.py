"""Hand-made results, for tests of what is said about them: invented numbers of a believable shape."""

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from loadtests.figures import figures_of
from reports.notation import LanguageCode
from reports.page import report_html
from scenarios.assumed import range_of, value_of, varied
from scenarios.capacity import Beyond, Capacity, Knee, Overload, WaveTried, Window
from scenarios.columns import columns_of
from scenarios.comparison import Comparison, PairedDifference, Side
from scenarios.course import ScheduleLine, Timeline
from scenarios.figures import Figures
from scenarios.inventory import expected_takers, total_capacity, total_invited
from scenarios.lever_effects import Change, LeverEffect, Turning
from scenarios.levers import Lever
from scenarios.measurement import Generator, History, Measurement
from scenarios.measures import MEASURES
from scenarios.pairs import paired
from scenarios.part import Words
from scenarios.plan import plan_of
from scenarios.policies.batches import Batches
from scenarios.policies.send_out import SendOut
from scenarios.policy import Batch, clock_at, schedule
from scenarios.policy_value import BatchesValue, PolicyValue, batches_value
from scenarios.ranges import Assumption
from scenarios.reading import sha256_of
from scenarios.recommendation import Candidate, Guarantee, Recommendation, Role, Supply
from scenarios.result import Provenance, Result, ScenarioRef
from scenarios.scenario import Scenario
from scenarios.sensitivity import Flip, OtherDay, Sensitivity, Swing, Swung
from scenarios.summary import Judged, Metrics, Reached, summary_of
from scenarios.variants import Variant
from simulation.replication import simulate
from tests import a

Run = dict[str, float | None]
START = dt.time(9, 7)
BIG: dict[str, Any] = {
    "title": {"nb": "Beste kommune, 45–54 år", "en": "Beste municipality, ages 45–54"},
    "invitation.invited": 2000,
    "slots": [
        {
            "book": "Vaksine covid19, Hall 1",
            "dates": ["2021-05-10", "2021-05-12"],
            "open": {"from": "08:30", "to": "15:30"},
            "length": "5 min",
            "parallel": 10,
        }
    ],
    "search.batch_size": [50, 100, 200, 250, 500, "all"],
    "search.pause": ["5 min", "15 min", "30 min"],
    "search.finish_by": "14:00",
    "today": {"name": {"nb": "Dagens regel (500)", "en": "Rule of today (500)"}, "batch_size": 500, "pause": "15 min"},
}


def big() -> Scenario:
    """A scenario of 2,000 SMS and 1,680 appointments."""
    return a.scenario(BIG)


def _schedule(policy: Batches, invited: int) -> tuple[Batch, ...]:
    return schedule(policy, SendOut(invited=invited))


def runs_of(policy: Batches, runs: int, invited: int, capacity: int) -> list[Run]:
    """Invent the measures of some runs: worse the more SMS go out in a quarter of an hour."""
    size = invited if policy.batch_size == "all" else min(policy.batch_size, invited)
    crowd = size if policy.batch_size == "all" else min(invited, size * 1800 / max(policy.pause, 60))
    press = crowd / invited
    dice = np.random.default_rng(int(crowd))
    return [_run(float(press), dice, policy, invited, capacity) for _ in range(runs)]


def _run(press: float, dice: np.random.Generator, policy: Batches, invited: int, capacity: int) -> Run:
    luck = float(dice.lognormal(0, 0.12))
    rejected = min(70.0, (16 + 45 * press**1.5) * luck)
    slow = 0.4 + 11 * press**2 * luck
    booked = min(capacity, round(0.76 * invited * (1 - 0.1 * press) * float(dice.normal(1, 0.02))))
    values: Run = dict.fromkeys(MEASURES, 1.0)
    return values | {
        "rejections_per_100_attempts": rejected * 0.8,
        "rejections_per_100_citizens": rejected,
        "no_slot_per_100_citizens": 0.0,
        "gave_up_per_100_citizens": 12 * press**1.5 * luck,
        "error_rate": 0.0 if press < 0.5 else 0.021 * press * luck,
        "response_time_p95_s": slow,
        "time_to_invite_all_s": _schedule(policy, invited)[-1].at_s + 5,
        "booked_count": float(booked),
        "unfilled_slots_count": float(capacity - booked),
        "double_bookings": 0.0,
        "time_to_first_rejection_s": None if press < 0.02 else 60.0,
    }


def metrics(runs: Sequence[Mapping[str, float | None]]) -> Metrics:
    """Summarise runs as every verb does."""
    return {name: summary_of([run[name] for run in runs]) for name in MEASURES} if runs else {}


def judged(scenario: Scenario, runs: Sequence[Mapping[str, float | None]]) -> list[Judged]:
    """Hold the limits of a scenario against runs."""
    values = [(limit, limit.value(runs)) for limit in scenario.limits]
    return [
        Judged(expression=limit.expression, value=value, verdict="pass" if limit.kept_by(value) else "fail")
        for limit, value in values
    ]


def samples(runs: Sequence[Run]) -> dict[str, list[float | None]]:
    """Keep every run of a few measures."""
    names = ("rejections_per_100_attempts", "rejections_per_100_citizens", "response_time_p95_s")
    return {name: [run[name] for run in runs] for name in names}


def timeline(policy: Batches, invited: int, confirmed_share: float = 0.7) -> Timeline:
    """Invent a day: SMS by the schedule, people opening within minutes, most of them confirmed."""
    minutes = np.arange(1, 361)
    sent = sum(np.where(minutes * 60 > batch.at_s, batch.count, 0) for batch in _schedule(policy, invited))
    opened = sum(
        0.75 * batch.count * np.clip(1 - np.exp(-(minutes - batch.at_s / 60) / 24), 0, 1)
        for batch in _schedule(policy, invited)
    )
    confirmed, rejected = np.array(opened) * confirmed_share / 0.75, np.array(opened) * 0.3
    curves = (np.array(one).astype(int).tolist() for one in (sent, opened, confirmed, rejected, confirmed + rejected))
    names = ("sent", "opened", "confirmed", "rejected", "tried")
    return Timeline(step_s=60.0, **dict(zip(names, curves, strict=True)))


def candidate(scenario: Scenario, policy: Batches, runs: int, *roles: Role, name: Words | None = None) -> Candidate:
    """One policy that was tried, or too late to be (no runs)."""
    invited = total_invited(scenario)
    made = runs_of(policy, runs, invited, total_capacity(scenario))
    verdicts = judged(scenario, made) if made else []
    kept = sum(all(limit.kept_by(run[limit.measure]) for limit in scenario.limits) for run in made)
    last = clock_at(policy, scenario.invitation.send_date, _schedule(policy, invited)[-1].at_s + 5, scenario.zone)
    return Candidate(
        policy=batches_value(policy),
        roles=list(roles),
        name=name,
        batches=len(_schedule(policy, invited)),
        last_sms_at=last.isoformat(timespec="seconds"),
        metrics=metrics(made),
        thresholds=verdicts,
        runs=runs,
        kept=kept,
        feasible=bool(made) and kept >= 0.9 * runs,
        standing="broken" if kept < 0.9 * runs else "kept" if made else "open",
        kept_at_least=max(0.0, kept / runs - 0.1) if made else 0.0,
        kept_at_most=min(1.0, kept / runs + 0.1) if made else 1.0,
        failed=[one.expression for one in verdicts if one.verdict == "fail"] if made else ["finish_by"],
        samples=samples(made) if roles else {},
        timeline=timeline(policy, invited) if roles else None,
    )


def scenario_ref(scenario: Scenario) -> ScenarioRef:
    return ScenarioRef(
        name=scenario.name,
        sha256=sha256_of(scenario),
        title=scenario.title,
        resolved=scenario.model_dump(mode="json", by_alias=True),
    )


def provenance(**changes: Any) -> Provenance:
    values: dict[str, Any] = {
        "command": "bolk recommend beste-kommune",
        "version": "0.1.0",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "seed": 20210503,
        "replications": 40,
        "plan_sha256": [f"{k:064x}" for k in range(6)],
        "engine": "simpy",
        "packages": {"simpy": "4.1.2", "numpy": "2.4.6"},
        "machine": "x86_64, 2 cores",
        "started_at": "2021-04-30T10:15:00+02:00",
        "wall_s": 38.2,
    }
    return Provenance(**(values | changes))


def supply(scenario: Scenario) -> Supply:
    takers, capacity = expected_takers(scenario), total_capacity(scenario)
    return Supply(
        invited=total_invited(scenario),
        delivered=scenario.invitation.delivered,
        uptake=scenario.behaviour.uptake,
        takers=takers,
        capacity=capacity,
        enough=takers <= capacity,
    )


def lines(scenario: Scenario, policy: Batches) -> list[ScheduleLine]:
    batches = _schedule(policy, total_invited(scenario))
    return [
        ScheduleLine(
            batch=batch.number,
            at=clock_at(policy, scenario.invitation.send_date, batch.at_s, scenario.zone).isoformat(timespec="seconds"),
            count=batch.count,
            sent=sum(one.count for one in batches[: batch.number]),
            wait_below=40 * (batch.number - 1) or None,
        )
        for batch in batches
    ]


def grid(scenario: Scenario, chosen: Batches | None, runs: int) -> list[Candidate]:
    """Every policy of the search, and the own rule, with their roles."""
    finish = dt.datetime.combine(scenario.invitation.send_date, scenario.search.finish_by, scenario.zone)
    tried: list[Candidate] = []
    for size in scenario.search.batch_size:
        for pause in (0.0,) if size == "all" else scenario.search.pause:
            policy = Batches(batch_size=size, pause=f"{pause:g} s", start=START)  # pyright: ignore[reportArgumentType]
            last_s = _schedule(policy, total_invited(scenario))[-1].at_s
            late = clock_at(policy, scenario.invitation.send_date, last_s, scenario.zone) > finish
            roles: list[Role] = []
            if policy == chosen:
                roles.append("recommended")
            if size == "all":
                roles.append("all_at_once")
            own = scenario.today is not None and (scenario.today.batch_size, scenario.today.pause) == (size, pause)
            if own:
                roles.append("own_rule")
            name = scenario.today.name if own and scenario.today else None
            tried.append(candidate(scenario, policy, 0 if late else runs if roles else 4, *roles, name=name))
    return sorted(tried, key=lambda one: one.last_sms_at)


def recommended(scenario: Scenario | None = None, *, runs: int = 40, level: int = 0, **changes: Any) -> Result:
    """A recommendation with a plan: the first that keeps the limits, soonest finished first."""
    scenario = scenario or big()
    good = next(one.policy for one in grid(scenario, None, runs) if one.feasible)
    assert isinstance(good, BatchesValue)
    chosen = Batches.model_validate({"batch_size": good.batch_size, "pause": f"{good.pause_s:g} s", "start": START})
    tried = grid(scenario, chosen, runs)
    best = next(one for one in tried if "recommended" in one.roles)
    answer = Recommendation(
        answer="plan",
        policy=good,
        tied=[],
        schedule=lines(scenario, chosen),
        supply=supply(scenario),
        guarantee=Guarantee(confidence=0.95, share=0.9, policies=len(tried), most_runs=500),
    )
    values = {"policy": good, "metrics": best.metrics, "thresholds": best.thresholds, "evidence_level": level}
    values |= {"turning": turning(scenario, good, None, asked=False), "sensitivity": carried(scenario, good)}
    return _recommendation(scenario, answer, tried, **(values | changes))


def _recommendation(scenario: Scenario, answer: Recommendation, tried: list[Candidate], **changes: Any) -> Result:
    values: dict[str, Any] = {
        "kind": "recommend",
        "scenario": scenario_ref(scenario),
        "policy": None,
        "metrics": {},
        "thresholds": [],
        "verdict": "pass" if answer.answer == "plan" else "fail",
        "provenance": provenance(),
        "recommendation": answer,
        "candidates": tried,
    }
    return Result(**(values | changes))


def too_close() -> Result:
    """A recommendation where the one plan that may be good cannot be told from those that are not."""
    found = recommended()
    asked = big()
    chosen = next(one for one in found.candidates if "recommended" in one.roles)
    close: dict[str, Any] = {
        "roles": [],
        "feasible": False,
        "standing": "open",
        "kept_at_least": 0.861,
        "kept_at_most": 0.957,
    }
    tried = [one.model_copy(update=close) if one is chosen else one for one in found.candidates]
    answer = Recommendation(
        answer="too_close_to_call", policy=None, tied=[], schedule=[], supply=supply(asked), close=[chosen.policy]
    )
    return _recommendation(asked, answer, tried, verdict="inconclusive")


def too_few() -> Result:
    """A recommendation for 2,000 SMS and 600 appointments."""
    block = {**BIG["slots"][0], "open": {"from": "08:30", "to": "11:00"}}
    scenario = a.scenario({**BIG, "slots": [block]})
    answer = Recommendation(answer="too_few_slots", policy=None, tied=[], schedule=[], supply=supply(scenario))
    return _recommendation(scenario, answer, [one for one in grid(scenario, None, 20) if one.roles])


def carried(scenario: Scenario, policy: BatchesValue) -> Sensitivity:
    """Invent how far the advice carries: each dial up makes it worse, and the first three flip."""
    names = ("rejections_per_100_attempts", "rejections_per_100_citizens", "response_time_p95_s")
    base = {name: summary_of([3.0, 4.0, 5.0]) for name in names}

    def end(one: Assumption, factor: float, weight: float) -> Swung | None:
        question = varied(scenario, one, factor)
        if question is None:
            return None
        moved = weight * (factor - 1)
        apart = PairedDifference(mean=moved, half_width=0.1, half_width_apart=0.3, n=10, shown="higher")
        kept = 4 if moved > 2 else 10
        return Swung(
            factor=factor, value=value_of(question, one), metrics={name: summary_of([4 + moved] * 3) for name in names},
            differences=dict.fromkeys(names, apart), runs=10, kept=kept, standing="open",
        )  # fmt: skip

    swings = [
        Swing(
            assumption=one, value=value, low=end(one, low, 3.0 - k / 4), high=end(one, high, 3.0 - k / 4),
            own_range=False,
        )
        for k, one in enumerate(Assumption)
        if (value := value_of(scenario, one)) is not None
        for low, high in [range_of(scenario, one)]
    ]  # fmt: skip
    flips = [
        Flip(assumption="response", direction="less", holds_at=0.8, breaks_at=1 / 1.4, furthest=0.25, runs=200),
        Flip(assumption="uptake", direction="more", holds_at=1.1, breaks_at=1.2, furthest=1.25, runs=200),
        Flip(assumption="login_work", direction="more", holds_at=4.0, breaks_at=None, furthest=4.0, runs=60),
        Flip(assumption="page_work", direction="more", holds_at=1.0, breaks_at=None, furthest=4.0, runs=80),
    ]
    days = [OtherDay(variant=variant, runs=20, kept=20 - 2 * k, standing="open") for k, variant in enumerate(Variant)]
    return Sensitivity(policy=policy, runs=10, metrics=base, kept=10, swings=swings, flips=flips, days=days)


def turning(scenario: Scenario, policy: PolicyValue, cheapest: Change | None, *, asked: bool) -> Turning:
    """Invent what each lever does: every one takes a fifth off the rejections of the one before."""
    changes: list[Change] = ["as_is", "all_at_once", *(lever.value for lever in Lever)]
    made = [runs_of(a.batches_of(scenario), 10, total_invited(scenario), total_capacity(scenario)) for _ in changes]
    for k, runs in enumerate(made):
        for run in runs:
            run["rejections_per_100_attempts"] = 40 * 0.8**k + (run["response_time_p95_s"] or 0.0)
    effects = [
        LeverEffect(
            change=change,
            metrics=metrics(runs),
            differences={} if change == "as_is" else paired(samples(runs), samples(made[0])),
            runs=10,
            kept=10 if change == cheapest else 4,
            standing="kept" if change == cheapest else "open",
        )
        for change, runs in zip(changes, made, strict=True)
    ]
    return Turning(policy=policy, effects=effects, cheapest=cheapest, asked=asked)


def no_plan(cheapest: Change | None = "spread") -> Result:
    """A recommendation where every plan breaks a limit."""
    thresholds = {**a.scenario().thresholds, "rejections": "p90(rejections_per_100_attempts) <= 8"}
    scenario = a.scenario({**BIG, "thresholds": thresholds})
    answer = Recommendation(answer="no_feasible_plan", policy=None, tied=[], schedule=[], supply=supply(scenario))
    tried = grid(scenario, None, 20)
    found = turning(scenario, tried[-1].policy, cheapest, asked=True)
    return _recommendation(scenario, answer, tried, turning=found)


def simulated(scenario: Scenario | None = None, runs: int = 40) -> Result:
    """A simulation of the scenario's own policy."""
    scenario = scenario or a.scenario()
    made = runs_of(a.batches_of(scenario), runs, total_invited(scenario), total_capacity(scenario))
    verdicts = judged(scenario, made)
    return Result(
        kind="simulate",
        scenario=scenario_ref(scenario),
        policy=batches_value(a.batches_of(scenario)),
        metrics=metrics(made),
        thresholds=verdicts,
        verdict="fail" if any(one.verdict == "fail" for one in verdicts) else "pass",
        provenance=provenance(command="bolk simulate ci-smoke"),
        samples=samples(made),
        timeline=timeline(a.batches_of(scenario), total_invited(scenario)),
    )


def against(reached: bool = True) -> Result:
    """A simulation held against all at once, known as well as was asked, or not."""
    scenario = a.scenario()
    others = [Batches(batch_size="all", start=START), a.batches_of(scenario)]
    made = [runs_of(policy, 20, total_invited(scenario), total_capacity(scenario)) for policy in others]
    sides = [
        Side(policy=batches_value(policy), metrics=metrics(runs)) for policy, runs in zip(others, made, strict=True)
    ]
    differences = paired(samples(made[0]), samples(made[1]))
    precision = Reached(
        measure="rejections_per_100_attempts", asked="5 %" if reached else "0.01", half_width=0.8, replications=20,
        reached=reached,
    )  # fmt: skip
    return simulated(scenario).model_copy(
        update={
            "comparison": Comparison(first=sides[0], second=sides[1], changed=["policy"], differences=differences),
            "precision": precision,
            "verdict": "pass" if reached else "inconclusive",
        }
    )


@functools.cache
def figures() -> Figures:
    """The figures of a record that the simulation made, with every request sent 20 ms late."""
    scenario = a.scenario()
    record = columns_of(simulate(scenario, plan_of(scenario, scenario.policy, 0)))
    record.requests["started_s"] = np.minimum(record.requests["planned_s"] + 0.02, record.requests["ended_s"])
    return figures_of(record, total_capacity(scenario))


def load_tested(scenario: Scenario | None = None, policy: Batches | None = None, **changes: Any) -> Result:
    """A load test of one policy, with what the simulation says of the same rows."""
    scenario = scenario or a.scenario()
    policy = policy or a.batches_of(scenario)
    invited = total_invited(scenario)
    once, again = (runs_of(policy, n, invited, total_capacity(scenario))[-1:] for n in (1, 2))
    verdicts = judged(scenario, once)
    measurement = Measurement(
        target="http://127.0.0.1:8000",
        speedup=1.0,
        until_s=1200.0,
        predicted=metrics(again),
        outcomes={"CONFIRMED": 61, "REJECTED": 20, "ABANDONED": 1},
        predicted_outcomes={"CONFIRMED": 62, "REJECTED": 18},
        timeline=timeline(policy, invited),
        predicted_timeline=timeline(policy, invited, 0.68),
        figures=figures(),
    )
    values: dict[str, Any] = {
        "kind": "loadtest",
        "scenario": scenario_ref(scenario),
        "policy": batches_value(policy),
        "metrics": metrics(once),
        "thresholds": verdicts,
        "verdict": "pass",
        "provenance": provenance(command="bolk loadtest ci-smoke", replications=1),
        "evidence_level": 1,
        "generator": Generator(
            planned=90, started=90, start_lag_p50_s=0.001, start_lag_p99_s=0.012, start_lag_max_s=0.04, verdict="pass"
        ),
        "history": History(verdict="correct", anomalies=[]),
        "measurement": measurement,
    }
    return Result(**(values | changes))


def capacity(**changes: Any) -> Result:
    """A search for the knee, and what happens beyond it."""
    scenario = a.scenario()
    slow, gave_up = "p90(response_time_p95_s) <= 2 s", "p90(gave_up_per_100_citizens) <= 10"
    seen: list[tuple[float, float | None, list[str], str | None]] = [
        (30, 0.4, [], None), (60, 0.7, [], None), (120, 1.4, [], None), (240, None, [], "starts were late"),
        (240, 9.0, [slow, gave_up], None), (169, 2.2, [slow], None), (155, 1.9, [], None),
    ]  # fmt: skip
    tried = [
        WaveTried(rate=rate, people=round(rate * 2), broken=broken, spoiled=spoiled, response_time_p95_s=p95_s,
                  start_lag_p99_s=0.004)
        for rate, p95_s, broken, spoiled in seen
    ]  # fmt: skip
    windows = [Window(requests=40, response_time_p95_s=one) for one in (0.5, 3.0, 8.0, 2.5, 0.5)]
    waves = [
        Beyond(factor=factor, impatient=impatient, people=320, requests=2000 + 900 * impatient,
               asked_again=800 * impatient, confirmed=250, gave_up_per_100_citizens=12.5, error_rate=0.0,
               back_after_s=None if impatient else 40.0 * (factor - 1), windows=windows[: 4 if impatient else 5])
        for factor in (1.0, 1.5)
        for impatient in (False, True)
    ]  # fmt: skip
    found: dict[str, Any] = {
        "wave_s": 120.0, "speedup": 20.0, "limits": [slow, gave_up], "most": 400.0, "precision": 0.3, "ending": "found",
        "knee": Knee(rate=161.0, low=148.0, high=176.0, broken=[slow]), "borne": 155.0, "tried": tried,
        "overload": Overload(limit_s=2.0, wave_s=120.0, window_s=60.0, waves=waves, left_out=[2.0]),
    }  # fmt: skip
    return Result(
        kind="capacity",
        scenario=scenario_ref(scenario),
        policy=batches_value(a.batches_of(scenario)),
        metrics={},
        thresholds=[],
        verdict="pass",
        provenance=provenance(command="bolk loadtest ci-smoke --find-capacity"),
        evidence_level=1,
        capacity=Capacity(**(found | changes)),
    )


KINDS: dict[str, Callable[[], tuple[Result, list[Result]]]] = {
    "plan": lambda: (recommended(), [load_tested(big()), load_tested(big(), Batches(batch_size="all", start=START))]),
    "plan_alone": lambda: (_bare(), []),
    "too_close_to_call": lambda: (too_close(), []),
    "too_few_slots": lambda: (too_few(), []),
    "no_feasible_plan": lambda: (no_plan(), []),
    "simulate": lambda: (simulated(), []),
    "against": lambda: (against(), []),
    "loadtest": lambda: (load_tested(), []),
    "capacity": lambda: (capacity(), []),
}
"""Every kind of report, with the load tests shown in it."""


def _bare() -> Result:
    """A plan without own rule, samples or timelines: the least that is allowed."""
    scenario = a.scenario({**BIG, "today": None})
    plan = recommended(scenario, runs=6)
    stripped = [one.model_copy(update={"samples": {}, "timeline": None}) for one in plan.candidates]
    return plan.model_copy(update={"candidates": stripped, "turning": None, "sensitivity": None})


@functools.cache
def page(kind: str, code: LanguageCode) -> str:
    """The page of one kind, rendered once for all tests."""
    result, measured = KINDS[kind]()
    return report_html(result, measured, code)
