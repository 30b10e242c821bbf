"""The form's answers as a scenario: the same object that a file gives, held against the same rules."""

import datetime as dt
import functools
from typing import Any, Final, NamedTuple

from reports.planner.answers import Answers, Refusal, answers_of
from reports.planner.raw import Raw, is_sending_day
from scenarios.authoring import slug_of
from scenarios.problems import Problem
from scenarios.reading import scenario_of
from scenarios.scenario import Scenario
from scenarios.source import Document, document_of
from scenarios.writing import scenario_toml

_BASE: Final = "medium"
_MEDIAN: Final = {"fast": "10 min", "middle": "23.5 min", "slow": "60 min"}
"""Half of those who act have done so by then. ASSUMPTION: the middle as in `medium`, the others its low and high."""
_CHOICE: Final = {
    "always": {"first": "100 %", "preferred": "0 %", "uniform": "0 %"},
    "often": {"first": "60 %", "preferred": "25 %", "uniform": "15 %"},
    "some": {"first": "30 %", "preferred": "40 %", "uniform": "30 %"},
}
"""Who takes the first free time. ASSUMPTION: often as in `medium`, always the worst case of Norsk helsenett's guide."""
_PLATFORM: Final = {"half": (2, "600 ms", 1), "reference": (4, "300 ms", 2), "double": (8, "150 ms", 4)}
"""Workers, time of a log-in, tasks of the record system at a time. ASSUMPTION: reference as in `medium`."""
_OTHERS: Final[dict[str, dict[str, str] | None]] = {
    "none": None,
    "some": {"login": "0.5/s", "pages": "5/s"},
    "many": {"login": "1.5/s", "pages": "15/s"},
}
"""What others ask of the platform meanwhile. ASSUMPTION: a seventh of the reference log-in, and nearly half."""
_OPENS_MIN: Final = 8 * 60 + 30
_DAY_MIN: Final = 7 * 60
"""Appointments are from 08:30 to 15:30, as in `medium`. ASSUMPTION: the hours matter little, the places do."""
_MOST_DAYS: Final = 10
"""Where the form does not say on how many days: no more than this. ASSUMPTION: two weeks of appointments are opened."""
_SIZES: Final = (0.025, 0.05, 0.1, 0.2, 0.35)
"""Batch sizes that are tried, as shares of those invited. ASSUMPTION: from forty batches to three."""
_LARGEST: Final = 5_000
"""Of the batches that are tried, besides everyone. Source: ten thousand at once stopped Stavanger in 2021."""
_FIELDS: Final = {
    "municipality": "municipality",
    "invitation.send_date": "date",
    "invitation.window": "to",
    "slots": "slots",
    "today": "batch",
    "policy": "first_sms",
    "search": "finish_by",
    "behaviour": "uptake",
    "platform": "platform",
    "thresholds": "rejections",
    "experiment": "seed",
}
_HEADER: Final = """\
# Skrevet av bolk planner. Written by bolk planner.
# Gå gjennom hver linje: det som ikke sto i skjemaet, er som i eksempelet medium, der kilder og antakelser står.
# Go through every line: what was not in the form is as in the example medium, which has sources and assumptions.
# bolk scenario check FIL      bolk recommend FIL
"""


@functools.cache
def _base() -> dict[str, Any]:
    document = document_of(_BASE)
    if not isinstance(document, Document):
        raise AssertionError(f"{_BASE} is in the catalogue")
    return document.table


class Asked(NamedTuple):
    """What was asked: the form's answers, and the scenario they come to."""

    answers: Answers
    question: Scenario


def question_of(answers: Answers) -> Scenario | tuple[Problem, ...]:
    """Put a form's answers into the example that the planner starts from, and hold it against the rules of files."""
    return scenario_of(Document(label="planner", table=_table(_base(), answers), lines={}, set_paths=frozenset()))


def question_toml(question: Scenario) -> str:
    """The question as a file for `bolk scenario check` and `bolk recommend`."""
    return _HEADER + scenario_toml(question)


def _table(base: dict[str, Any], answers: Answers) -> dict[str, Any]:
    workers, login, tasks = _PLATFORM[answers.platform]
    background = _OTHERS[answers.others]
    name = answers.municipality or "Kommunen"
    table: dict[str, Any] = {
        **base,
        "name": slug_of(f"plan {name}")[:60].strip("-"),
        "title": _title(answers),
        "municipality": _municipality(answers, name),
        "invitation": {
            "sms_rate": base["invitation"]["sms_rate"],
            "send_date": answers.date,
            "window": {"from": _text(answers.window[0]), "to": _text(answers.window[1])},
            "delivered": answers.delivered,
            **({"cohort": answers.cohort} if answers.cohort else {"invited": answers.invited}),
        },
        "slots": _slots(answers),
        "policy": {"batch_size": _sizes(answers)[0], "pause": "15 min", "start": _text(answers.start)},
        "today": _today(answers),
        "search": {
            "batch_size": [*_sizes(answers), "all"],
            "pause": ["5 min", "15 min", "30 min", "60 min"],
            "finish_by": _text(answers.finish_by),
        },
        "behaviour": {
            **base["behaviour"],
            "uptake": answers.uptake,
            "response": {**base["behaviour"]["response"], "median": _MEDIAN[answers.answers]},
            "slot_choice": _CHOICE[answers.first],
            "after_rejection": {**base["behaviour"]["after_rejection"], "retry": answers.retry},
        },
        "platform": {
            **base["platform"],
            "workers": workers,
            "login": {**base["platform"]["login"], "service_time": login},
            "ehr": {**base["platform"]["ehr"], "workers": tasks},
            **({"background": background} if background else {}),
        },
        "thresholds": {
            **base["thresholds"],
            "rejections": f"p90(rejections_per_100_attempts) <= {answers.rejections:g}",
            "latency": f"p90(response_time_p95_s) <= {answers.response_s:g} s",
        },
        "experiment": {"runs": {"min": 4, "max": 50}, "seed": answers.seed},
    }
    return {key: value for key, value in table.items() if value is not None}


