"""The question: who is invited to what, how people behave, what platform they meet, and what counts as good.

One definition serves the file format, its JSON Schema and the value that every part of bolk reads. Lengths are
seconds, shares are fractions and rates are per second inside Python; in files each carries its unit.
"""

import datetime as dt
import zoneinfo
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from scenarios import register
from scenarios.book_type import BookType
from scenarios.policy import BatchSizeField, Policy
from scenarios.quantities import Clock, Fraction, PerSecond, Seconds
from scenarios.sending_hours import SendingDays, SendingHours
from scenarios.strategy import Listing, QueueOrder, Strategy
from scenarios.thresholds import Threshold, threshold_of

MAX_INVITED: Final = 6_000_000  # everyone in Norway, with room; a guard against a slip of the keyboard
MAX_ATTEMPTS: Final = 20
SHORTEST_APPOINTMENT_S: Final = 60.0  # times are named to the minute


def _is_none(value: object) -> bool:
    """Keys without a value are left out of what a scenario is written and digested as."""
    return value is None


class Part(BaseModel):
    """A table of the scenario file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Words(Part):
    """A text for people, in bokmål and English."""

    nb: str = Field(min_length=1, description="bokmål")
    en: str = Field(min_length=1, description="English")


class Municipality(Part):
    """Who invites: one municipality of the register, several of them on one platform, or a made-up one."""

    name: str | None = Field(default=None, description="a name or number in the register, or a made-up name")
    names: tuple[str, ...] = Field(default=(), description="several municipalities that send at the same moment")
    register_year: Literal[2021, 2024] = Field(default=2024, description="the list of 1 January of this year")
    number: str | None = Field(default=None, pattern=r"^\d{4}$", description="made-up only; text, so 0301 keeps its 0")
    population: int | None = Field(default=None, gt=0, description="made-up only")

    @model_validator(mode="after")
    def _one_or_several(self) -> Self:
        if (self.name is None) == (not self.names):
            raise _sense("say either name or names", 'name = "Bergen", or names = ["Bergen", "Oslo"]')
        if (self.number is None) != (self.population is None):
            raise _sense("number and population go together", "give both for a made-up municipality, else neither")
        if self.names and self.number is not None:
            raise _sense("number and population are for one made-up municipality", "leave them out beside names")
        return self


def _by_name(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


MunicipalityField = Annotated[Municipality, BeforeValidator(_by_name, json_schema_input_type=str | Municipality)]
"""`municipality = "Bergen"` is short for a table with that name."""


class Window(Part):
    """Hours of the day, from and until."""

    from_: Clock = Field(alias="from", description="opens at this time of day")
    to: Clock = Field(description="closes at this time of day")

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.to <= self.from_:
            raise _sense("the window ends before it begins", 'write for example { from = "09:00", to = "15:00" }')
        return self


class Invitation(Part):
    """Who gets an SMS, when, and how fast the gateway sends."""

    invited: int | None = Field(default=None, gt=0, le=MAX_INVITED, description="number of SMS, for each municipality")
    cohort: str | None = Field(default=None, description='age group in the register, "45-54" or "65+"')
    send_date: dt.date = Field(description="the day of the SMS, without quotes: 2021-05-03")
    window: Window = Field(description="batches are sent between these times only, and go on the next sending day")
    days: SendingDays = Field(default=SendingDays.NOT_SUNDAYS, description="when a send-out of several days goes on")
    sms_rate: PerSecond = Field(gt=0, description="what the SMS gateway sends; ASSUMPTION unless known")
    delivered: Fraction = Field(gt=0, description="share of SMS that arrive; ASSUMPTION unless known")


class SlotBlock(Part):
    """Appointments of one book (timebok): every time of every date has the same number of places."""

    book: str = Field(min_length=1, description="the name citizens see")
    type: BookType = Field(default=BookType.KORONAVAKSINE, description="what it is for; stands in the title")
    text: str = Field(default="", max_length=200, description="the text under the name")
    location: str = Field(default="", max_length=100, description="where to come; the book's name if empty")
    dates: tuple[dt.date, ...] = Field(min_length=1, description="days with appointments, without quotes: [2021-05-10]")
    open: Window = Field(description="the first appointment begins here, the last ends here at the latest")
    length: Seconds = Field(gt=0, description="one appointment")
    parallel: int | None = Field(default=None, gt=0, description="places at one time (vaccinators)")
    free_per_100_invited: float | None = Field(
        default=None, gt=0, description="instead of parallel: enough places for this many of 100 invited"
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.parallel is None) == (self.free_per_100_invited is None):
            raise _sense("say either parallel or free_per_100_invited", "parallel = 10")
        if len(set(self.dates)) < len(self.dates):
            raise _sense("a date stands twice", "name each date once")
        if self.length < SHORTEST_APPOINTMENT_S:
            raise _sense("one appointment is shorter than a minute", 'write for example length = "5 min"')
        if self.length > _seconds_between(self.open.from_, self.open.to):
            raise _sense("one appointment is longer than the opening hours", "shorten length or widen open")
        return self


class OwnRule(Part):
    """How the municipality sends today; judged beside the advice."""

    name: Words = Field(description="what the report calls it")
    batch_size: BatchSizeField = Field(description="SMS in one batch (bolk), or all")
    pause: Seconds = Field(default=0.0, ge=0, description="from the start of one batch to the start of the next")


class Search(Part):
    """The policies that `recommend` tries: every batch size with every pause."""

    batch_size: tuple[BatchSizeField, ...] = Field(min_length=1, description='sizes to try: [100, 250, "all"]')
    pause: tuple[Seconds, ...] = Field(min_length=1, description='pauses to try: ["5 min", "15 min"]')
    finish_by: Clock = Field(description="the last SMS goes no later than this")


class ResponseGroup(Part):
    """Some who answer differently from the others, all those with the telephone in their hand for one."""

    share: Fraction = Field(gt=0, lt=1, description="of those who act")
    median: Seconds = Field(gt=0, description="half of the group have acted after this")
    sigma: float = Field(ge=0, le=6, description="spread of the logarithm; 0 is none")


class Response(Part):
    """From SMS to opening the page: lognormal, or a mixture of lognormals."""

    median: Seconds = Field(gt=0, description="half of those who act have acted after this")
    sigma: float = Field(ge=0, le=6, description="spread of the logarithm; 0 is none")
    groups: tuple[ResponseGroup, ...] = Field(
        default=(), description='groups that answer differently: [{ share = "30 %", median = "2 min", sigma = 0.8 }]'
    )
    least: Seconds = Field(default=10.0, ge=0, description="added to every draw: delivery and unlocking a telephone")
    latest: Seconds = Field(default=7 * 86400.0, gt=0, description="the lognormal is cut here: nobody acts later")

    @model_validator(mode="after")
    def _some_are_left(self) -> Self:
        if sum(group.share for group in self.groups) >= 1:
            raise _sense("the groups leave nobody for median and sigma", "let the shares add up to less than 100 %")
        return self


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
            raise _sense("the shares do not add up to 100 %", "first + preferred + uniform = 100 %")
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
        default=None, gt=0, exclude_if=_is_none, description="in the waiting room; as for the answer if left out"
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


class Station(Part):
    """Servers that work off one queue, first come first served."""

    workers: int = Field(gt=0, le=10_000, description="requests that are worked on at the same time")
    service_time: Seconds = Field(gt=0, description="median time one request keeps a worker busy")


class PageServiceTime(Part):
    """Median time a request keeps a page worker busy."""

    list: Seconds = Field(gt=0, description="books, days, free times and inbox")
    confirm: Seconds = Field(gt=0, description="taking a reservation in")


class WaitingRoomRules(Part):
    """How many may be inside at a time, how many may come in a minute, and how long each may stay.

    The words are those that waiting rooms on the market share.
    Source: Cloudflare, Waiting Room, configuration settings.
    """

    total_active_users: int = Field(gt=0, description="most people inside at a time")
    new_users_per_minute: int = Field(gt=0, description="most people let in during any minute")
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
    ehr: Station = Field(description="the record system (EPJ), which decides reservations one after the other")
    sigma: float = Field(default=0.5, ge=0, le=3, description="spread of every service time (lognormal); ASSUMPTION")
    waiting_room: WaitingRoomRules | None = Field(
        default=None, exclude_if=_is_none, description="in front of everything behind the log-in; left out: none"
    )


class Runs(Part):
    """How many replications a policy gets."""

    min: int = Field(default=4, ge=2, description="for every policy in the table")
    max: int = Field(default=20, ge=2, le=10_000, description="for the policies the advice rests on")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max < self.min:
            raise _sense("max is below min", "runs = { min = 4, max = 20 }")
        return self


class Experiment(Part):
    """How sure we want to be, and the seed of all chance."""

    runs: Runs = Field(default=Runs(), description="replications of a policy")
    seed: int = Field(ge=0, lt=2**63, description="the same seed gives the same people and the same answer")


class Scenario(Part):
    """A whole question, as read from a scenario file."""

    format: Literal[1] = Field(alias="schema", description="version of the file format")
    name: str = Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=80,
        description="small letters, digits and hyphens, for file names",
    )
    title: Words = Field(description="the heading of the report")
    municipality: MunicipalityField = Field(description="who invites")
    invitation: Invitation = Field(description="who gets an SMS, and when")
    slots: tuple[SlotBlock, ...] = Field(min_length=1, description="free appointments, one [[slots]] for each book")
    policy: Policy = Field(description="used by simulate and loadtest")
    today: OwnRule | None = Field(
        default=None, description="how the municipality sends today, judged beside the advice"
    )
    search: Search = Field(description="the policies that recommend tries")
    behaviour: Behaviour = Field(description="how people behave")
    platform: Platform = Field(description="the booking platform")
    thresholds: dict[str, Annotated[str, AfterValidator(lambda text: threshold_of(text).expression)]] = Field(
        description='what counts as good enough, by a name of your own: errors = "max(error_rate) <= 0.1 %"'
    )
    experiment: Experiment = Field(description="how sure we want to be")

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone of every clock time in the file."""
        return zoneinfo.ZoneInfo("Europe/Oslo")

    def hours(self, policy: Policy) -> SendingHours:
        """When batches may go under a policy; no SMS is sent on a Norwegian public holiday."""
        first = dt.datetime.combine(self.invitation.send_date, policy.start, tzinfo=self.zone)
        return SendingHours(first=first, closes=self.invitation.window.to, days=self.invitation.days)

    @property
    def limits(self) -> tuple[Threshold, ...]:
        """The thresholds, parsed."""
        return tuple(threshold_of(text) for text in self.thresholds.values())

    @model_validator(mode="after")
    def _invited_is_known(self) -> Self:
        for refusal in refusals_of(self.municipality, self.invitation):
            raise refusal
        return self

    @property
    def registered(self) -> tuple[register.RegisteredMunicipality, ...]:
        """The municipalities looked up in the register, in the file's order; none for a made-up one."""
        if self.municipality.population is not None:
            return ()
        names = self.municipality.names or (self.municipality.name or "",)
        return tuple(register.find(name, self.municipality.register_year) for name in names)


