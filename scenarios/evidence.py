"""What of a scenario was measured and not assumed, and which predictions were put to the test.

`bolk calibrate` and `bolk compare --confirm` write it into the file.
"""

import datetime as dt
import hashlib
import json
from enum import StrEnum
from typing import Literal

from pydantic import Field

from scenarios.booking_platform import Platform
from scenarios.part import Part, is_empty, is_none

EvidenceLevel = Literal[0, 1, 2, 3]
"""0 assumed; 1 the reference server was measured; 2 their system, or a day that was; 3 a prediction that held."""


class MeasuredPlatform(StrEnum):
    """Whose service times were measured."""

    REFERENCE = "reference server"
    OWN = "own system"


class Tested(Part):
    """One prediction held against the load test of the same plan, whether it held or not."""

    of: str = Field(min_length=1, max_length=200, description="what was measured, as people call it")
    on: dt.date = Field(description="the day of the measurement, without quotes: 2021-05-03")
    citizens: int = Field(gt=0, description="how many were lived")
    rejections_off: float = Field(description="predicted minus measured, of 100 attempts")
    response_off: float = Field(description="predicted minus measured as a share of the measured p95 response time")
    held: bool = Field(description="whether both were within what bolk compare allows")
    platform: str = Field(pattern="^[0-9a-f]{12}$", description="digest of the platform that was predicted")


class Evidence(Part):
    """Where numbers of this file come from; left out, all are assumed."""

    people: str | None = Field(
        default=None, min_length=1, max_length=200, exclude_if=is_none,
        description="the counts that say how soon people answer",
    )  # fmt: skip
    platform: MeasuredPlatform | None = Field(
        default=None, exclude_if=is_none, description="whose service times were measured in a load test"
    )
    tested: tuple[Tested, ...] = Field(
        default=(), exclude_if=is_empty, description="predictions put to the test, in order; written by compare"
    )

    def tests_of(self, platform: Platform) -> tuple[Tested, ...]:
        """The tests of this very platform; a changed one has yet to be tested."""
        return tuple(one for one in self.tested if one.platform == digest_of(platform))

    def level_with(self, platform: Platform) -> EvidenceLevel:
        """How far it carries: level 3 only while the latest prediction about this platform held."""
        tests = self.tests_of(platform)
        return 3 if tests and tests[-1].held else self._measured_level

    @property
    def _measured_level(self) -> EvidenceLevel:
        if self.people is not None or self.platform is MeasuredPlatform.OWN:
            return 2
        return 0 if self.platform is None else 1


def digest_of(platform: Platform) -> str:
    """Twelve digits that tell one platform from another."""
    said = platform.model_dump(mode="json", by_alias=True)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]
