"""The ways of sending that a report sets side by side: the advice, all at once, and the municipality's own rule."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.language import Language
from scenarios.course import Timeline
from scenarios.policy_value import PolicyValue
from scenarios.quantities import clock_of
from scenarios.recommendation import Candidate, Role
from scenarios.result import Result
from scenarios.scenario import Scenario
from scenarios.summary import Judged, Metrics
from scenarios.thresholds import Threshold, threshold_of

_ORDER: tuple[Role, ...] = ("recommended", "all_at_once", "own_rule")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way of sending and how it went; `last_sms` is None where the result does not say."""

    label: str
    policy: PolicyValue
    metrics: Metrics
    thresholds: Sequence[Judged]
    samples: dict[str, list[float | None]]
    timeline: Timeline | None
    last_sms: dt.datetime | None
    roles: Sequence[Role] = field(default=())

    def values(self, measure: str) -> list[float]:
        """The measure in every run where it has a value."""
        return [value for value in self.samples.get(measure, []) if value is not None]


def scenario_of(result: Result) -> Scenario:
    """Read the scenario that a result carries with it."""
    return Scenario.model_validate(result.scenario.resolved)


def cases_of(result: Result, language: Language) -> list[Case]:
    """List what a result compares: the candidates with a role, or the one policy of a simulation or load test."""
    if result.kind == "recommend":
        named = [candidate for candidate in result.candidates if candidate.roles and candidate.metrics]
        return [_case(one, language) for one in sorted(named, key=lambda one: _ORDER.index(one.roles[0]))]
    if result.policy is None:
        return []
    return [
        Case(
            label=language.text("case.this"),
            policy=result.policy,
            metrics=result.metrics,
            thresholds=result.thresholds,
            samples=result.samples,
            timeline=result.timeline,
            last_sms=_last_sms(result, result.policy),
        )
    ]


def _case(candidate: Candidate, language: Language) -> Case:
    labels = [
        language.pick(candidate.name) if role == "own_rule" and candidate.name else language.text(f"case.{role}")
        for role in candidate.roles
    ]
    return Case(
        label=" = ".join(labels),
        policy=candidate.policy,
        metrics=candidate.metrics,
        thresholds=candidate.thresholds,
        samples=candidate.samples,
        timeline=candidate.timeline,
        last_sms=dt.datetime.fromisoformat(candidate.last_sms_at),
        roles=candidate.roles,
    )


def with_role(cases: Sequence[Case], role: Role) -> Case | None:
    """Find the case that plays a role."""
    return next((case for case in cases if role in case.roles), None)


def candidate_with(result: Result, role: Role) -> Candidate | None:
    """Find the candidate that plays a role."""
    return next((one for one in result.candidates if role in one.roles), None)


def first_sms(result: Result, policy: PolicyValue) -> dt.datetime:
    """Say when the first SMS of a policy goes, in local time."""
    scenario = scenario_of(result)
    return dt.datetime.combine(scenario.invitation.send_date, clock_of(policy.start), tzinfo=scenario.zone)


def _last_sms(result: Result, policy: PolicyValue) -> dt.datetime | None:
    took = result.metrics.get("time_to_invite_all_s")
    return first_sms(result, policy) + dt.timedelta(seconds=took.p50) if took else None


def rejection_limit(scenario: Scenario) -> Threshold | None:
    """Find the limit on rejections, if the scenario has one."""
    return next((one for one in scenario.limits if one.measure.startswith("rejections_per_100")), None)


def rejection_measure(scenario: Scenario) -> str:
    """Say which rejection measure the scenario judges by."""
    limit = rejection_limit(scenario)
    return limit.measure if limit else "rejections_per_100_citizens"


def limit_of(judged: Judged) -> Threshold:
    """Parse the threshold behind a verdict."""
    return threshold_of(judged.expression)
