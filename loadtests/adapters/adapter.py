"""What an adapter is: a small class that says in our words what one booking server's API says in its own.

    class Adapter:
        def __init__(self, web: Web) -> None: ...

One is made for each citizen, with a connection of its own (`loadtests.adapters.web`), and used by one thread at a time.
No base class is asked for: what has these methods is an adapter. See `tests/example_project` for a whole one.
"""

from typing import Final, Protocol

from loadtests.adapters.answers import About, Done, Kept, Offered, Record, Refused, Sent, Settled, Taken, Unknown, Wish


class Adapter(Protocol):
    """What every adapter has."""

    def login(self, citizen: int) -> Done | Refused | Unknown:
        """Become a citizen; the number is all that bolk knows of people. Whatever follows is asked for them."""
        ...

    def list(self, book: str, date: str) -> Offered | Refused | Unknown:
        """The times of a day (`2026-11-24`) that are shown as free."""
        ...

    def reserve(self, key: str, wish: Wish) -> Settled | Sent:
        """Ask for an appointment; the key is an idempotency key, for servers that know such."""
        ...

    def poll(self, reservation: str) -> Settled | Sent:
        """What became of a reservation that was `Sent`; `Sent` again while it is not decided."""
        ...

    def cancel(self, appointment: str) -> Done | Refused | Unknown:
        """Give an appointment back."""
        ...


class Holding(Protocol):
    """What an adapter may have: places that are held before they are confirmed."""

    def hold(self, key: str, wish: Wish) -> Kept | Taken | Refused | Unknown:
        """Have a place kept."""
        ...

    def confirm(self, reservation: str) -> Settled:
        """Make an appointment of a hold."""
        ...


class Changing(Protocol):
    """What an adapter may have: moving an appointment in one step."""

    def change(self, appointment: str, key: str, wish: Wish) -> Settled:
        """Move an appointment; it stays as it was unless this is `Confirmed`."""
        ...


class Describing(Protocol):
    """What an adapter may have: what the server offers; without it that is read from a scenario."""

    def about(self) -> About:
        """The books of the server and what it promises."""
        ...


class Recording(Protocol):
    """What an adapter may have: the server's own record. Without it nothing is ever called correct."""

    def record(self) -> Record | None:
        """Every appointment that stands, None if it cannot be read; asked of an adapter on which nobody logged in."""
        ...


NEEDED: Final = ("login", "list", "reserve", "poll", "cancel")
"""The methods that no adapter can do without."""
