"""What of a scenario was measured and not assumed, as `bolk calibrate` writes it into the file."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from scenarios.part import Part, is_none

EvidenceLevel = Literal[0, 1, 2, 3]
"""0 assumed; 1 the reference server was measured; 2 their system, or a day that was; 3 a prediction that held."""


class MeasuredPlatform(StrEnum):
    """Whose service times were measured."""

    REFERENCE = "reference server"
    OWN = "own system"


class Evidence(Part):
    """Where numbers of this file come from; left out, all are assumed."""

    people: str | None = Field(
        default=None, min_length=1, max_length=200, exclude_if=is_none,
        description="the counts that say how soon people answer",
    )  # fmt: skip
    platform: MeasuredPlatform | None = Field(
        default=None, exclude_if=is_none, description="whose service times were measured in a load test"
    )

    @property
    def level(self) -> EvidenceLevel:
        """How far it carries."""
        if self.people is not None or self.platform is MeasuredPlatform.OWN:
            return 2
        return 0 if self.platform is None else 1
