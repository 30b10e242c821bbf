"""What is said of one plan that was tried: when it is done, whether it keeps the limits, and what it broke."""

import datetime as dt
from typing import assert_never

from reports.blocks import Cell
from reports.cases import scenario_of
from reports.language import Language
from reports.limits import broken_measures, reasons
from reports.sending import sending_label
from scenarios.policy_value import BatchesValue, PolicyValue
from scenarios.quantities import clock_of, clock_text
from scenarios.recommendation import Candidate, Standing
from scenarios.result import Result


def standing_of(candidate: Candidate) -> Standing:
    """Say whether a plan keeps the limits; older results knew only yes and no."""
    return candidate.standing or ("kept" if candidate.feasible else "broken")


def batches_of(candidate: Candidate) -> BatchesValue:
    """The batches of a candidate of the grid, which has no other kinds."""
    if not isinstance(candidate.policy, BatchesValue):
        raise TypeError("a plan of the grid is one of equal batches")
    return candidate.policy


def plan_label(result: Result, policy: PolicyValue, language: Language) -> str:
    """Name a plan in a table or drawing; with its first SMS where several beginnings were tried."""
    return with_start(result, policy, sending_label(language, policy), language)


def with_start(result: Result, policy: PolicyValue, words: str, language: Language) -> str:
    """Add when the first SMS of a plan goes to what it is called, where several beginnings were tried."""
    if len(scenario_of(result).search.start) < 2:
        return words
    return language.text("plans.from", plan=words, clock=clock_text(clock_of(policy.start)))


def last_sms_text(result: Result, candidate: Candidate, language: Language) -> str:
    """Say when the last SMS of a candidate goes; with the date where that is not the day of sending."""
    moment = dt.datetime.fromisoformat(candidate.last_sms_at)
    clock = language.notation.hour_minute(moment)
    same_day = moment.date() == scenario_of(result).invitation.send_date
    return clock if same_day else f"{clock} ({language.notation.short_day(moment)})"


def reasons_of(result: Result, candidate: Candidate, language: Language) -> str:
    """Name what a candidate broke; a plan may keep each limit often enough and still not all of them together."""
    broken = broken_measures(candidate, scenario_of(result))
    return reasons(language, broken) if broken else language.text("reason.together")


def verdict_cell(result: Result, candidate: Candidate, language: Language) -> Cell:
    """Say in a cell whether a plan keeps the limits, with a mark that is not a colour."""
    if not candidate.runs:  # it was done too late to be tried
        return Cell((f"✗ {reasons_of(result, candidate, language)}",), "bad")
    match standing_of(candidate):
        case "kept":
            return Cell((f"✓ {language.text('matrix.keeps')}",), "good")
        case "broken":
            return Cell((f"✗ {reasons_of(result, candidate, language)}",), "bad")
        case "open":
            return Cell((f"≈ {language.text('matrix.open')}",), "none")
        case _:
            assert_never(standing_of(candidate))


def kept_between(candidate: Candidate, language: Language) -> str:
    """Say of how many of 100 send-outs it is known that they keep every limit, from and to."""
    low, high = candidate.kept_at_least, candidate.kept_at_most
    if low is None or high is None:
        return ""
    return f"{language.notation.number(int(100 * low))}–{language.notation.number(-int(-100 * high // 1))}"
