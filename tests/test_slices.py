"""A slice of a plan: by the clock or by lengths, whoever is outside is left out and counted."""

import datetime as dt

import numpy as np
import pytest

from reports.language import language_of
from reports.notation import LanguageCode
from reports.slice_remarks import slice_remarks
from scenarios.plan import plan_of
from scenarios.slices import Slice, slice_named
from tests import a, a_result

NINE = dt.time(9, 0)


def test_moments_are_clock_times_or_lengths():
    assert slice_named("08:55", "09:15", NINE) == Slice(from_s=-300.0, until_s=900.0)
    assert slice_named(None, "3 min", NINE) == Slice(from_s=None, until_s=180.0)
    assert slice_named("2 min", "09:15:30", NINE) == Slice(from_s=120.0, until_s=930.0)


@pytest.mark.parametrize(("begin", "end"), [("09:15", "08:55"), ("5 min", "09:05"), ("25:00", None), ("soon", None)])
def test_what_is_no_slice_is_refused(begin: str, end: str | None):
    with pytest.raises(ValueError, match=r"write for example|give the earlier"):
        slice_named(begin, end, NINE)


def test_everybody_is_in_the_slice_or_counted_as_left_out():
    scenario = a.scenario()
    plan = plan_of(scenario, scenario.policy, 0)
    part = Slice(from_s=200.0, until_s=700.0)
    inside, left_out = part.of(plan), part.left_out(plan)
    opened_s = plan.planned_s[inside.acts == 1]
    assert np.all((opened_s >= 200.0) & (opened_s < 700.0))
    assert left_out.before > 0
    assert left_out.after > 0
    assert int(inside.acts.sum()) + left_out.before + left_out.after == int(plan.acts.sum())


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_the_result_says_who_was_left_out_and_what_that_does(lang: LanguageCode):
    result = a_result.load_tested()
    assert result.measurement is not None
    part = {"from_s": 60.0, "until_s": 600.0, "left_out": {"before": 7, "after": 1}}
    changed = result.model_validate(
        result.model_dump(by_alias=True) | {"measurement": result.measurement.model_dump() | part}
    )
    said = " ".join(slice_remarks(changed, language_of(lang)))
    assert "7 " in said
    assert {"nb": "mindre trengsel", "en": "less contention"}[lang] in said
