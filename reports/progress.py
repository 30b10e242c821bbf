"""How far along: a line that redraws itself on a terminal, now and then a plain line elsewhere, or silence."""

import sys
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TextIO, assert_never

_WIDTH = 28
_PLAIN_EVERY_S = 5.0


class ProgressKind(StrEnum):
    """How progress is shown; AUTO is a bar on a terminal and plain lines elsewhere."""

    AUTO = "auto"
    BAR = "bar"
    PLAIN = "plain"
    NONE = "none"


@dataclass(slots=True)
class ProgressLine:
    """A callable (done, asked for) that shows progress on standard error; `asked for` may grow on the way."""

    label: str
    kind: ProgressKind
    unit: str = "runs"
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _begun: float = field(default_factory=time.monotonic)
    _said: float = -_PLAIN_EVERY_S

    def __post_init__(self) -> None:
        if self.kind is ProgressKind.AUTO:
            self.kind = ProgressKind.BAR if self.stream.isatty() else ProgressKind.PLAIN

    def __call__(self, done: int, asked: int) -> None:
        """Say how far along it is."""
        elapsed = time.monotonic() - self._begun
        match self.kind:
            case ProgressKind.BAR:
                filled = round(_WIDTH * done / asked) if asked else 0
                bar = "━" * filled + " " * (_WIDTH - filled)
                self._write(f"\r{self.label} {bar} {done:,}/{asked:,} {self.unit}  {_clock(elapsed)} ")
            case ProgressKind.PLAIN:
                if elapsed - self._said >= _PLAIN_EVERY_S:
                    self._said = elapsed
                    self._write(f"{self.label}: {done:,} of {asked:,} {self.unit}, {_clock(elapsed)}\n")
            case ProgressKind.NONE | ProgressKind.AUTO:
                pass
            case _:
                assert_never(self.kind)

    def close(self) -> None:
        """End the line, so that what follows begins on its own."""
        if self.kind is ProgressKind.BAR:
            self._write("\n")

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"
