"""What was seen of people and platform, in place of what was assumed: schema `bolk.calibration/1`."""

from typing import Final, Literal

from pydantic import Field

from scenarios.result import Piece, ScenarioRef

SCHEMA: Final = "bolk.calibration/1"


class Estimate(Piece):
    """A fitted number and where it lies with 95 % confidence."""

    value: float
    low: float
    high: float


class FittedGroup(Piece):
    """Some who answer alike."""

    share: float = Field(gt=0, le=1, description="of those who answer")
    median_s: Estimate
    sigma: Estimate


class Fit(Piece):
    """How well the counts agree with what was fitted."""

    verdict: Literal["good", "rough", "poor"]
    chi2: float
    degrees: int
    p_value: float
    gap: float = Field(description="largest distance between the curves of pages opened so far, as a share of all")


class Counted(Piece):
    """The file that was read."""

    file: str
    sha256: str
    first: str = Field(description="when the first step begins, by the local clock")
    step_s: float
    sent: int
    opened: int
    booked: int | None
    asleep: int = Field(description="pages opened outside behaviour.awake, counted at the next hour awake")


class People(Piece):
    """How soon and how many answer; `opened` and `expected` are counts in each step awake."""

    counted: Counted
    answering: Estimate = Field(description="share of the SMS that are ever answered: delivered times uptake")
    groups: list[FittedGroup]
    fit: Fit
    minutes: list[float] = Field(description="when each step ends, in minutes awake since the first")
    opened: list[int]
    expected: list[float]


class Request(Piece):
    """One kind of request and the work it is, as lognormal."""

    operation: str
    requests: int
    median_s: float
    sigma: float


class Served(Piece):
    """What requests take of the platform; `busy` is the largest share of workers at work in any step of time."""

    file: str
    target: str
    requests: list[Request]
    sigma: float = Field(description="one spread for all")
    busy: float


class Calibration(Piece):
    """Everything that was learnt, and the keys of the scenario that say so, from key to new value as TOML."""

    format: Literal["bolk.calibration/1"] = Field(alias="schema", default=SCHEMA)
    scenario: ScenarioRef
    people: People | None = None
    platform: Served | None = None
    changes: dict[str, str]

    @property
    def fits(self) -> bool:
        """Whether what was learnt can be used."""
        return self.people is None or self.people.fit.verdict != "poor"

    def json_text(self) -> str:
        """The calibration as written to `calibration.json`."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"
