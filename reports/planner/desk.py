"""The desk where answers are asked for: each question worked out once, and no more people at a time than it bears."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from enum import Enum, auto
from typing import Final, ParamSpec, TypeVar

from scenarios.neighbours import Answering
from scenarios.reading import sha256_of
from scenarios.result import Result
from scenarios.scenario import Scenario

ROOM: Final = 10
"""People who are answered at the same time, or wait for it. On two cores the last of ten waits five seconds or so."""
KEPT: Final = 200
"""Answers that are remembered: a working day of a few municipalities, and some megabytes."""
LONGEST_S: Final = 60.0
"""A wait after which it is said that it took too long. ASSUMPTION: nobody looks at an empty page for longer."""

Asked = ParamSpec("Asked")
Made = TypeVar("Made")


class Busy(Enum):
    """Why there is no answer now."""

    FULL = auto()
    TOO_LONG = auto()


class Desk:
    """Answers questions with a crew of worker processes."""

    def __init__(self, answering: Answering, workers: int, *, room: int = ROOM) -> None:
        self._quick, self._room = answering.quick, room
        self._new_crew = lambda: answering.crew(workers)
        self._crew = self._new_crew()
        self._lock = threading.Lock()
        self._inside = 0
        self._answers: OrderedDict[str, Future[Result]] = OrderedDict()

    def ask(self, question: Scenario) -> Result | Busy:
        """The quick answer; one that is remembered, or being worked out for somebody else, is not worked out again."""
        key = sha256_of(question)
        with self._lock:
            known = self._answers.get(key)
            if known is not None and known.done():
                self._answers.move_to_end(key)
                return known.result()
        return self._served(lambda: self._begun(key, question))

    def warm(self, question: Scenario, workers: int) -> None:
        """Have the engine compiled once, and then loaded by every worker."""
        for together in (1, workers):
            for future in [self._crew.submit(self._quick, question) for _ in range(together)]:
                future.result()

    def close(self) -> None:
        """End the workers, whatever they are at."""
        self._crew.shutdown(wait=True, cancel_futures=True)

    def have(self, make: Callable[Asked, Made], /, *args: Asked.args, **kwargs: Asked.kwargs) -> Made | Busy:
        """Something else that takes a while, such as drawing a report, by the same crew and within the same room."""

        def begin() -> Future[Made]:
            with self._lock:
                return self._submitted(make, *args, **kwargs)

        return self._served(begin)

    def _submitted(self, make: Callable[Asked, Made], /, *args: Asked.args, **kwargs: Asked.kwargs) -> Future[Made]:
        """Give work to the crew; one that died, because memory ran out for one, is replaced first, by one of us."""
        try:
            return self._crew.submit(make, *args, **kwargs)
        except BrokenExecutor:
            self.close()
            self._crew = self._new_crew()
            return self._crew.submit(make, *args, **kwargs)

    def _begun(self, key: str, question: Scenario) -> Future[Result]:
        with self._lock:
            future = self._answers.get(key)
            if future is None or future.cancelled():
                future = self._answers[key] = self._submitted(self._quick, question)
                future.add_done_callback(lambda one: self._forget(key, one))
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
            return future

    def _forget(self, key: str, future: Future[Result]) -> None:
        """An answer that failed is not remembered; the lock may be held by whoever asked."""
        if future.cancelled() or future.exception() is not None:
            self._answers.pop(key, None)

    def _served(self, begin: Callable[[], Future[Made]]) -> Made | Busy:
        with self._lock:
            if self._inside >= self._room:
                return Busy.FULL
            self._inside += 1
        try:
            return begin().result(timeout=LONGEST_S)
        except TimeoutError:
            return Busy.TOO_LONG
        finally:
            with self._lock:
                self._inside -= 1
