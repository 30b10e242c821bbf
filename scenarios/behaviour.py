"""How people behave, as a scenario has it."""

from typing import Final, Self, TypeVar

from pydantic import Field, model_validator

from scenarios.afterwards import Cancel
from scenarios.forwarding import Forwarded
from scenarios.part import Part, Window, is_empty, is_none, senseless
from scenarios.quantities import Fraction, Seconds
from scenarios.reload import Reload

MAX_ATTEMPTS: Final = 20

_Answering = TypeVar("_Answering", "Response", "ResponseCrowd")


class ResponseGroup(Part):
    """Some who answer differently from the others, all those with the telephone in their hand for one."""

    share: Fraction = Field(gt=0, lt=1, description="of those who act")
    median: Seconds = Field(gt=0, description="half of the group have acted after this")
    sigma: float = Field(ge=0, le=6, description="spread of the logarithm; 0 is none")


class ResponseCrowd(Part):
    """People of an age, or of a municipality, who answer in a way of their own: lognormal or a mixture."""

    cohort: str | None = Field(default=None, exclude_if=is_none, description='an age group in the register, "65+"')
    municipalities: tuple[str, ...] = Field(
        default=(), exclude_if=is_empty, description="those who invited them; with cohort as well both must be true"
    )
    median: Seconds = Field(gt=0, description="half of those of no group have acted after this; ASSUMPTION")
    sigma: float = Field(ge=0, le=6, description="spread of the logarithm; 0 is none; ASSUMPTION")
    groups: tuple[ResponseGroup, ...] = Field(
        default=(), exclude_if=is_empty, description="groups among them that answer differently"
    )

    @model_validator(mode="after")
    def _some_are_meant(self) -> Self:
        if self.cohort is None and not self.municipalities:
            raise senseless("this is everybody", 'say who answers so: cohort = "65+", or municipalities = ["Oslo"]')
        return _some_of_no_group(self)


class Response(Part):
    """From SMS to opening the page: lognormal, or a mixture of lognormals."""

    median: Seconds = Field(gt=0, description="half of those who act have acted after this")
    sigma: float = Field(ge=0, le=6, description="spread of the logarithm; 0 is none")
    groups: tuple[ResponseGroup, ...] = Field(
        default=(), description='groups that answer differently: [{ share = "30 %", median = "2 min", sigma = 0.8 }]'
    )
    crowds: tuple[ResponseCrowd, ...] = Field(
        default=(),
        exclude_if=is_empty,
        description='who answers in another way; the first that fits counts: [{ cohort = "65+", median = "2 h", '
        "sigma = 1.5 }]",
    )
    least: Seconds = Field(default=10.0, ge=0, description="added to every draw: delivery and unlocking a telephone")
    latest: Seconds = Field(default=7 * 86400.0, gt=0, description="the lognormal is cut here: nobody acts later")

    @model_validator(mode="after")
    def _some_are_left(self) -> Self:
        return _some_of_no_group(self)


def _some_of_no_group(answering: _Answering) -> _Answering:
    if sum(group.share for group in answering.groups) >= 1:
        raise senseless("the groups leave nobody for median and sigma", "let the shares add up to less than 100 %")
    return answering


class Session(Part):
    """Think times between requests: lognormal with these medians."""

    login: Seconds = Field(gt=0, description="in BankID, before the log-in request is sent")
    choose: Seconds = Field(gt=0, description="reading the list of free times")
    form: Seconds = Field(default=0.0, ge=0, description="filling in the self-declaration; 0 s where there is none")
    sigma: float = Field(default=0.5, ge=0, le=3, description="ASSUMPTION: spread of each")
    poll: Seconds = Field(default=3.0, gt=0, description="between two looks in the inbox while waiting for the answer")


class SlotChoice(Part):
    """Which free time people pick: the first, the first from a preferred time on, or any."""

    first: Fraction = Field(description="share that takes the first free time shown")
    preferred: Fraction = Field(description="share that takes the first free time from a wished one on")
    uniform: Fraction = Field(description="share that takes any free time, all alike")

    @model_validator(mode="after")
    def _everyone(self) -> Self:
        if abs(self.first + self.preferred + self.uniform - 1) > 1e-9:
            raise senseless("the shares do not add up to 100 %", "first + preferred + uniform = 100 %")
        return self


class AfterRejection(Part):
    """What people do when somebody else got the time."""

    retry: Fraction = Field(description="share that tries again after the first rejection")
    decay: float = Field(default=1.0, ge=0, le=1, description="each later rejection multiplies the share by this")
    wait: Seconds = Field(gt=0, description="mean pause before the next try (exponential)")
    give_up_after: int = Field(ge=1, le=MAX_ATTEMPTS, description="most tries of one citizen")


class Patience(Part):
    """How long people wait before they leave: lognormal with these medians."""

    page: Seconds = Field(gt=0, description="for a page to open")
    answer: Seconds = Field(gt=0, description="for the answer in the inbox")
    queue: Seconds | None = Field(
        default=None, gt=0, exclude_if=is_none, description="in the waiting room; as for the answer if left out"
    )
    sigma: float = Field(default=0.5, ge=0, le=3, description="ASSUMPTION: spread of each")


class Behaviour(Part):
    """How people behave. Hardly anything here has been measured in Norway: the report lists it as assumptions."""

    uptake: Fraction = Field(description="share that wants an appointment")
    response: Response = Field(description="from SMS to opening the page")
    awake: Window | None = Field(
        default=None, description="the response runs between these hours only: nobody books at night"
    )
    session: Session = Field(description="think times between requests")
    slot_choice: SlotChoice = Field(description="which free time people pick; the shares add up to 100 %")
    after_rejection: AfterRejection = Field(description="what people do when somebody else got the time")
    patience: Patience = Field(description="how long people wait before they leave")
    reload: Reload | None = Field(
        default=None, exclude_if=is_none, description="who asks again while waiting for a page; left out: nobody"
    )
    cancel: Cancel | None = Field(
        default=None, exclude_if=is_none, description="some who were confirmed cancel; left out: nobody does"
    )
    waitlist: Fraction | None = Field(
        default=None, exclude_if=is_none, description="share of those who find nothing that waits on the waiting list"
    )
    forwarded: Forwarded | None = Field(
        default=None, exclude_if=is_none, description="who comes with a link that was passed on; left out: nobody"
    )
