"""The question: who is invited to what, how people behave, what platform they meet, and what counts as good.

One definition serves the file format, its JSON Schema and the value that every part of bolk reads. Lengths are
seconds, shares are fractions and rates are per second inside Python; in files each carries its unit.
"""

import datetime as dt
import zoneinfo
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from scenarios import register
from scenarios.behaviour import Behaviour
from scenarios.book_type import BookType
from scenarios.booking_platform import Platform
from scenarios.crowd_names import refusals_of_crowds
from scenarios.evidence import Evidence, EvidenceLevel
from scenarios.part import Part, Window, Words, is_empty, is_none, senseless
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policies.fields import BatchSizeField, Pause
from scenarios.policy import OpenLoop, Policy, PolicyField
from scenarios.precision import Precision
from scenarios.quantities import Clock, Fraction, PerSecond, Seconds
from scenarios.ranges import Assumption, Range
from scenarios.search_kinds import SearchKind
from scenarios.sending_hours import SendingDays, SendingHours
from scenarios.their_rule import TheirRule, refusals_of_rules, rules_by_number
from scenarios.thresholds import Threshold, threshold_of
from scenarios.under_way import UnderWay, refusals_of_under_way

MAX_INVITED: Final = 6_000_000  # everyone in Norway, with room; a guard against a slip of the keyboard
SHORTEST_APPOINTMENT_S: Final = 60.0  # times are named to the minute


class Municipality(Part):
    """Who invites: one municipality of the register, several of them on one platform, or a made-up one."""

    name: str | None = Field(default=None, description="a name or number in the register, or a made-up name")
    names: tuple[str, ...] = Field(default=(), description="several municipalities that send at the same moment")
    rules: tuple[TheirRule, ...] = Field(
        default=(),
        exclude_if=is_empty,
        description='some send in another way than by policy: [{ names = ["Bergen"], policy = { batch_size = "all", '
        'start = "09:00" } }]',
    )
    register_year: Literal[2021, 2024] = Field(default=2024, description="the list of 1 January of this year")
    number: str | None = Field(default=None, pattern=r"^\d{4}$", description="made-up only; text, so 0301 keeps its 0")
    population: int | None = Field(default=None, gt=0, description="made-up only")

    @model_validator(mode="after")
    def _one_or_several(self) -> Self:
        if (self.name is None) == (not self.names):
            raise senseless("say either name or names", 'name = "Bergen", or names = ["Bergen", "Oslo"]')
        if (self.number is None) != (self.population is None):
            raise senseless("number and population go together", "give both for a made-up municipality, else neither")
        if self.names and self.number is not None:
            raise senseless("number and population are for one made-up municipality", "leave them out beside names")
        return self


