"""An adapter that is watched: what it may answer, what it may raise, and where it may connect to."""

import http.client
from collections.abc import Callable
from types import NoneType
from typing import Any, TypeVar

from loadtests.adapters.answers import (
    About,
    Confirmed,
    Done,
    Kept,
    Offered,
    Record,
    Refused,
    Sent,
    Settled,
    Taken,
    Unknown,
    Wish,
)
from loadtests.adapters.finding import Adapt, told
from loadtests.adapters.problem import AdapterProblem
from loadtests.adapters.web import Web
from loadtests.guard import ForbiddenTarget, Guard
from loadtests.target import TargetUnreachable

Answer = TypeVar("Answer")

_SETTLED = (Confirmed, Taken, Refused, Unknown)


class Checked:
    """One adapter, with its session.

    Methods are those of an adapter. A broken connection (`OSError`) is an answer, `Unknown`.

    Raises
    ------
    AdapterProblem
        By every method: it broke, or answered something that it may not.
    ForbiddenTarget
        By every method: it tried to connect to where load may not go.
    TargetUnreachable
        By `about` and `record`, which cannot be done without: no answer came.
    """

    def __init__(self, adapt: Adapt, web: Web, guard: Guard) -> None:
        self.web = web
        self._guard = guard
        self._name = getattr(adapt, "__qualname__", type(adapt).__name__)
        self._adapter: Any = self._watched("__init__", lambda: adapt(web))

    def has(self, *methods: str) -> bool:
        """Whether it has these methods, which it need not have."""
        return all(callable(getattr(self._adapter, method, None)) for method in methods)

    def login(self, citizen: int) -> Done | Refused | Unknown:
        """Become a citizen."""
        return self._asked("login", (Done, Refused, Unknown), citizen)

    def list(self, book: str, date: str) -> Offered | Refused | Unknown:
        """The free times of a day."""
        return self._asked("list", (Offered, Refused, Unknown), book, date)

    def reserve(self, key: str, wish: Wish) -> Settled | Sent:
        """Ask for an appointment."""
        return self._asked("reserve", (*_SETTLED, Sent), key, wish)

    def poll(self, reservation: str) -> Settled | Sent:
        """What became of a reservation."""
        return self._asked("poll", (*_SETTLED, Sent), reservation)

    def cancel(self, appointment: str) -> Done | Refused | Unknown:
        """Give an appointment back."""
        return self._asked("cancel", (Done, Refused, Unknown), appointment)

    def hold(self, key: str, wish: Wish) -> Kept | Taken | Refused | Unknown:
        """Have a place kept."""
        return self._asked("hold", (Kept, Taken, Refused, Unknown), key, wish)

    def confirm(self, reservation: str) -> Settled:
        """Make an appointment of a hold."""
        return self._asked("confirm", _SETTLED, reservation)

    def change(self, appointment: str, key: str, wish: Wish) -> Settled:
        """Move an appointment."""
        return self._asked("change", _SETTLED, appointment, key, wish)

    def about(self) -> About:
        """What the server offers."""
        return self._told("about", (About,), self._adapter.about)

    def record(self) -> Record | None:
        """The server's record, if it has one that can be read."""
        return self._told("record", (Record, NoneType), self._adapter.record) if self.has("record") else None

    def _asked(self, method: str, kinds: tuple[type[Any], ...], *asked: object) -> Any:
        try:
            answer = self._watched(method, lambda: getattr(self._adapter, method)(*asked))
        except (OSError, http.client.HTTPException):
            return Unknown()
        return self._sensible(method, kinds, answer)

    def _told(self, method: str, kinds: tuple[type[Any], ...], tell: Callable[[], object]) -> Any:
        try:
            answer = self._watched(method, tell)
        except (OSError, http.client.HTTPException) as problem:
            raise TargetUnreachable(f"{self._name}.{method} got no answer ({problem})") from problem
        return self._sensible(method, kinds, answer)

    def _sensible(self, method: str, kinds: tuple[type[Any], ...], answer: object) -> Any:
        if not isinstance(answer, kinds):
            may = " or ".join(kind.__name__ for kind in kinds)
            raise AdapterProblem(f"{self._name}.{method} answered {answer!r}, and may answer {may}")
        if isinstance(answer, Confirmed) and not answer.appointment:
            raise AdapterProblem(f"{self._name}.{method} answered {answer!r}, which names no appointment")
        return answer

    def _watched(self, method: str, call: Callable[[], Answer]) -> Answer:
        with self._guard.watching():
            try:
                return call()
            except (OSError, http.client.HTTPException, ForbiddenTarget, AdapterProblem, TargetUnreachable):
                raise
            except Exception as problem:
                raise AdapterProblem(f"{self._name}.{method} broke: {told(problem)}") from problem
