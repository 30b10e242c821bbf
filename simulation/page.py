"""A page that somebody waits for, and reloads where it takes long."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import simpy

from simulation.world import Steps, World

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Asked(Generic[Content]):
    """What a page asks for: who serves it, for how long, and the work that is done when a worker takes it up."""

    station: simpy.Resource
    service_s: float
    work: Callable[[], Content]


@dataclass(frozen=True, slots=True)
class Reloading:
    """How somebody reloads: after so long without an answer, at most so often, and never at `until_s` or later."""

    after_s: float
    most: int
    until_s: float


class Page(Generic[Content]):
    """A request, and those that replaced it.

    The server does not know that somebody asks again: what was asked first keeps its place and its worker, and a reload
    queues behind everybody. The citizen sees the answer to the newest request and no other. A reload that falls on the
    very moment of an answer comes before it.

    Parameters
    ----------
    world : World
        Where it is served.
    asked : Asked
        The same however often it is asked.
    reloading : Reloading
        When it is asked again.
    replaced : callable
        Told when a request that was replaced had been sent; it ends now.
    """

    def __init__(
        self, world: World, asked: Asked[Content], reloading: Reloading, replaced: Callable[[float], None]
    ) -> None:
        self._world, self._asked, self._reloading, self._replaced = world, asked, reloading, replaced
        self._newest = 0
        self._waits = True
        self._answer = world.env.event()
        self.started_s = world.env.now

    def wait(self) -> Steps:
        """Ask, and wait for the answer to the newest request."""
        self._reload_later()
        content: Content = yield from self._served()
        if self._newest > 0:
            return (yield self._answer)
        self._waits = False
        return content

    def _served(self) -> Steps:
        return (yield from self._world.serve(self._asked.station, self._asked.service_s, self._asked.work))

    def _reload_later(self) -> None:
        env, how = self._world.env, self._reloading
        if self._newest < how.most and env.now + how.after_s < how.until_s:
            moment = env.timeout(how.after_s)
            moment.callbacks.append(self._reload)  # pyright: ignore[reportUnknownMemberType]  (simpy leaves it open)

    def _reload(self, _: simpy.Event) -> None:
        if not self._waits:
            return
        self._replaced(self.started_s)
        self._newest += 1
        self.started_s = self._world.env.now
        self._reload_later()
        self._world.env.process(self._again(self._newest))

    def _again(self, number: int) -> Steps:
        content: Content = yield from self._served()
        if number == self._newest:
            self._waits = False
            self._answer.succeed(content)
