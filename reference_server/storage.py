"""What the server needs of a database: a small protocol that SQLite and PostgreSQL both keep.

Reservations are what is on record, and who waits in line for one. A reservation is asked for in one of four ways
(`send`, `reserve`, `hold`, `assign`) or given to who waits, and only one that is `HELD` or `CONFIRMED` has its place;
everything else a place ever was stays on record.
Expected refusals are values. Every method that asks for something takes an idempotency key or can be asked again
without harm. The words it speaks, `reservation` and `record`, can be had from here as well.
"""

from collections.abc import Sequence
from typing import Protocol, overload

from reference_server.booking import UNLIMITED, Decision, Terms
from reference_server.record import EhrStatus, Levels, Record
from reference_server.reservation import (
    InLine,
    KeyReused,
    LimitReached,
    Move,
    NoneFree,
    NoSuchReservation,
    NotConfirmed,
    NotHeld,
    NotMoved,
    Refused,
    Reservation,
    Sent,
    State,
    TooLate,
    TooOften,
    Waiting,
    Wish,
)
from scenarios.record_system import MOST_DELIVERIES


class StorageUnavailable(Exception):
    """The database did not get round to it within its bound, or cannot at all; trying again is safe."""


class Storage(Protocol):
    """Reservations, their answers and the free times. Any method may raise `StorageUnavailable`.

    A start that is asked for must be one that the book offers. A `first_start` is the earliest start, as text, that the
    deadline still allows (`Terms.first_cancellable`), so the clock and its zone stay with the caller.
    """

    def free_days(self, book: str) -> list[tuple[str, int]]:
        """Dates with a free place and how many, ascending: a snapshot."""
        ...

    def free_times(self, book: str, date: str) -> list[tuple[str, int]]:
        """Starts on a date with a free place and how many, ascending: a snapshot."""
        ...

    def version(self, book: str) -> int:
        """Which version of a book's free times is committed: higher after every change to them, 0 for no such book."""
        ...

    @overload
    def send(self, wish: Wish, now_s: float) -> Sent | KeyReused: ...
    @overload
    def send(self, wish: Wish, now_s: float, terms: Terms) -> Sent | Refused: ...
    def send(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Sent | Refused:
        """Keep a wish, for the record system to decide. Asking again with the same key changes nothing."""
        ...

    def reserve(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Reservation | Refused:
        """Decide a wish here and now: the reservation is `CONFIRMED` or `REJECTED`, and stays so for this key."""
        ...

    def assign(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Reservation | NoneFree | Refused:
        """Confirm the first free place of the book at `wish.start` or later; an empty start is any."""
        ...

    def hold(
        self, wish: Wish, now_s: float, until_s: float, terms: Terms = UNLIMITED
    ) -> Reservation | NoneFree | Refused:
        """Keep a place for the citizen until then; nobody else can have it meanwhile.

        Asking again with the key gives the reservation as it is by now, which may be `EXPIRED` or `CONFIRMED`.
        """
        ...

    def extend(
        self, citizen: str, reservation: str, now_s: float, until_s: float, most: int
    ) -> Reservation | NotHeld | TooOften:
        """Prolong a hold that has not ended, at most this many times."""
        ...

    def confirm(self, citizen: str, reservation: str, now_s: float) -> Reservation | NotHeld:
        """Turn a hold that has not ended into an appointment; doing it again changes nothing."""
        ...

    def release(self, citizen: str, reservation: str) -> Reservation | NotHeld:
        """Give up a hold; its place is free at once."""
        ...

    def expire(self, now_s: float) -> int:
        """Free the places whose hold has ended; returns how many."""
        ...

    def cancel(
        self, citizen: str, reservation: str, first_start: str, terms: Terms = UNLIMITED, acting: str | None = None
    ) -> Reservation | NoSuchReservation | NotConfirmed | TooLate:
        """Free the place of an appointment; it stays on record as `CANCELLED`, and doing it again changes nothing.

        On record is who did it: the citizen, or who is `acting` on the citizen's behalf.

        What depends on it, in a book that follows, is given up in the same transaction.
        """
        ...

    def change(self, move: Move, now_s: float, first_start: str, terms: Terms = UNLIMITED) -> Reservation | NotMoved:
        """Take a place at the new start and free the old one, both or neither.

        Returns the new reservation, which `replaces` the old. It is `REJECTED` if no place was free there; then the
        old appointment stands.
        """
        ...

    def reservation(self, citizen: str, reservation: str) -> Reservation | NoSuchReservation:
        """One of the citizen's own reservations, visible or not."""
        ...

    def waiting(self, now_s: float, most: int) -> list[Waiting]:
        """The first undecided reservations in order of arrival, without those put off beyond `now_s`."""
        ...

    def oldest_waiting(self, now_s: float = ...) -> Waiting | None:
        """The first undecided reservation in order of arrival; without those put off beyond `now_s`, if it is given."""
        ...

    def decide(self, reservation: str, visible_s: float) -> Decision:
        """Give the lowest free place at its time, or none; the citizen sees it from `visible_s` on.

        A reservation that is decided keeps its answer, so a message that is delivered again does no harm.
        """
        ...

    def decide_all(self, answers: Sequence[tuple[str, float]]) -> None:
        """Decide several, in the order given and as `decide` does, all or none: reservation and `visible_s` of each."""
        ...

    def put_off(self, reservation: str, now_s: float, due_s: float, most: int = MOST_DELIVERIES) -> State:
        """A delivery failed: the next is due then. After `most` it is a `DEAD_LETTER`, which shows.

        Returns the state it has then; one that is decided is left as it is.
        """
        ...

    def join_waitlist(
        self, citizen: str, book: str, now_s: float, terms: Terms = UNLIMITED, acting: str | None = None
    ) -> InLine | LimitReached:
        """Put a citizen last in the line of a book, for whatever place there comes free.

        There is one place in line each: asking again keeps it. It ends when the citizen leaves, or gets a place in
        the book by whatever way but a change.
        """
        ...

    def leave_waitlist(self, citizen: str, book: str, now_s: float) -> bool:
        """Give up a place in line; returns whether there was one."""
        ...

    def in_line(self, citizen: str) -> list[InLine]:
        """Where the citizen waits, in the order in which that began."""
        ...

    def waited_books(self) -> list[str]:
        """Books that somebody waits for, the longest wait first."""
        ...

    def give_waitlisted(
        self, book: str, first_start: str, now_s: float, visible_s: float, terms: Terms = UNLIMITED
    ) -> Reservation | None:
        """Confirm the first free place from a start on for the first in line, whose wait ends with it, both or neither.

        Whoever has as many active reservations as the terms allow is passed over and stays in line, since a wish that
        is sent may yet be rejected. A free place is nobody's until then: somebody who books it meanwhile has it, the
        first that is committed wins. None says that nobody was given anything.
        """
        ...

    def is_own(self, citizen: str, reservation: str) -> bool:
        """Whether the reservation exists and is this citizen's."""
        ...

    def answers(self, citizen: str, now_s: float) -> list[Reservation]:
        """The citizen's reservations whose answer is visible, in order of arrival; cancelled ones among them."""
        ...

    def unanswered(self, citizen: str, now_s: float) -> list[Reservation]:
        """The citizen's reservations that are sent and have no visible answer yet, in order of arrival."""
        ...

    def held(self, citizen: str, now_s: float) -> list[Reservation]:
        """The citizen's holds that have not ended, in order of arrival."""
        ...

    def everything(self) -> Record:
        """The whole record, visible or not."""
        ...

    def levels(self) -> Levels:
        """How full it is: a snapshot, cheap enough to be asked for all the time."""
        ...

    def beat(self, now_s: float, *, stopped: bool = False) -> None:
        """The record system is alive, at work or stopped."""
        ...

    def last_beat_s(self) -> float:
        """When the record system was last alive, in seconds of Unix time; 0 for never."""
        ...

    def ehr_status(self) -> EhrStatus:
        """Whether the record system is alive and at work."""
        ...

    def ask_ehr(self, *, stop: bool) -> None:
        """Stop the record system, or let it go on: stopped, it decides nothing but gives its sign of life."""
        ...

    def offer(self, times: Sequence[tuple[str, str, int]]) -> int:
        """Offer more: book, start and places of each; all are added or none, and returns how many were new.

        A time that is offered already is left as it is, so offering again changes nothing.
        """
        ...

    def is_offered(self, book: str, start: str) -> bool:
        """Whether the book has a time that starts then, free or not."""
        ...
