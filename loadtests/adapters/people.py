"""The calls of the booking API through other people's adapter: one for each citizen, with a session of its own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from loadtests.adapters.answers import Confirmed, Done, Kept, Offered, Refused, Sent, Settled, Taken, Unknown, Wish
from loadtests.adapters.checked import Checked
from loadtests.conversation import Got, InQueue, Inside, Message, Refusal, Reply, Silence
from scenarios.attempts import Operation, Outcome, Status
from scenarios.inventory import AppointmentBook

Answer = TypeVar("Answer")


class Within(Protocol):
    """Asks an adapter, and gives up at a moment of the plan."""

    def __call__(
        self, operation: Operation, adapter: Checked, call: Callable[[], Answer], until_s: float, /
    ) -> Answer | Silence:
        """What it answered, or Silence."""
        ...


class People:
    """`loadtests.conversation.Client` over adapters; a token is the citizen's number.

    An adapter has no list of books, so that is not asked for, and no list of days, so each day is listed; together that
    counts as one question.

    Parameters
    ----------
    meet : callable
        Makes an adapter for somebody new.
    books : sequence of AppointmentBook
    names : mapping
        What the server calls each of them.
    run : str
        Begins every idempotency key.
    """

    def __init__(
        self,
        meet: Callable[[], Checked],
        books: Sequence[AppointmentBook],
        names: Mapping[str, str],
        run: str,
        within: Within,
    ) -> None:
        self._meet, self._within, self._run, self._names = meet, within, run, names
        self._books = {book.id: book for book in books}
        self._adapters: dict[str, Checked] = {}
        self._decided: dict[str, Settled] = {}
        self._wishes: dict[str, tuple[str, str]] = {}  # by reservation

    def login(self, citizen: int, until_s: float) -> Reply[str]:
        """Become somebody."""
        token = str(citizen)
        adapter = self._adapters[token] = self._meet()
        answer = self._within(Operation.LOGIN, adapter, lambda: adapter.login(citizen), until_s)
        return Got(token) if isinstance(answer, Done) else _refusal(answer)

    def leave(self, citizen: int) -> None:
        """Hang up; the journey is over."""
        adapter = self._adapters.pop(str(citizen), None)
        if adapter is not None:
            adapter.web.close()

    def enter(self, token: str, until_s: float) -> Reply[Inside | InQueue]:  # noqa: ARG002
        """There is no waiting room."""
        return Refusal(Status.FAILED)

    def books(self, token: str, municipality: str, until_s: float) -> Reply[list[str]]:  # noqa: ARG002
        """What is known; nothing is asked."""
        return Got([book.id for book in self._books.values() if book.municipality_number == municipality])

    def days(self, token: str, book: str, until_s: float) -> Reply[list[str]]:
        """Those with something free, each listed in turn."""
        free = list[str]()
        for day in self._books[book].days:
            times = self._listed(Operation.DAYS, token, book, day.isoformat(), until_s)
            if not isinstance(times, Got):
                return times
            free += [day.isoformat()] if times.value else []
        return Got(free)

    def slots(self, token: str, book: str, date: str, until_s: float) -> Reply[list[str]]:
        """The free times of a day."""
        return self._listed(Operation.SLOTS, token, book, date, until_s)

    def reserve(self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float) -> Reply[str]:
        """Send a reservation; who is answered at once reads it in the inbox all the same."""
        answer = self._reserved(token, attempt, Wish(self._names[wish[0]], wish[1]), until_s)
        match answer:
            case Sent(reservation):
                self._wishes[reservation] = wish
                return Got(reservation)
            case Confirmed() | Taken():
                name = self._key(attempt)
                self._decided[name], self._wishes[name] = answer, wish
                return Got(name)
            case _:
                return _refusal(answer, sent=True)

    def inbox(self, token: str, reservation: str, until_s: float) -> Reply[Message | None]:
        """What became of a reservation."""
        decided = self._decided.pop(reservation, None)
        adapter = self._adapters[token]
        answer = decided or self._within(Operation.INBOX, adapter, lambda: adapter.poll(reservation), until_s)
        if isinstance(answer, Sent):
            return Got(None)
        reply = self._message(answer, self._wishes[reservation], Outcome.REJECTED)
        return Got(reply.value) if isinstance(reply, Got) else reply

    def reserve_at_once(
        self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float
    ) -> Reply[Message]:
        """Send a reservation that is decided in the request."""
        answer = self._reserved(token, attempt, Wish(self._names[wish[0]], wish[1]), until_s)
        return self._message(answer, wish, Outcome.REJECTED)

    def assign(self, token: str, attempt: tuple[int, int], book: str, until_s: float) -> Reply[Message]:
        """Ask for any time."""
        answer = self._reserved(token, attempt, Wish(self._names[book], None), until_s)
        return self._message(answer, (book, ""), Outcome.NO_SLOT)

    def hold(
        self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float
    ) -> Reply[tuple[str | None]]:
        """Have a place held."""
        adapter, asked = self._adapters[token], Wish(self._names[wish[0]], wish[1])
        answer = self._within(Operation.HOLD, adapter, lambda: adapter.hold(self._key(attempt), asked), until_s)
        match answer:
            case Kept(reservation):
                self._wishes[reservation] = wish
                return Got((reservation,))
            case Taken():
                return Got((None,))
            case _:
                return _refusal(answer)

    def confirm(self, token: str, reservation: str, until_s: float) -> Reply[Message]:
        """Turn a hold into an appointment."""
        adapter = self._adapters[token]
        answer = self._within(Operation.RESERVE, adapter, lambda: adapter.confirm(reservation), until_s)
        return self._message(answer, self._wishes[reservation], Outcome.REJECTED)

    def _key(self, attempt: tuple[int, int]) -> str:
        return f"{self._run}-{attempt[0]}-{attempt[1]}"

    def _listed(self, operation: Operation, token: str, book: str, date: str, until_s: float) -> Reply[list[str]]:
        adapter = self._adapters[token]
        answer = self._within(operation, adapter, lambda: adapter.list(self._names[book], date), until_s)
        return Got(sorted(answer.starts)) if isinstance(answer, Offered) else _refusal(answer)

    def _reserved(self, token: str, attempt: tuple[int, int], wish: Wish, until_s: float) -> Settled | Sent | Silence:
        adapter = self._adapters[token]
        return self._within(Operation.RESERVE, adapter, lambda: adapter.reserve(self._key(attempt), wish), until_s)

    def _message(self, answer: Settled | Sent | Silence, wish: tuple[str, str], taken: Outcome) -> Reply[Message]:
        match answer:
            case Confirmed(appointment, start, place):
                at = start or wish[1]
                return Got(Message(Outcome.CONFIRMED, self._slot(wish[0], at, place), at, appointment))
            case Taken():
                return Got(Message(taken, None))
            case _:
                return _refusal(answer, sent=True)

    def _slot(self, book: str, start: str, place: int | None) -> str | None:
        """The name of the place, where it is known which of several it is."""
        number = place or (1 if self._books[book].places == 1 else None)
        return None if number is None else f"{book}/{start}/{number}"


def _refusal(answer: object, *, sent: bool = False) -> Refusal | Silence:
    match answer:
        case Silence():
            return answer
        case Refused():
            return Refusal(Status.SHED)
        case Unknown():
            return Refusal(Status.UNKNOWN if sent else Status.FAILED)
        case _:
            return Refusal(Status.FAILED)
