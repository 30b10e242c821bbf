"""The words of a report: one catalogue for each language, looked up by message id."""

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, assert_never

from reports.notation import LanguageCode, Notation
from scenarios.part import Words

LANGUAGES: Final[tuple[LanguageCode, ...]] = ("nb", "en")


@dataclass(frozen=True, slots=True)
class Language:
    """A catalogue and the notation that goes with it."""

    code: LanguageCode
    messages: Mapping[str, str]

    @property
    def notation(self) -> Notation:
        """How this language writes numbers and dates."""
        return Notation(self.code)

    def text(self, message: str, /, *, count: int | None = None, **values: str | int) -> str:
        """Say a message with its placeholders filled.

        Parameters
        ----------
        message : str
            Its id; with `count`, the id of a pair `.one` and `.other` (both languages have these two forms).
        count, **values
            Whole numbers are written in the language's notation, text as it stands.

        Raises
        ------
        KeyError
            The catalogue has no such message, or the message has a placeholder that was not given.
        """
        if count is not None:
            message, values = f"{message}.{'one' if count == 1 else 'other'}", {"count": count, **values}
        written = {
            name: value if isinstance(value, str) else self.notation.number(value) for name, value in values.items()
        }
        return self.messages[message].format_map(written)

    def pick(self, words: Words) -> str:
        """Choose this language's half of a text that comes in both."""
        match self.code:
            case "nb":
                return words.nb
            case "en":
                return words.en
            case _:
                assert_never(self.code)


@functools.cache
def language_of(code: LanguageCode) -> Language:
    """Read a catalogue."""
    table = tomllib.loads(files("reports").joinpath(f"{code}.toml").read_text(encoding="utf-8"))
    return Language(code, MappingProxyType(dict(_flat(table))))


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")  # pyright: ignore[reportUnknownArgumentType]
        else:
            yield f"{prefix}{key}", str(value)
