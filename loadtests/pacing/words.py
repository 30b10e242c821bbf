"""What a pacer says, in plain words: a line of the ledger as a sentence, in bokmål or English."""

import datetime as dt
import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias, assert_never, cast
from zoneinfo import ZoneInfo

from loadtests.pacing.entries import (
    Began,
    Ended,
    Intended,
    Line,
    NotSent,
    Obeyed,
    Opened,
    Prepared,
    Seen,
    Sent,
    Stepped,
    Unsure,
    Waited,
)
from loadtests.pacing.state import State
from scenarios.policies.feedback import Reason
from scenarios.quantities import fraction_of, seconds_of

LanguageCode: TypeAlias = Literal["nb", "en"]
_ZONE: Final = ZoneInfo("Europe/Oslo")


@dataclass(frozen=True, slots=True)
class Words:
    """A catalogue, and how its language writes numbers and moments."""

    code: LanguageCode
    messages: Mapping[str, str]

    def text(self, message: str, /, **values: object) -> str:
        """Say a message; `KeyError` where there is no such message, or a value is missing."""
        return self.messages[message].format_map(values)

    def number(self, value: float) -> str:
        """A number with at most one decimal."""
        whole, _, tenths = f"{value:,.1f}".partition(".")
        whole = whole.replace(",", self.messages["notation.thousands"])
        return whole if tenths == "0" else f"{whole}{self.messages['notation.decimal']}{tenths}"

    def sms(self, count: int) -> str:
        """So many SMS."""
        return self.text(f"sms.{_form(count)}", count=self.number(count))

    def moment(self, moment: dt.datetime, now: dt.datetime) -> str:
        """The time of day, and the date where it is another than today's."""
        local = moment.astimezone(_ZONE)
        clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        if local.date() == now.astimezone(_ZONE).date():
            return clock
        return self.text("notation.day", day=local.day, month=local.month, year=local.year) + f" {clock}"


@functools.cache
def words_of(code: LanguageCode) -> Words:
    """The words of a language."""
    table = tomllib.loads(files("loadtests.pacing").joinpath(f"{code}.toml").read_text(encoding="utf-8"))
    return Words(code, dict(_flat(table)))


def sentence(words: Words, line: Line, state: State, folder: str) -> str | None:
    """A line as a sentence; None for one that means nothing to a person. `state` is what it led to."""
    match line:
        case Began() | Opened() | Ended() | Waited():
            return _stands(words, line, state, folder)
        case Intended():
            return words.text(
                "line.hurried" if line.hurried else "line.intended",
                batch=line.batch, sms=words.sms(line.count), because=because(words, line, state),
            )  # fmt: skip
        case Sent():
            return words.text("line.sent", batch=line.batch, **_so_far(words, state))
        case NotSent() | Unsure():
            return words.text(f"line.{line.kind}", batch=line.batch, what=line.what)
        case Obeyed():
            return words.text(f"line.obeyed.{line.word}", batch=line.batch)
        case Stepped():
            return words.text("line.stepped", by=words.number(line.by_s))
        case Prepared():
            return None
        case _:
            assert_never(line)


def because(words: Words, line: Intended, state: State) -> str:
    """Why a batch has the size it has."""
    if line.reason in (Reason.FIRST, Reason.NO_FIGURES) or line.seen is None:
        return words.text(f"because.{Reason.FIRST if line.reason is Reason.FIRST else Reason.NO_FIGURES}")
    figures, target = _figures(words, line.seen, state.began.policy)
    return words.text("because.lowest" if line.low else f"because.{line.reason}", figures=figures, target=target)


def _stands(words: Words, line: Began | Opened | Ended | Waited, state: State, folder: str) -> str:
    match line:
        case Began():
            first = words.moment(line.first, line.at)
            return words.text(f"line.began.{_form(line.recipients)}", count=words.number(line.recipients), first=first)
        case Opened():
            return words.text("line.opened", **_so_far(words, state))
        case Ended():
            return words.text(f"end.{line.why}", left=words.number(state.left))
        case Waited():
            until = "" if line.until is None else words.moment(line.until, line.at)
            return words.text(f"wait.{line.why}", until=until, what=line.what, folder=folder, batch=state.batches)
        case _:
            assert_never(line)


def _figures(words: Words, seen: Seen, policy: Mapping[str, Any]) -> tuple[str, str]:
    if policy["kind"] == "feedback_on_response_time":
        took = words.text("figures.response_time", value=words.number(seen.response_time_p95_s or 0.0))
        return took, words.text("figures.target_response_time", value=words.number(_seconds(policy["target"])))
    figures = words.text("figures.rejections", rejected=words.number(seen.rejected), decided=words.number(seen.decided))
    return figures, words.text("figures.target_rejections", value=words.number(100 * _share(policy["target"])))


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) else seconds_of(value)


def _share(value: object) -> float:
    return fraction_of(value)


def _so_far(words: Words, state: State) -> dict[str, str]:
    return {"sent": words.number(state.next), "all": words.number(state.began.recipients)}


def _form(count: int) -> str:
    return "one" if count == 1 else "other"


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(cast(dict[str, Any], value), f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value)
