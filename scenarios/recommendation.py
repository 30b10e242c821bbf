"""What a search found, as results state it: the answer, and every plan that was tried."""

from typing import Literal

from pydantic import Field

from scenarios.course import ScheduleLine, Timeline
from scenarios.part import Words, is_none
from scenarios.piece import Piece
from scenarios.policy_value import PolicyValue
from scenarios.summary import Judged, Metrics

Answer = Literal["plan", "too_few_slots", "no_feasible_plan", "too_close_to_call"]
Standing = Literal["kept", "broken", "open"]  # shown to keep the limits, shown not to, or neither
Role = Literal["recommended", "all_at_once", "own_rule"]


class Supply(Piece):
    """Enough slots? invited x delivered x uptake against free appointments."""

    invited: int
    delivered: float
    uptake: float
    takers: float
    capacity: int
    enough: bool


class Candidate(Piece):
    """A policy that was tried. `kept` of `runs` replications kept every limit; `failed` names what broke it.

    With the confidence of the search, the share of all send-outs that keep them lies from `kept_at_least` to
    `kept_at_most`; `feasible` says that they are shown to be kept. Results before the guarantee have no `standing`.
    """

    policy: PolicyValue
    roles: list[Role]
    name: Words | None = None
    batches: int
    last_sms_at: str
    metrics: Metrics
    thresholds: list[Judged]
    runs: int
    kept: int
    feasible: bool
    failed: list[str]
    standing: Standing | None = None
    kept_at_least: float | None = None
    kept_at_most: float | None = None
    samples: dict[str, list[float | None]] = Field(default_factory=dict)
    timeline: Timeline | None = None


class Guarantee(Piece):
    """How sure a search is: so surely does its plan keep the limits in `share` of send-outs, chosen among `policies`.

    No policy got more than `most_runs` replications.
    """

    confidence: float
    share: float
    policies: int
    most_runs: int


class Replan(Piece):
    """From the middle: so many SMS had gone `at` that time, by the rule they `followed`, or evenly; `left` had not."""

    sent: int
    left: int
    at: str
    followed: PolicyValue | None


class Recommendation(Piece):
    """What to do: the answer, the plan and its schedule; `tied` cannot be told apart from it.

    `close` are no slower, and too close to their limits to call.
    """

    answer: Answer
    policy: PolicyValue | None
    tied: list[PolicyValue]
    schedule: list[ScheduleLine]
    supply: Supply
    close: list[PolicyValue] = Field(default_factory=list[PolicyValue])
    guarantee: Guarantee | None = None  # none in older results, and in quick ones
    quick: bool = Field(default=False, exclude_if=lambda quick: not quick)  # few runs, and nothing shown
    replan: Replan | None = Field(default=None, exclude_if=is_none)  # the schedule is of those who are left
