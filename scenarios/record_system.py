"""The record system (EPJ) as a scenario has it: workers, and what can go wrong with the messages to it."""

from typing import Final, Self

from pydantic import Field, model_validator

from scenarios.part import Part, is_empty, is_none, senseless
from scenarios.quantities import Fraction, Seconds
from scenarios.station import Station

REDELIVERED_AFTER_S: Final = 15.0
"""A message that nobody answered for is delivered again. Source: Helsenorge.Messaging, time to live of 15 s."""

MOST_DELIVERIES: Final = 10
"""A message that failed this often is set aside.

Source: Helsenorge.Messaging, dead-letter queue after 10 failed attempts.
"""


class Stop(Part):
    """The record system takes nothing up between two moments; what it was working on it finishes."""

    from_: Seconds = Field(alias="from", ge=0, description="it stops this long after the first SMS")
    to: Seconds = Field(description="it goes on this long after the first SMS")

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.to <= self.from_:
            raise senseless("the stop ends before it begins", 'write for example { from = "20 min", to = "35 min" }')
        return self


class RecordSystem(Station):
    """The record system's workers; a message to it is delivered at least once, and decided once.

    A delivery fails where the work takes longer than `timeout`, or by chance. Then nothing was decided, and it comes
    again, behind all that came meanwhile, until it has failed `deliveries` times: it is set aside, and the citizen is
    told that it did not get through.
    """

    timeout: Seconds | None = Field(
        default=None, gt=0, exclude_if=is_none, description="work that takes longer is broken off and fails"
    )
    failing: Fraction | None = Field(
        default=None, exclude_if=is_none, description="share of deliveries that fail when the work is done; ASSUMPTION"
    )
    redeliver_after: Seconds | None = Field(
        default=None, gt=0, exclude_if=is_none, description="from a failure to the next delivery; 15 s if left out"
    )
    deliveries: int | None = Field(
        default=None, ge=1, le=20, exclude_if=is_none, description="set aside after so many; 10 if left out"
    )
    stopped: tuple[Stop, ...] = Field(
        default=(), exclude_if=is_empty, description='it stands still: [{ from = "20 min", to = "35 min" }]'
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        unused = [name for name in ("redeliver_after", "deliveries") if getattr(self, name) is not None]
        if unused and not self.can_fail:
            raise senseless(
                f"{unused[0]} is for deliveries that fail, and none does", "give timeout or failing as well"
            )
        for one, after in zip(self.stopped, self.stopped[1:], strict=False):
            if after.from_ <= one.to:
                raise senseless(
                    "the stops run into each other", "let each begin after the one before has ended", "stopped"
                )
        return self

    @property
    def can_fail(self) -> bool:
        """Whether a delivery may fail."""
        return self.timeout is not None or bool(self.failing)

    @property
    def redelivered_after_s(self) -> float:
        """From a failure to the next delivery, seconds."""
        return REDELIVERED_AFTER_S if self.redeliver_after is None else self.redeliver_after

    @property
    def most_deliveries(self) -> int:
        """So many failures, and a message is set aside."""
        return MOST_DELIVERIES if self.deliveries is None else self.deliveries