def refusals_of(municipality: Municipality, invitation: Invitation) -> list[PydanticCustomError]:
    """Everything that keeps the number of invited from being known, each with the key it is `where`."""
    if (invitation.invited is None) == (invitation.cohort is None):
        hint = 'invited = 2000, or cohort = "45-54"'
        return [_sense("say either invited or cohort", hint, "invitation")]
    if municipality.population is not None:
        known = "a made-up municipality has no age groups in the register"
        return [_sense(known, "give invitation.invited", "invitation", "cohort")] if invitation.cohort else []
    names = municipality.names or (municipality.name or "",)
    refusals: list[PydanticCustomError] = []
    numbers: list[str] = []
    for index, name in enumerate(names):
        where = ("municipality", "names", index) if municipality.names else ("municipality", "name")
        try:
            entry = register.find(name, municipality.register_year)
            if entry.number in numbers:
                refusals.append(_sense(f"{entry.name} stands twice", "name each municipality once", *where))
            numbers.append(entry.number)
        except register.UnknownMunicipality as problem:
            refusals.append(_sense(str(problem), problem.hint, *where))
    try:
        register.inhabitants(register.municipalities(municipality.register_year)[0], invitation.cohort or "18+")
    except register.UnknownCohort as problem:
        refusals.append(_sense(str(problem), problem.hint, "invitation", "cohort"))
    return refusals


def _sense(what: str, hint: str, *where: str | int) -> PydanticCustomError:
    return PydanticCustomError("sense", "{what}", {"what": what, "hint": hint, "where": where})


def _seconds_between(start: dt.time, end: dt.time) -> float:
    day = dt.date(2000, 1, 1)
    return (dt.datetime.combine(day, end) - dt.datetime.combine(day, start)).total_seconds()
