"""The form as it is shown: what stands in each field, what is wrong with it, and what differs from the usual."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reports.language import Language
from reports.planner.answers import CHOICES, Refusal
from reports.planner.raw import DEFAULTS, Raw, changed
from scenarios import register

_ID_OF: Final = {"slots_kind": "slots_kind-total", "today": "today-all"}
"""Of a set of radio buttons it is the first that a link goes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A form with its errors; `summary` has each with the id of its field, from the top of the page."""

    raw: Raw
    errors: dict[str, str]
    summary: list[tuple[str, str]]
    municipalities: list[str]
    ages: tuple[list[str], list[str]]
    choices: dict[str, tuple[str, ...]]
    changed: list[str]
    open: bool
    """Whether the fold is open: something under it is wrong, or was changed."""


def form_of(raw: Raw, words: Language, refusals: Sequence[Refusal] = ()) -> FormView:
    """Arrange a form."""
    errors = {one.name: words.text(f"planner.error.{one.message}", count=None, **one.values) for one in refusals}
    differs = changed(raw)
    return FormView(
        raw=raw,
        errors=errors,
        summary=[(_ID_OF.get(name, name), errors[name]) for name in raw if name in errors],
        municipalities=[one.name for one in register.municipalities(register.YEARS[-1])],
        ages=([str(low) for low, _ in register.BANDS], [str(high or "older") for _, high in register.BANDS]),
        choices=dict(CHOICES),
        changed=[_changed(name, raw[name], words) for name in differs],
        open=bool(differs) or any(name in DEFAULTS for name in errors),
    )


def _changed(name: str, value: str, words: Language) -> str:
    shown = [_shown(name, one, words) for one in (value, DEFAULTS[name])]
    return words.text("planner.changed.one", field=words.text(f"planner.field.{name}"), value=shown[0], usual=shown[1])


def _shown(name: str, value: str, words: Language) -> str:
    if name in CHOICES and value in CHOICES[name]:
        return words.text(f"planner.choice.{name}.{value}")
    return value or words.text("planner.changed.empty")
