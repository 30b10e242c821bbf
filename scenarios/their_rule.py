"""Municipalities on the same platform that send by a rule of their own, whatever the others choose."""

from collections.abc import Iterator, Sequence
from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scenarios import register
from scenarios.part import Part, senseless
from scenarios.policies.feedback import Feedback
from scenarios.policy import OpenLoop, Policy, PolicyField


class TheirRule(Part):
    """A rule, and who of `municipality.names` sends by it instead of by `policy`."""

    names: tuple[str, ...] = Field(min_length=1, description="who sends by it, as in municipality.names")
    policy: PolicyField = Field(description="as the policy of the file, but known before; it starts no earlier")

    @model_validator(mode="after")
    def _known_before(self) -> Self:
        if isinstance(self.policy, Feedback):
            raise senseless(
                "a rule of their own is one that is known before", "choose batches, a ramp or another", "policy"
            )
        return self

    @property
    def rule(self) -> OpenLoop:
        """The policy, which is known before."""
        assert not isinstance(self.policy, Feedback)  # noqa: S101  (refused above)
        return self.policy


def rules_by_number(rules: Sequence[TheirRule], year: int) -> dict[str, OpenLoop]:
    """Who sends by a rule of their own, by number in the register.

    Raises
    ------
    register.UnknownMunicipality
    """
    return {register.find(name, year).number: one.rule for one in rules for name in one.names}


def refusals_of_rules(
    rules: Sequence[TheirRule], year: int, names: Sequence[str], policy: Policy | None
) -> Iterator[PydanticCustomError]:
    """Why municipalities cannot send by rules of their own, with the key each is `where`."""
    if not rules:
        return
    if not names:
        hint = 'municipality = { names = ["Bergen", "Askøy"], rules = [...] }'
        yield senseless("rules of their own are for several municipalities", hint, "municipality", "rules")
        return
    try:
        left = {register.find(name, year).number for name in names}
    except register.UnknownMunicipality:
        return  # said of names
    for index, one in enumerate(rules):
        where = ("municipality", "rules", index)
        yield from _refusals_of_names(one.names, year, left, (*where, "names"))
        if policy is not None and one.policy.start < policy.start:
            hint = f"let policy.start be when the first of all sends, {one.policy.start:%H:%M}"
            yield senseless("this rule starts before policy.start", hint, *where, "policy", "start")
    if not left:
        yield senseless("the rules leave nobody who sends by policy", "leave one of them out", "municipality", "rules")


def _refusals_of_names(
    names: Sequence[str], year: int, left: set[str], where: tuple[str | int, ...]
) -> Iterator[PydanticCustomError]:
    """Names that are not among those who are `left`; the others are taken out of them."""
    for name in names:
        try:
            number = register.find(name, year).number
        except register.UnknownMunicipality as problem:
            yield senseless(str(problem), problem.hint, *where)
            continue
        if number not in left:
            what = f"{name} is not one of municipality.names, or has a rule already"
            yield senseless(what, "name each of municipality.names in one rule at most", *where)
        left.discard(number)
