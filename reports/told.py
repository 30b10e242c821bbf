"""What a report is made from, and for whom: all that a section may look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from reports.language import Language
from reports.notation import LanguageCode
from scenarios.reader import Reader
from scenarios.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One report: the result, load tests beside it, the language, its reader, and all for whom it is written."""

    result: Result
    measured: Sequence[Result]
    language: Language
    reader: Reader
    readers: Sequence[Reader]

    @property
    def command(self) -> str:
        """What makes the same files again."""
        asked = [] if tuple(self.readers) == (own_reader(self.result),) else [f"--for {one}" for one in self.readers]
        return " ".join(["bolk report", "result.json", *("--measured ..." for _ in self.measured), *asked])


def own_reader(result: Result) -> Reader:
    """For whom a result is written when nobody says."""
    match result.kind:
        case "recommend" | "simulate":
            return Reader.COORDINATOR
        case "loadtest":
            return Reader.DEVELOPER
        case "capacity":
            return Reader.PLATFORM
        case _:
            assert_never(result.kind)


def report_name(result: Result, reader: Reader, code: LanguageCode) -> str:
    """The file of one reader: plain for the one it is written for when nobody says."""
    whose = "" if reader == own_reader(result) else f".{reader}"
    return f"report{whose}.{code}.html"
