"""What a person says to a pacer, from another terminal or the page: lines that it reads when it looks up next.

They lie beside the ledger, so a word is heard even if the pacer was down when it was said; the ledger notes how many
were heard.
"""

import fcntl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from loadtests.pacing.durable import Disk
from loadtests.pacing.entries import Word

SAID: Final = "said.jsonl"


@dataclass(frozen=True, slots=True)
class Command:
    """A word, and the batch it is about where it is about one."""

    word: Word
    batch: int | None = None


_COMMAND: Final = TypeAdapter(Command)


class NotUnderstood(ValueError):
    """No such word; the message says which there are."""


def command_of(text: str) -> Command:
    """Read what somebody typed: `pause`, `resume`, `now`, `stop`, `was-sent 7`, `was-not-sent 7`.

    Raises
    ------
    NotUnderstood
        It is none of these.
    """
    word, _, number = text.strip().partition(" ")
    about = (Word.WAS_SENT, Word.WAS_NOT_SENT)
    if word in about and number.strip().isdigit():
        return Command(Word(word), int(number))
    if word in set(Word) - set(about) and not number:
        return Command(Word(word))
    raise NotUnderstood(f"{text!r} is no word for a pacer: say pause, resume, now, stop, was-sent N or was-not-sent N")


def say(folder: Path, command: Command) -> None:
    """Say something; it is on the disk when this returns."""
    with (folder / SAID).open("a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        before = file.read()
        torn = b"\n" if before and not before.endswith(b"\n") else b""  # by a crash, and never heard
        Disk().append(file, torn + _COMMAND.dump_json(command) + b"\n")


def heard(folder: Path, after: int) -> list[tuple[int, Command]]:
    """What was said after the first so many words, each with its number; a line that makes no sense is passed over."""
    try:
        lines = (folder / SAID).read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    found: list[tuple[int, Command]] = []
    for number, line in enumerate(lines[after:], after + 1):
        try:
            found.append((number, _COMMAND.validate_json(line)))
        except ValidationError:
            continue
    return found
