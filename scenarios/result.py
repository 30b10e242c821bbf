"""The answer as data, schema `bolk.result/1`: what every verb writes, and all that reports and comparisons read."""

from typing import Any, Final, Literal

from pydantic import Field

from scenarios.capacity import Capacity
from scenarios.comparison import Comparison
from scenarios.course import ScheduleLine, Timeline
from scenarios.lever_effects import Turning
from scenarios.measurement import Generator, History, Measurement
from scenarios.part import Words
from scenarios.piece import Piece
from scenarios.platform_needs import PlatformNeeds
from scenarios.policy_value import PolicyValue
from scenarios.recommendation import Candidate, Recommendation
from scenarios.sensitivity import Sensitivity
from scenarios.summary import Judged, Metrics, Reached, Verdict

SCHEMA: Final = "bolk.result/1"


class ScenarioRef(Piece):
    """Which question was asked: `resolved` is the whole scenario, `sha256` its digest."""

    name: str
    sha256: str
    title: Words
    resolved: dict[str, Any]


class Provenance(Piece):
    """How to make the same result again."""

    command: str
    version: str
    commit: str | None
    seed: int
    replications: int
    plan_sha256: list[str]
    engine: str
    packages: dict[str, str]
    machine: str
    started_at: str
    wall_s: float
    partial: bool = False  # it ended before it was complete
    interrupted: bool = False  # by Ctrl-C


class Result(Piece):
    """The whole answer of one verb."""

    format: Literal["bolk.result/1"] = Field(alias="schema", default=SCHEMA)
    kind: Literal["simulate", "recommend", "loadtest", "capacity"]
    scenario: ScenarioRef
    policy: PolicyValue | None
    metrics: Metrics
    thresholds: list[Judged]
    verdict: Verdict
    provenance: Provenance
    recommendation: Recommendation | None = None
    candidates: list[Candidate] = Field(default_factory=list[Candidate])
    turning: Turning | None = None
    sensitivity: Sensitivity | None = None  # only where it was asked for
    platform: PlatformNeeds | None = None  # likewise, with `--for platform`
    evidence_level: Literal[0, 1, 2, 3] = 0
    generator: Generator | None = None
    history: History | None = None
    measurement: Measurement | None = None
    capacity: Capacity | None = None
    precision: Reached | None = None
    comparison: Comparison | None = None
    samples: dict[str, list[float | None]] = Field(default_factory=dict)
    timeline: Timeline | None = None
    schedule: list[ScheduleLine] = Field(default_factory=list[ScheduleLine])  # of a simulated policy

    def json_text(self) -> str:
        """The result as written to `result.json`."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"