def _by_name(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


MunicipalityField = Annotated[Municipality, BeforeValidator(_by_name, json_schema_input_type=str | Municipality)]
"""`municipality = "Bergen"` is short for a table with that name."""


class Invitation(Part):
    """Who gets an SMS, when, and how fast the gateway sends."""

    invited: int | None = Field(default=None, gt=0, le=MAX_INVITED, description="number of SMS, for each municipality")
    cohort: str | None = Field(default=None, description='age group in the register, "45-54" or "65+"')
    send_date: dt.date = Field(description="the day of the SMS, without quotes: 2021-05-03")
    window: Window = Field(description="batches are sent between these times only, and go on the next sending day")
    days: SendingDays = Field(default=SendingDays.NOT_SUNDAYS, description="when a send-out of several days goes on")
    already: UnderWay | None = Field(
        default=None, exclude_if=is_none, description="the send-out is under way: so much has gone, plan the rest"
    )
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
            raise senseless("say either parallel or free_per_100_invited", "parallel = 10")
        if len(set(self.dates)) < len(self.dates):
            raise senseless("a date stands twice", "name each date once")
        if self.length < SHORTEST_APPOINTMENT_S:
            raise senseless("one appointment is shorter than a minute", 'write for example length = "5 min"')
        if self.length > _seconds_between(self.open.from_, self.open.to):
            raise senseless("one appointment is longer than the opening hours", "shorten length or widen open")
        return self


class OwnRule(Part):
    """How the municipality sends today; judged beside the advice."""

    name: Words = Field(description="what the report calls it")
    batch_size: BatchSizeField = Field(description="SMS in one batch (bolk), or all")
    pause: Pause = 0.0


def _is_batches_alone(kinds: object) -> bool:
    return kinds == ("batches",)  # left out where a scenario is written: digests are older than the key


class Search(Part):
    """The policies that `recommend` tries: every batch size with every pause, and some of other kinds if asked."""

    batch_size: tuple[BatchSizeField, ...] = Field(min_length=1, description='sizes to try: [100, 250, "all"]')
    pause: tuple[Seconds, ...] = Field(min_length=1, description='pauses to try: ["5 min", "15 min"]')
    finish_by: Clock = Field(description="the last SMS goes no later than this")
    finish_on: dt.date | None = Field(
        default=None, exclude_if=is_none, description="and on this day at the latest; left out: on send_date"
    )
    kinds: tuple[SearchKind, ...] = Field(
        default=("batches",),
        min_length=1,
        exclude_if=_is_batches_alone,
        description="what else than batches is tried, made from the same sizes and pauses: ramp, feedback, ...",
    )
    start: tuple[Clock, ...] = Field(
        default=(), exclude_if=is_empty, description='first SMS to try: ["09:07", "12:07"]; left out: policy.start'
    )
    runs: int = Field(
        default=500, ge=2, le=10_000, description="replications of a policy after which it is too close to call"
    )


class Runs(Part):
    """How many replications a policy gets."""

    min: int = Field(default=4, ge=2, description="for every policy in the table of recommend, at least")
    max: int = Field(default=20, ge=2, le=10_000, description="of simulate, and of what stands beside the advice")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max < self.min:
            raise senseless("max is below min", "runs = { min = 4, max = 20 }")
        return self


class Experiment(Part):
    """How sure we want to be, and the seed of all chance."""

    runs: Runs = Field(default=Runs(), description="replications of a policy")
    precision: Precision | None = Field(
        default=None, exclude_if=is_none, description="simulate goes on until a mean is known this well"
    )
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
    policy: PolicyField = Field(description="used by simulate and loadtest; its kind is batches if none is given")
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
    ranges: dict[Assumption, Range] = Field(
        default_factory=dict[Assumption, Range],
        exclude_if=is_empty,
        description="how far off an assumption may be, as factors of its value: response = [0.5, 3.0]",
    )
    evidence: Evidence | None = Field(
        default=None, exclude_if=is_none, description="what was measured and tested; written by calibrate and compare"
    )

    @property
    def evidence_level(self) -> EvidenceLevel:
        """How far what follows from this file can be trusted."""
        return 0 if self.evidence is None else self.evidence.level_with(self.platform)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone of every clock time in the file."""
        return zoneinfo.ZoneInfo("Europe/Oslo")

    def hours(self, policy: Policy) -> SendingHours:
        """When batches may go under a policy; no SMS is sent on a Norwegian public holiday."""
        first = dt.datetime.combine(self.invitation.send_date, policy.start, tzinfo=self.zone)
        return SendingHours(first=first, closes=self.invitation.window.to, days=self.invitation.days)

    def with_runs_alone(self) -> Self:
        """The same question with `experiment.runs` and no precision to reach."""
        return self.model_copy(update={"experiment": self.experiment.model_copy(update={"precision": None})})

    @property
    def limits(self) -> tuple[Threshold, ...]:
        """The thresholds, parsed."""
        return tuple(threshold_of(text) for text in self.thresholds.values())

    @model_validator(mode="after")
    def _invited_is_known(self) -> Self:
        for refusal in refusals_of(self.municipality, self.invitation, self.policy):
            raise refusal
        owner = self.municipality
        names = owner.names or (owner.name or "",)
        crowds, invited = self.behaviour.response.crowds, self.invitation.cohort
        for refusal in refusals_of_crowds(crowds, names, owner.register_year, invited):
            raise refusal
        how, start, closes = self.invitation, self.policy.start, self.invitation.window.to
        count = how.invited or sum(register.inhabitants(one, how.cohort or "") for one in self.registered)
        for refusal in refusals_of_under_way(how.already, count, names, start, closes):
            raise refusal
        return self

    @property
    def registered(self) -> tuple[register.RegisteredMunicipality, ...]:
        """The municipalities looked up in the register, in the file's order; none for a made-up one."""
        if self.municipality.population is not None:
            return ()
        names = self.municipality.names or (self.municipality.name or "",)
        return tuple(register.find(name, self.municipality.register_year) for name in names)

    @property
    def rules(self) -> dict[str, OpenLoop]:
        """Who sends by a rule of their own, by municipality number."""
        return rules_by_number(self.municipality.rules, self.municipality.register_year)


def refusals_of(municipality: Municipality, invitation: Invitation, policy: Policy | None) -> list[PydanticCustomError]:
    """Everything that keeps the number of invited from being known, each with the key it is `where`."""
    if (invitation.invited is None) == (invitation.cohort is None):
        hint = 'invited = 2000, or cohort = "45-54"'
        return [senseless("say either invited or cohort", hint, "invitation")]
    if municipality.population is not None:
        known = "a made-up municipality has no age groups in the register"
        refused = [senseless(known, "give invitation.invited", "invitation", "cohort")] if invitation.cohort else []
        refused += refusals_of_rules(municipality.rules, municipality.register_year, (), policy)
        return refused or _refusals_of_cohorts(policy, None)
    names = municipality.names or (municipality.name or "",)
    refusals = list(refusals_of_rules(municipality.rules, municipality.register_year, municipality.names, policy))
    numbers: list[str] = []
    for index, name in enumerate(names):
        where = ("municipality", "names", index) if municipality.names else ("municipality", "name")
        try:
            entry = register.find(name, municipality.register_year)
            if entry.number in numbers:
                refusals.append(senseless(f"{entry.name} stands twice", "name each municipality once", *where))
            numbers.append(entry.number)
        except register.UnknownMunicipality as problem:
            refusals.append(senseless(str(problem), problem.hint, *where))
    try:
        register.inhabitants(register.municipalities(municipality.register_year)[0], invitation.cohort or "18+")
    except register.UnknownCohort as problem:
        return [*refusals, senseless(str(problem), problem.hint, "invitation", "cohort")]
    for index, one in enumerate(municipality.rules):
        where = ("municipality", "rules", index, "policy", "cohorts")
        refusals += _refusals_of_cohorts(one.policy, invitation.cohort, where)
    return refusals + _refusals_of_cohorts(policy, invitation.cohort)


def _refusals_of_cohorts(
    policy: Policy | None, invited: str | None, where: tuple[str | int, ...] = ("policy", "cohorts")
) -> list[PydanticCustomError]:
    """Why the age groups of a policy, one a day, are not exactly those who are invited; nothing where they are."""
    if not isinstance(policy, CohortPerDay) or not policy.cohorts:
        return []
    if invited is None:
        hint = 'give invitation.cohort = "18+", or policy.share = "20 %"'
        return [senseless("only an age group that is invited can be sent to by age", hint, *where)]
    try:
        bands = [band for cohort in policy.cohorts for band in register.bands_of(cohort)]
    except register.UnknownCohort as problem:
        return [senseless(str(problem), problem.hint, *where)]
    if sorted(bands) == list(register.bands_of(invited)):
        return []
    hint = f"let them be all of {invited}, and nobody twice"
    return [senseless("these age groups are not those who are invited", hint, *where)]


def _seconds_between(start: dt.time, end: dt.time) -> float:
    day = dt.date(2000, 1, 1)
    return (dt.datetime.combine(day, end) - dt.datetime.combine(day, start)).total_seconds()
