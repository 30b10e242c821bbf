"""The server on trial as the suite meets it, and what is known of its books."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from loadtests.adapters.answers import About, Book
from loadtests.adapters.checked import Checked
from loadtests.adapters.finding import Adapt
from loadtests.adapters.our_api import OurApi
from loadtests.adapters.web import Web
from loadtests.guard import THIS_MACHINE, Guard, Site
from loadtests.history import time_name
from scenarios.inventory import books_of
from scenarios.neighbours import Accused
from scenarios.scenario import Scenario
from scenarios.strategy import HOLD_S


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTrial:
    """Where it is, and how it is spoken to."""

    base_url: str
    adapt: Adapt
    admin_token: str | None = None
    guard: Guard = THIS_MACHINE

    def meet(self, via: Site | None = None) -> Checked:
        """An adapter for somebody new, with a session of its own; `via` is a line that can be cut."""
        web = Web(self.base_url, self.guard, admin_token=self.admin_token, via=via)
        return Checked(self.adapt, web, self.guard)

    def about(self) -> About | None:
        """What the server offers, in its adapter's words; None where the adapter leaves that to a scenario."""
        adapter = self.meet()
        return adapter.about() if adapter.has("about") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A server that speaks our API and was started by somebody else."""

    base_url: str
    login_url: str
    admin_token: str | None


def ours(server: Accused, guard: Guard = THIS_MACHINE) -> OnTrial:
    """A server that speaks our API."""
    return OnTrial(
        base_url=server.base_url,
        adapt=lambda web: OurApi(web, server.login_url),
        admin_token=server.admin_token,
        guard=guard,
    )


def about_ours(scenario: Scenario, speedup: float) -> About:
    """What a server offers that serves a scenario, `speedup` times as fast as the clock."""
    books = tuple(
        Book(id=one.id, starts=tuple(one.time_text(time) for time in range(len(one.starts))), places=one.places)
        for one in books_of(scenario)
    )
    return About(books=books, strategy=scenario.platform.strategy, allowed=1, hold_s=HOLD_S / speedup)


def place_name(book: str, start: str, place: int) -> str:
    """The name of a place in a history."""
    return f"{book}/{start}/{place}"


def places_of(books: Iterable[Book]) -> Mapping[str, tuple[str, ...]]:
    """The places of each time, both by the names that a history has for them."""
    return {
        time_name(book.id, start): tuple(place_name(book.id, start, place + 1) for place in range(book.places))
        for book in books
        for start in book.starts
    }


def without(book: Book, starts: Iterable[str]) -> Book:
    """A book as if it had not these times."""
    gone = frozenset(starts)
    return replace(book, starts=tuple(start for start in book.starts if start not in gone))
