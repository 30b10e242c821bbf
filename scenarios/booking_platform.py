"""The platform that people meet, as a scenario has it."""

import math
from typing import Final, Self

from pydantic import Field, model_validator

from scenarios.background import Background
from scenarios.page_service_time import PageServiceTime
from scenarios.part import Part, is_none, senseless
from scenarios.quantities import Seconds
from scenarios.record_system import RecordSystem
from scenarios.station import Station
from scenarios.strategy import Listing, QueueOrder, Strategy

MOST_VISITORS: Final = 10_000_000  # more than live in Norway; a guard against a slip of the keyboard


class WaitingRoomRules(Part):
    """How many may be inside at a time, how many may come in a minute, and how long each may stay.

    The words are those that waiting rooms on the market share.
    Source: Cloudflare, Waiting Room, configuration settings.
    """

    total_active_users: int = Field(gt=0, le=MOST_VISITORS, description="most people inside at a time")
    new_users_per_minute: int = Field(gt=0, le=MOST_VISITORS, description="most people let in during any minute")
    session_duration: Seconds = Field(
        default=900.0, gt=0, description="each may stay this long, and then queues again; ASSUMPTION"
    )
    order: QueueOrder = Field(default=QueueOrder.FIFO, description="who is let in next")


class Platform(Part):
    """The booking platform: log-in, pages and the record system (EPJ) that decides reservations."""

    workers: int = Field(gt=0, le=10_000, description="page workers")
    service_time: PageServiceTime = Field(description="of one page request, by kind")
    login: Station = Field(description="log-in")
    strategy: Strategy = Field(default=Strategy.QUEUED, description="how a place is given")
    listing: Listing = Field(default=Listing.EARLIEST, description="in which order free times are shown")
    list_age: Seconds | None = Field(
        default=None,
        ge=0,
        exclude_if=is_none,
        description="free days and times are shown from a cache, made anew when this old; left out, as 0 s: no cache",
    )
    ehr: RecordSystem = Field(description="the record system (EPJ), which decides reservations one after the other")
    sigma: float = Field(default=0.5, ge=0, le=3, description="spread of every service time (lognormal); ASSUMPTION")
    waiting_room: WaitingRoomRules | None = Field(
        default=None, exclude_if=is_none, description="in front of everything behind the log-in; left out: none"
    )
    background: Background | None = Field(
        default=None, exclude_if=is_none, description="other traffic on the same platform; left out: none"
    )

    @model_validator(mode="after")
    def _others_leave_room(self) -> Self:
        load = self.background
        if load is None:
            return self
        for station, most in self.most_per_s.items():
            use = (load.per_s(station) or 0.0) * load.mean_times / most
            if use >= 1:
                raise senseless(
                    f"others alone keep it busy {use:.0%} of the time, so nobody would ever get through",
                    f"less than {most:.4g}/s on the day's average, or more workers", "background", station,
                )  # fmt: skip
        return self

    @property
    def most_per_s(self) -> dict[str, float]:
        """How many requests of others each station could just serve, if nobody else came."""
        return {
            "login": self.login.workers / self.mean_s(self.login.service_time),
            "pages": self.workers / self.mean_s(self.service_time.list),
            "ehr": self.ehr.workers / self.mean_s(self.ehr.service_time),
        }

    def mean_s(self, median_s: float) -> float:
        """The mean of a service time with this median, which is a lognormal: exp(sigma^2 / 2) times as long."""
        return median_s * math.exp(self.sigma**2 / 2)
