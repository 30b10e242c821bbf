"""What it means that a load test was a slice of its plan: who was left out, and what that does to contention."""

import datetime as dt

from reports.cases import first_sms
from reports.language import Language
from scenarios.result import Result


def slice_remarks(result: Result, language: Language) -> list[str]:
    """Say who was left out before and after, if the test was a slice; nothing else knows them as missing."""
    measurement, policy = result.measurement, result.policy
    if measurement is None or policy is None:
        return []
    start, said = first_sms(result, policy), list[str]()
    before, after = (measurement.left_out.before, measurement.left_out.after) if measurement.left_out else (None, None)
    if measurement.from_s is not None:
        clock = _clock(start, measurement.from_s, language)
        said.append(language.text("slice.nobody_before", clock=clock) if not before
                    else language.text("slice.before", clock=clock, count=before))  # fmt: skip
    if measurement.until_s is not None:
        clock = _clock(start, measurement.until_s, language)
        said.append(language.text("slice.until", clock=clock))
        said += [language.text("slice.after", count=after)] if after else []
    return said


def _clock(start: dt.datetime, moment_s: float, language: Language) -> str:
    return language.notation.clock(start + dt.timedelta(seconds=round(moment_s)))
