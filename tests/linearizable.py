"""Every order of a few operations on one time, tried out: slow, and nothing to doubt."""

from loadtests.checker.operations import Cancelling, Listing, Operation, Sending, Told

Holding = frozenset[tuple[str, str]]
"""Places that are held, each with the appointment that holds it."""


def linearizable(operations: list[Operation], places: tuple[str, ...]) -> bool:
    """Whether a server that does one thing at a time can have given all these answers."""
    return _search(frozenset(range(len(operations))), frozenset(), operations, places)


def _search(left: frozenset[int], held: Holding, operations: list[Operation], places: tuple[str, ...]) -> bool:
    if all(_may_never_happen(operations[k]) for k in left):
        return True
    for k in left:
        one = operations[k]
        if any(operations[other].returned_s < one.invoked_s for other in left - {k}):
            continue  # another one was over before this began
        for after in _outcomes(one, held, places):
            if _search(left - {k}, after, operations, places):
                return True
    return False


def _may_never_happen(one: Operation) -> bool:
    return isinstance(one, Sending | Cancelling) and one.told in {Told.UNKNOWN, Told.REFUSED}


def _outcomes(one: Operation, held: Holding, places: tuple[str, ...]) -> list[Holding]:
    """The states that the operation can leave behind with the answer it gave; none if it cannot have given it."""
    taken = {place for place, _ in held}
    free = [place for place in places if place not in taken]
    match one:
        case Sending(told=Told.CONFIRMED):
            return [held | {(one.place or "", one.appointment or "")}] if one.place in free else []
        case Sending(told=Told.UNKNOWN):
            return [held, *(held | {(place, f"of {one.key}")} for place in free)]
        case Sending(told=Told.TAKEN):
            return [] if free else [held]
        case Cancelling():
            mine = {(place, name) for place, name in held if name == one.appointment}
            if one.told is Told.CONFIRMED:
                return [held - mine] if mine else []
            return [held, held - mine] if one.told is Told.UNKNOWN else [held]
        case Listing():
            return [held] if bool(free) == bool(one.offered) else []
        case _:
            return [held]
