"""Background load, as a scenario has it: what others do on the same platform while a send-out is answered."""

from collections.abc import Iterator
from typing import Final, Self

from pydantic import Field, model_validator

from scenarios.part import Part, Window, is_empty, is_none, senseless
from scenarios.quantities import PerSecond, seconds_since_midnight

MOST_PER_S: Final = 100_000.0  # a guard against a slip of the keyboard


class OtherHours(Window):
    """Hours of every day in which more comes than usual, or less."""

    times: float = Field(gt=0, le=1000, description="so many times the usual, as 4 or 0.2")


class Background(Part):
    """Requests of people who have nothing to do with the send-out; they queue where its citizens do.

    They come at random, one independent of the other (Poisson), from the first SMS on, and for as long as anybody of
    the send-out is on the way. ASSUMPTION: each keeps a worker as long as a citizen's own request would: the log-in, a
    page of the kind `list`, or the record system's work. They come past a waiting room, since they were inside before,
    and they take no appointment.
    """

    login: PerSecond | None = Field(
        default=None, gt=0, le=MOST_PER_S, exclude_if=is_none, description="log-ins of others; ASSUMPTION"
    )
    pages: PerSecond | None = Field(
        default=None, gt=0, le=MOST_PER_S, exclude_if=is_none, description="pages that others open; ASSUMPTION"
    )
    ehr: PerSecond | None = Field(
        default=None, gt=0, le=MOST_PER_S, exclude_if=is_none, description="other work of the record system; ASSUMPTION"
    )
    hours: tuple[OtherHours, ...] = Field(
        default=(),
        exclude_if=is_empty,
        description='a profile over the day: [{ from = "08:00", to = "10:00", times = 4 }]; at other hours once',
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.login is None and self.pages is None and self.ehr is None:
            raise senseless("nothing comes", 'give login, pages or ehr, for example pages = "20/s"')
        for one, after in zip(self.hours, self.hours[1:], strict=False):
            if after.from_ < one.to:
                raise senseless(
                    "these hours run into each other", "name them in order, each from where the last ended", "hours"
                )
        return self

    @property
    def most_times(self) -> float:
        """How many times the usual comes at the busiest hour."""
        return max(1.0, *(one.times for one in self.hours)) if self.hours else 1.0

    @property
    def mean_times(self) -> float:
        """How many times the usual comes on the average of a day."""
        return 1 + sum((to_s - from_s) * (times - 1) for from_s, to_s, times in self.spans_s()) / 86_400

    def per_s(self, station: str) -> float | None:
        """What usually comes to a station, by its key."""
        return {"login": self.login, "pages": self.pages, "ehr": self.ehr}[station]

    def spans_s(self) -> Iterator[tuple[float, float, float]]:
        """The profile as (from, until, times), seconds since midnight; at any other moment it is once the usual."""
        for one in self.hours:
            yield seconds_since_midnight(one.from_), seconds_since_midnight(one.to), one.times
