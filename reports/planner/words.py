"""The words of the planning page: its own catalogue, on top of the one of the reports."""

import functools
import tomllib
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from reports.language import Language, language_of
from reports.notation import LanguageCode


@functools.cache
def words_of(code: LanguageCode) -> Language:
    """Read the page's catalogue; its messages begin with `planner.`."""
    table = tomllib.loads(files("reports.planner").joinpath(f"{code}.toml").read_text(encoding="utf-8"))
    own = {f"planner.{group}.{key}": str(text) for group, messages in table.items() for key, text in _flat(messages)}
    return Language(code, MappingProxyType({**language_of(code).messages, **own}))


def _flat(messages: dict[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, text in messages.items():
        found += [(f"{key}.{inner}", one) for inner, one in text.items()] if isinstance(text, dict) else [(key, text)]  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return found


def language_asked(said: str | None, accepted: str | None, usual: LanguageCode) -> LanguageCode:
    """The language of a page: as the address says, else as the browser prefers, else as the page was started."""
    if said in ("nb", "en"):
        return said
    for one in (accepted or "").lower().split(","):
        code = one.split(";")[0].strip().split("-")[0]
        if code in ("nb", "no", "nn", "da", "sv"):
            return "nb"
        if code == "en":
            return "en"
    return usual
