"""Only what measures are computed from, counted while the kernel runs: no rows, and so little memory."""

from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from scenarios.columns import OUTCOMES, Rows
from scenarios.measures import Tally
from scenarios.timeline import Steps
from simulation.arrivals import Openings
from simulation.kernel import codes, layout
from simulation.samples import Sample

KEPT: Final = 1 << 18
"""Lengths of time that the kernel has room for, before they are taken out of its hands."""

_SAMPLES: Final = 3
CONFIRMED_ROW, REJECTED_ROW, TRIED_ROW = range(3)
_STEP_ROWS: Final = 3


@dataclass(slots=True)
class Counts:
    """Rows for the kernel to count in, and what was taken out of them."""

    rows: Rows
    samples: Rows
    outcomes: NDArray[np.int64]
    met: NDArray[np.int64]
    places: NDArray[np.uint8]
    steps: NDArray[np.int64]
    edges_s: NDArray[np.float64]
    openings: Openings
    _buffers: list[tuple[NDArray[np.uint32], NDArray[np.float64]]]
    _kept: list[Sample] = field(default_factory=lambda: [Sample() for _ in range(_SAMPLES)])

    @classmethod
    def of(cls, capacity: int, steps: Steps | None) -> Self:
        """Nothing counted yet; `steps` where a picture over time is wanted."""
        edges_s = np.ones(1) if steps is None else steps.edges_s
        buffers = [(np.empty(KEPT, np.uint32), np.empty(KEPT, np.float64)) for _ in range(_SAMPLES)]
        rows = np.zeros(1, layout.TALLY)
        rows["second"], rows["first_rejection_s"], rows["last_confirmation_s"] = -1, np.inf, -np.inf
        return cls(
            rows=rows,
            samples=np.array([(short.ctypes.data, long.ctypes.data, 0, 0) for short, long in buffers], layout.SAMPLE),
            outcomes=np.zeros(2 * codes.ENDINGS, np.int64),
            met=np.zeros(codes.ENDINGS, np.int64),
            places=np.zeros(capacity, np.uint8),
            steps=np.zeros((_STEP_ROWS, 0 if steps is None else len(edges_s)), np.int64),
            edges_s=edges_s,
            openings=Openings(steps),
            _buffers=buffers,
        )

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """What the kernel's world has by address."""
        return {
            "tally": self.rows,
            "samples": self.samples,
            "outcomes": self.outcomes,
            "met": self.met,
            "confirmed_places": self.places,
            "steps": self.steps,
            "edges_s": self.edges_s,
        }

    def take(self) -> None:
        """Take the lengths of time that are there, so that there is room for more."""
        for sample, (short, long), row in zip(self._kept, self._buffers, self.samples, strict=True):
            sample.short.append(short[: row["shorts"]].copy())
            sample.long.append(long[: row["longs"]].copy())
        self.samples["shorts"] = self.samples["longs"] = 0

    def tally(self) -> Tally:
        """What was counted, once all is over."""
        self.take()
        counted = {name: self.rows[name][0] for name in self.rows.dtype.names or ()}
        responses, waits, journeys = self._kept
        return Tally(
            outcomes=self.outcomes[: len(OUTCOMES)].tolist(),
            met=self.met[: counted["met"]].tolist(),
            endings=self.outcomes[codes.ENDINGS :][: len(OUTCOMES)].tolist(),
            rejected_citizens=int(counted["rejected_citizens"]),
            places=int(counted["places"]),
            requests=int(counted["requests"]),
            errors=int(counted["errors"]),
            busiest_s_of_arrivals=self.openings.busiest_s,
            busiest_s_of_requests=int(counted["busiest"]),
            first_opening_s=self.openings.first_s,
            first_rejection_s=float(counted["first_rejection_s"]),
            last_confirmation_s=float(counted["last_confirmation_s"]),
            responses=responses.percentile,
            waits=waits.percentile,
            journeys=journeys.percentile,
        )

    def by_step(self, row: int) -> list[int]:
        """How many by the end of each step."""
        return np.cumsum(self.steps[row]).tolist()
