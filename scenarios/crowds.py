"""Who answers in a way of their own: people of an age or of a municipality, and where they are in a plan."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from scenarios import register
from scenarios.behaviour import Response, ResponseCrowd
from scenarios.crowd_names import is_one_of
from scenarios.inventory import InvitingMunicipality, inventory_of, total_invited
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policy import Policy
from scenarios.responding import response_delays
from scenarios.scenario import Scenario
from scenarios.streams import FloatArray


@dataclass(frozen=True, slots=True)
class Crowd:
    """Citizens who follow each other in a plan: those drawn below `ends[k]` answer in the way number `kinds[k]`."""

    count: int
    ends: tuple[float, ...]
    kinds: tuple[int, ...]


def ways_of(response: Response) -> tuple[Response, ...]:
    """Every way of answering: that of all others first, then those of the crowds in the order of the file."""
    usual = response.model_copy(update={"crowds": ()})
    own = ({"median": one.median, "sigma": one.sigma, "groups": one.groups} for one in response.crowds)
    return (usual, *(usual.model_copy(update=one) for one in own))


def crowds_of(scenario: Scenario, policy: Policy) -> tuple[Crowd, ...]:
    """The citizens of a plan by how they answer, in order; one crowd where all answer alike.

    How old somebody is follows from the register. Where a policy sends to one age group after the other, the plan has
    them in that order, and each is drawn from those of the group; else from all who are invited, in proportion to how
    many inhabitants there are. ASSUMPTION: whoever is invited without regard to age is of no age group.
    """
    if not scenario.behaviour.response.crowds:
        return (Crowd(total_invited(scenario), (1.0,), (0,)),)
    entries = {entry.number: entry for entry in scenario.registered}
    found: list[Crowd] = []
    for owner in inventory_of(scenario):
        rule = scenario.rules.get(owner.number, policy)
        found += _of_one(scenario, owner, entries.get(owner.number), rule)
    return tuple(found)


def delays_of(scenario: Scenario, policy: Policy, chance: FloatArray, age: Callable[[], FloatArray]) -> FloatArray:
    """The time from the SMS to opening the page of everybody who is invited, as `response_delays`.

    `chance` and `age` are uniforms, one for each; `age` is drawn only where it says something.
    """
    ways, crowds = ways_of(scenario.behaviour.response), crowds_of(scenario, policy)
    if len(ways) == 1:
        return response_delays(ways[0], chance)
    ages, delays_s = age(), np.empty_like(chance)
    kinds = np.empty(len(chance), np.int64)
    first = 0
    for crowd in crowds:
        mine = slice(first, first + crowd.count)
        kinds[mine] = np.array(crowd.kinds)[np.searchsorted(crowd.ends[:-1], ages[mine], side="right")]
        first += crowd.count
    for kind, way in enumerate(ways):
        delays_s[kinds == kind] = response_delays(way, chance[kinds == kind])
    return delays_s


def _of_one(
    scenario: Scenario, owner: InvitingMunicipality, entry: register.RegisteredMunicipality | None, rule: Policy
) -> Iterator[Crowd]:
    """The crowds of one municipality."""
    crowds, invited = scenario.behaviour.response.crowds, scenario.invitation.cohort
    year = scenario.municipality.register_year
    if entry is None or invited is None:
        yield Crowd(owner.invited, (1.0,), (_kind(crowds, owner, year, None),))
        return
    cohorts = rule.cohorts if isinstance(rule, CohortPerDay) and rule.cohorts else (invited,)
    for cohort in cohorts:
        bands = [(_kind(crowds, owner, year, band), entry.by_band[band]) for band in register.bands_of(cohort)]
        kinds = [(kind, sum(count for _, count in each)) for kind, each in groupby(bands, lambda band: band[0])]
        total = sum(count for _, count in kinds)
        if total:
            ends = np.cumsum([count for _, count in kinds]) / total
            yield Crowd(total, (*ends[:-1].tolist(), 1.0), tuple(kind for kind, _ in kinds))


def _kind(crowds: Sequence[ResponseCrowd], owner: InvitingMunicipality, year: int, band: int | None) -> int:
    """The number of the first crowd that somebody of this age belongs to; 0 for none."""
    for kind, crowd in enumerate(crowds, start=1):
        of_age = crowd.cohort is None or (band is not None and band in register.bands_of(crowd.cohort))
        theirs = not crowd.municipalities or any(
            is_one_of(one, crowd.municipalities, year) for one in (owner.number, owner.name)
        )
        if of_age and theirs:
            return kind
    return 0
