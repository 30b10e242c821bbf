"""How the wave goes, while it goes: rough figures to watch, never those of the result."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scenarios.attempts import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFigures:
    """What one process of the generator has seen so far; lags in seconds on the wall, late is what condemns it."""

    started: int
    late: int
    lag_p99_s: float
    lag_max_s: float
    outcomes: dict[str, int]

    def said(self) -> dict[str, Any]:
        """As it goes over a channel."""
        return asdict(self)


def rows_of(parts: Sequence[LiveFigures], planned: int, due: int, capacity: int) -> list[dict[str, str | int]]:
    """The table of the live page: all processes together; of their lags the worst.

    Parameters
    ----------
    planned, due : int
        How many citizens open the page in the whole wave, and up to now.
    capacity : int
        Free places at the beginning.
    """
    started, late = sum(one.started for one in parts), sum(one.late for one in parts)
    outcomes = Counter[str]()
    for one in parts:
        outcomes.update(one.outcomes)
    p99_s = max((one.lag_p99_s for one in parts), default=0.0)
    worst_s = max((one.lag_max_s for one in parts), default=0.0)
    figures: dict[str, str | int] = {
        "planned in all": planned,
        "planned by now": due,
        "started": started,
        "started late": late,
        "start lag, p99": f"{1000 * p99_s:.0f} ms",
        "start lag, at most": f"{1000 * worst_s:.0f} ms",
        **{outcome.value: outcomes[outcome] for outcome in Outcome},
        "free places left": capacity - outcomes[Outcome.CONFIRMED],
    }
    return [{"figure": name, "value": value} for name, value in figures.items()]
