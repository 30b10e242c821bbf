"""Whom a send-out goes to: ids that mean something to the SMS system and to nobody else.

They are read, counted off in their order and handed to a sender. Nothing else here holds one: ledger, page and screen
speak of numbers of recipients.
"""

import csv
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:~-]{0,127}")
_SEPARATORS: Final = re.compile(r"[\s.\-()/]|tel:|sms:", re.IGNORECASE)
_TELEPHONE: Final = re.compile(r"\+?\d{8,15}")
"""ASSUMPTION: 8 digits are a Norwegian number, and E.164 allows 15; an id of digits alone must be shorter or longer."""
_IDENTITY: Final = re.compile(r"(?<!\d)\d{6} ?\d{5}(?!\d)")
_COLUMNS: Final = ("recipient", "id")
_OWN_IDS: Final = "Give ids that only the SMS system understands, one a line; bolk never takes personal data."


class RecipientsRefused(ValueError):
    """A file of recipients cannot be used; the message says where and why, and repeats nothing of what stands there."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """The recipients in the order in which they are sent to, and the digest that knows the list again."""

    ids: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The digest of the list."""
        return hashlib.sha256("\n".join(self.ids).encode()).hexdigest()

    def __repr__(self) -> str:
        return f"Recipients({len(self.ids)})"  # whoever logs one logs no id


def read_recipients(path: Path) -> Recipients:
    """Read ids, one a line or in the column `recipient` (or `id`) of a CSV with a heading.

    Raises
    ------
    RecipientsRefused
        Something looks like an identity number or a telephone number, stands twice, or is no id.
    OSError
        The file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise RecipientsRefused(f"{path}: not a text file in UTF-8. Save it as UTF-8") from None
    seen: dict[str, int] = {}
    for number, one in _numbered(path, lines):
        if (problem := _problem(one, seen)) is not None:
            raise RecipientsRefused(f"{path}: line {number} {problem}")
        seen[one] = number
    if not seen:
        raise RecipientsRefused(f"{path}: nobody stands in it. {_OWN_IDS}")
    return Recipients(tuple(seen))


def _numbered(path: Path, lines: list[str]) -> list[tuple[int, str]]:
    """Each id with the number of its line; blank lines are passed over."""
    heading = lines[0].lower() if lines else ""
    mark = next((mark for mark in ";,\t" if mark in heading), None)
    names = [name.strip() for name in (heading.split(mark) if mark else [heading])]
    column = next((names.index(name) for name in _COLUMNS if name in names), None)
    if mark is None and column is None:
        return [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    if column is None:
        _refuse_personal(path, 1, names)
        raise RecipientsRefused(f"{path}: line 1 names no column `recipient`. {_OWN_IDS}")
    found: list[tuple[int, str]] = []
    for number, cells in enumerate(csv.reader(lines[1:], delimiter=mark or ","), 2):
        if not any(cell.strip() for cell in cells):
            continue
        _refuse_personal(path, number, cells)
        found.append((number, cells[column].strip() if column < len(cells) else ""))
    return found


def _refuse_personal(path: Path, number: int, cells: list[str]) -> None:
    for cell in cells:
        if (problem := _personal(cell.strip())) is not None:
            raise RecipientsRefused(f"{path}: line {number} {problem}")


def _problem(one: str, seen: dict[str, int]) -> str | None:
    if (personal := _personal(one)) is not None:
        return personal
    if _ID.fullmatch(one) is None:
        return f"is no id: letters, digits and . _ : ~ - alone, at most 128 of them. {_OWN_IDS}"
    return f"says the same as line {seen[one]}. Let everybody stand once" if one in seen else None


def _personal(one: str) -> str | None:
    digits = _SEPARATORS.sub("", one)
    if _IDENTITY.search(one) or re.fullmatch(r"\d{11}", digits):
        return f"looks like a national identity number. {_OWN_IDS}"
    return f"looks like a telephone number. {_OWN_IDS}" if _TELEPHONE.fullmatch(digits) else None
