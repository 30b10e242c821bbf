"""A station of the platform, as a scenario has it."""

from pydantic import Field

from scenarios.part import Part
from scenarios.quantities import Seconds


class Station(Part):
    """Servers that work off one queue, first come first served."""

    workers: int = Field(gt=0, le=10_000, description="requests that are worked on at the same time")
    service_time: Seconds = Field(gt=0, description="median time one request keeps a worker busy")
