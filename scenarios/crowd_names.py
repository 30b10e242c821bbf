"""Names of age groups and municipalities that answer in a way of their own, held against who is invited."""

from collections.abc import Iterator, Sequence

from pydantic_core import PydanticCustomError

from scenarios import register
from scenarios.behaviour import ResponseCrowd
from scenarios.part import senseless


def is_one_of(name: str, names: Sequence[str], year: int) -> bool:
    """Whether a municipality is among others, each by name or number, or by a name that was made up."""
    return name in names or _number(name, year) in {_number(one, year) or one for one in names}


def refusals_of_crowds(
    crowds: Sequence[ResponseCrowd], names: Sequence[str], year: int, invited: str | None
) -> Iterator[PydanticCustomError]:
    """Why crowds are not among those whom these municipalities invite, with the key each is `where`."""
    for index, crowd in enumerate(crowds):
        where = ("behaviour", "response", "crowds", index)
        if crowd.cohort is not None:
            yield from _refusals_of_age(invited, crowd.cohort, (*where, "cohort"))
        for name in crowd.municipalities:
            if not is_one_of(name, names, year):
                what = f"{name} is not one of those who invite"
                yield senseless(what, "name it as in municipality", *where, "municipalities")


def _refusals_of_age(invited: str | None, cohort: str, where: tuple[str | int, ...]) -> Iterator[PydanticCustomError]:
    if invited is None:
        hint = 'give invitation.cohort = "18+" instead of invited'
        yield senseless("how old people are is known only where an age group is invited", hint, *where)
        return
    try:
        register.bands_of(cohort)
    except register.UnknownCohort as problem:
        yield senseless(str(problem), problem.hint, *where)


def _number(name: str, year: int) -> str | None:
    try:
        return register.find(name, year).number
    except register.UnknownMunicipality:
        return None