def _municipality(answers: Answers, name: str) -> dict[str, Any]:
    if answers.registered is not None:
        return {"name": answers.registered.number}
    return {"name": name, "number": "9999", "population": answers.invited}


def _title(answers: Answers) -> dict[str, str]:
    who = {"nb": answers.municipality or "Kommunen", "en": answers.municipality or "The municipality"}
    if answers.cohort:
        group = answers.cohort.replace("-", "–")
        return {"nb": f"{who['nb']}, {group} år", "en": f"{who['en']}, ages {group}"}
    return {code: f"{one}, {answers.invited} SMS" for code, one in who.items()}


def _today(answers: Answers) -> dict[str, Any] | None:
    """How they do it now; a year of birth a day is as many equal batches with a day between."""
    match answers.today:
        case "all":
            return {"name": {"nb": "Alle samtidig", "en": "Everyone at once"}, "batch_size": "all"}
        case "batches":
            name = {"nb": f"Slik dere gjør i dag ({answers.batch})", "en": f"As you do today ({answers.batch})"}
            return {"name": name, "batch_size": answers.batch, "pause": f"{answers.pause_min} min"}
        case "cohorts":
            name = {"nb": "Ett årskull om dagen", "en": "One year of birth a day"}
            return {"name": name, "batch_size": -(-answers.invited // answers.cohorts), "pause": "24 h"}
        case _:
            return None


def _sizes(answers: Answers) -> list[int]:
    rounded = {_round(min(share * answers.invited, _LARGEST)) for share in _SIZES}
    own = {answers.batch} if answers.today == "batches" and answers.batch < answers.invited else set[int]()
    return sorted(one for one in rounded | own if one < answers.invited) or [max(1, answers.invited // 2)]


def _round(size: float) -> int:
    """To a number that people would choose: 10, 15, 20, 25, 30, 40, 50, 75, 100 and so on."""
    tens = 10 ** max(0, len(str(int(size))) - 1)
    steps = (1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10)
    return max(5, int(min(steps, key=lambda step: abs(step * tens - size)) * tens))


def _slots(answers: Answers) -> list[dict[str, Any]]:
    """So many free appointments exactly: books that are alike, and one more with the few that do not fill them evenly.

    Citizens see one book, chosen in proportion to its places, so a book of the rest is seen by few.
    """
    most = _DAY_MIN // answers.length_min
    books = min(answers.books, answers.slots)
    days = answers.days or min(_MOST_DAYS, max(1, -(-answers.slots // (books * answers.places * most))))
    per_day = answers.slots // (books * days)
    places = _places(per_day, answers.places, most) if per_day else 0
    times = per_day // places if per_day else 0
    dates = _dates(answers.date, days)
    rest = answers.slots - books * days * times * places
    blocks = [
        *((f"Timebok {number}" if books > 1 else "Timebok", dates, times, places) for number in range(1, books + 1)),
        ("Timebok, flere timer", dates[:1], most, rest // most),
        ("Timebok, resten", dates[:1], rest % most, 1),
    ]
    return [
        {
            "book": book,
            "dates": some,
            "open": {"from": _text(_clock(_OPENS_MIN)), "to": _text(_clock(_OPENS_MIN + count * answers.length_min))},
            "length": f"{answers.length_min} min",
            "parallel": parallel,
        }
        for book, some, count, parallel in blocks
        if count and parallel
    ]


def _places(per_day: int, wanted: int, most: int) -> int:
    """Places at one time: as many as wanted, or one or two more or fewer where the day then comes out even."""
    fewest = max(1, -(-per_day // most))
    near = max(fewest, min(wanted, per_day))
    candidates = [one for one in range(near - 2, near + 3) if fewest <= one <= per_day]
    return min(candidates, key=lambda one: (per_day % one, abs(one - near)))


def _dates(send_date: dt.date, days: int) -> list[dt.date]:
    """Weekdays from a week after the SMS on."""
    day, found = send_date + dt.timedelta(days=7), list[dt.date]()
    while len(found) < days:
        if is_sending_day(day) and day.isoweekday() < 6:
            found.append(day)
        day += dt.timedelta(days=1)
    return found


def _clock(minutes: int) -> dt.time:
    return dt.time(minutes // 60, minutes % 60)


def _text(clock: dt.time) -> str:
    return f"{clock:%H:%M}"


def asked_in(raw: Raw) -> Asked | tuple[Refusal, ...]:
    """Read a form and put the question, or say everything that is wrong with it."""
    answers = answers_of(raw)
    if not isinstance(answers, Answers):
        return answers
    question = question_of(answers)
    if isinstance(question, Scenario):
        return Asked(answers, question)
    return tuple(Refusal(name=_field_of(problem), message="refused") for problem in question)


def asked_again(raw: Raw) -> Scenario | None:
    """The question of a form that was kept; None where it is no longer one."""
    asked = asked_in(raw)
    return asked.question if isinstance(asked, Asked) else None


def _field_of(problem: Problem) -> str:
    """The field that a key of the scenario came from."""
    return next((name for key, name in _FIELDS.items() if problem.where.startswith(key)), "invited")
