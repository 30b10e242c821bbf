"""What passes between a citizen and the booking server: the calls there are, and what may come back."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

from scenarios.attempts import Outcome, Status

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Got(Generic[Value]):
    """The server gave a definite answer."""

    value: Value


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server refused, failed, or broke the connection; the status is never OK."""

    status: Status


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer came before patience ran out."""


Reply: TypeAlias = Got[Value] | Refusal | Silence


@dataclass(frozen=True, slots=True)
class Message:
    """How a reservation was answered: CONFIRMED with the place, REJECTED, or NO_SLOT where any would have done."""

    outcome: Outcome
    slot: str | None
    start: str | None = None  # of the place, where the citizen did not choose it
    appointment: str | None = None  # the server's id, where it tells one


@dataclass(frozen=True, slots=True)
class Inside:
    """The citizen is let in, for so many seconds of the plan."""

    stay_s: float


@dataclass(frozen=True, slots=True)
class InQueue:
    """The citizen waits, and is told to ask again after so many seconds of the plan."""

    ask_again_s: float


class Clock(Protocol):
    """The plan's time as it passes."""

    def now(self) -> float:
        """Seconds from the first SMS."""
        ...

    def wait_until(self, moment_s: float) -> None:
        """Return when `moment_s` has come, at once if it has passed."""
        ...


class Client(Protocol):
    """The calls of the booking API; each gives up at `until_s` and then replies with Silence."""

    def login(self, citizen: int, until_s: float) -> Reply[str]:
        """A token for everything that follows."""
        ...

    def enter(self, token: str, until_s: float) -> Reply[Inside | InQueue]:
        """Ask to be let in; an admission is shown with everything that follows."""
        ...

    def books(self, token: str, municipality: str, until_s: float) -> Reply[list[str]]:
        """Ids of the books of a municipality."""
        ...

    def days(self, token: str, book: str, until_s: float) -> Reply[list[str]]:
        """Days with a free time, as dates."""
        ...

    def slots(self, token: str, book: str, date: str, until_s: float) -> Reply[list[str]]:
        """Free times of a day, as local starts."""
        ...

    def reserve(self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float) -> Reply[str]:
        """Send a reservation: (citizen, number of the try) asks for (book, start). Its id."""
        ...

    def inbox(self, token: str, reservation: str, until_s: float) -> Reply[Message | None]:
        """The answer to a reservation; None while there is none."""
        ...

    def reserve_at_once(
        self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float
    ) -> Reply[Message]:
        """Send a reservation that is decided in the request."""
        ...

    def assign(self, token: str, attempt: tuple[int, int], book: str, until_s: float) -> Reply[Message]:
        """Ask for any time of a book."""
        ...

    def hold(
        self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float
    ) -> Reply[tuple[str | None]]:
        """Have a place held; the reservation's id, or None if nothing was free then."""
        ...

    def confirm(self, token: str, reservation: str, until_s: float) -> Reply[Message]:
        """Turn a hold into an appointment; REJECTED if it ended before."""
        ...


class Afterwards(Protocol):
    """The calls of the booking API that come once the booking is over; they give up as those of `Client` do."""

    def cancel(self, token: str, appointment: str, until_s: float) -> Reply[bool]:
        """Give an appointment back; True if it was."""
        ...

    def join(self, token: str, book: str, until_s: float) -> Reply[bool]:
        """Get in line for whatever comes free in a book; True once in it."""
        ...

    def given(self, token: str, book: str, until_s: float) -> Reply[Message | None]:
        """The place of a book that came from the waiting list; None while there is none."""
        ...


class Stopped(BaseException):
    """The run is over before the journey is; raised inside a wait or a call."""
