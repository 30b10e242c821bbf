"""Ways of sending in words: in the middle of a sentence, and as the label of a row or drawing."""

from typing import assert_never

from reports.language import Language
from reports.limits import joined
from scenarios.policies.capacity_matched import CapacityMatched
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.policies.feedback_on_response_time import FeedbackOnResponseTime
from scenarios.policies.ramp import Ramp
from scenarios.policy import WithFeedback
from scenarios.policy_value import BatchesValue, PolicyValue


def sending_text(language: Language, policy: PolicyValue) -> str:
    """Name a policy in the middle of a sentence: "bolker på 200 med opphold på 15 minutter"."""
    notation = language.notation
    match policy:
        case BatchesValue():
            return _batches(language, policy.batch_size, policy.pause_s)
        case Ramp():
            grows = (
                language.text("sending.grows_by_step", step=policy.step)
                if policy.step is not None
                else language.text("sending.grows_by_factor", factor=notation.shortest(policy.factor or 1))
            )
            return language.text(
                "sending.ramp",
                grows=grows,
                first=policy.first,
                largest=policy.largest,
                pause=notation.duration(policy.pause),
            )
        case CohortPerDay():
            within = _batches(language, policy.batch_size, policy.pause)
            if policy.share is not None:
                return language.text("sending.share", share=notation.percent(policy.share), within=within)
            return language.text("sending.cohorts", cohorts=joined(language, list(policy.cohorts)), within=within)
        case CapacityMatched():
            busy, pause = notation.percent(policy.utilisation), notation.duration(policy.pause)
            return language.text("sending.capacity", utilisation=busy, pause=pause)
        case FeedbackOnRejections():
            return _with_feedback(language, policy, notation.percent(policy.target))
        case FeedbackOnResponseTime():
            return _with_feedback(language, policy, notation.duration(policy.target))
        case _:
            assert_never(policy)


def sending_label(language: Language, policy: PolicyValue) -> str:
    """Name a policy in a table or drawing: "200 / 15 minutter"."""
    notation = language.notation
    match policy:
        case BatchesValue(batch_size="all"):
            return language.text("sending.all_label")
        case BatchesValue():
            size = notation.number(policy.batch_size) if isinstance(policy.batch_size, int) else policy.batch_size
            return f"{size} / {notation.duration(policy.pause_s)}"
        case Ramp():
            return (
                f"{notation.number(policy.first)}–{notation.number(policy.largest)} / {notation.duration(policy.pause)}"
            )
        case CohortPerDay():
            return language.text("sending.per_day_label")
        case CapacityMatched():
            return language.text("sending.capacity_label", utilisation=notation.percent(policy.utilisation))
        case FeedbackOnRejections() | FeedbackOnResponseTime():
            return language.text(f"sending.{policy.kind}_label")
        case _:
            assert_never(policy)


def _with_feedback(language: Language, policy: WithFeedback, target: str) -> str:
    notation = language.notation
    return language.text(
        f"sending.{policy.kind}",
        increase=policy.increase,
        first=policy.first,
        most=policy.most,
        decrease=notation.percent(policy.decrease),
        target=target,
        pause=notation.duration(policy.pause),
    )


def _batches(language: Language, size: int | str, pause_s: float) -> str:
    if isinstance(size, str):
        return language.text("sending.all")
    return language.text("sending.batches", size=size, pause=language.notation.duration(pause_s))
