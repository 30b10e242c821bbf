"""A scenario held against what an adapter says of its server: the same books, times and way to give places."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf

from loadtests.adapters.answers import About, Record
from loadtests.adapters.problem import AdapterProblem
from loadtests.checker.operations import History
from loadtests.contention.notes import Notes
from loadtests.contention.on_trial import OnTrial, about_ours
from loadtests.contention.reading import snapshot_of
from loadtests.history import stood_before
from scenarios.inventory import books_of
from scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """An adapter that fits a scenario: the server, what the adapter is called, and the server's names of our books.

    `folder` is where its module is looked for.
    """

    server: OnTrial
    name: str
    folder: str
    books: Mapping[str, str]

    def record(self) -> Record | None:
        """The server's record, with our names of its books."""
        record = self.server.meet().record()
        ours = {theirs: own for own, theirs in self.books.items()}
        if record is None:
            return None
        return replace(
            record, standing=tuple(replace(one, book=ours[one.book]) for one in record.standing if one.book in ours)
        )


def fitted(server: OnTrial, name: str, folder: str, scenario: Scenario) -> Fitted:
    """Hold an adapter against a scenario; books are paired in their order.

    Raises
    ------
    AdapterProblem
        The server offers something else than the scenario.
    """
    about = server.about()
    own = [book.id for book in books_of(scenario)]
    theirs = own if about is None else [book.id for book in about.books]
    if about is not None:
        _require_same(about, about_ours(scenario, 1.0), name)
    return Fitted(server=server, name=name, folder=folder, books=dict(zip(own, theirs, strict=True)))


def _require_same(theirs: About, ours: About, name: str) -> None:
    if theirs.strategy is not ours.strategy:
        raise AdapterProblem(
            f"{name} says that places are given by {theirs.strategy}, and the scenario has platform.strategy "
            f"{ours.strategy}. Give --set platform.strategy={theirs.strategy}"
        )
    if len(theirs.books) != len(ours.books):
        raise AdapterProblem(f"{name} has {len(theirs.books)} books, and the scenario {len(ours.books)}")
    for one, own in zip(theirs.books, ours.books, strict=True):
        if set(one.starts) != set(own.starts) or one.places != own.places:
            raise AdapterProblem(
                f"the book {one.id} of {name} has other times than {own.id} of the scenario, whose first is "
                f"{own.starts[0]} with {own.places} at a time. Set slots in the scenario as the server has them"
            )


def with_record(history: History, before: Record | None, after: Record | None, scenario: Scenario) -> History:
    """A history with the server's record as its adapter read it, and with what stood before the load test."""
    if before is None or after is None:
        return replace(history, final=after is not None and after.settled)
    notes = Notes(run="", about=about_ours(scenario, 1.0), places=history.places)
    stood = [
        replace(stood_before(held), appointment=held.appointment)
        for held in snapshot_of(before, notes, (0.0, 0.0)).held
    ]
    notes.sendings.extend((*stood, *history.sendings))
    snapshot = snapshot_of(after, notes, (inf, inf))
    return replace(history, sendings=tuple(notes.sendings), snapshots=(snapshot,), final=after.settled)
