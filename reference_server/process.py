"""One process of the server, as its starter tells it to be.

The starter holds the other end of a line for as long as it lives; its end is the sign to go, so no process outlives the
one it serves.
"""

import gc
import multiprocessing
import os
import resource
import threading
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, assert_never

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from pydantic import BaseModel, ConfigDict

from reference_server import ehr, request_log
from reference_server.address_register.set_up import SetUp
from reference_server.api import create_app
from reference_server.database import opened
from reference_server.ehr import Link
from reference_server.faults import Fault
from reference_server.login import create_login_app
from reference_server.pace import Pace
from reference_server.pages.part import cards_of
from scenarios.inventory import books_of
from scenarios.scenario import Scenario

HOST: Final = "127.0.0.1"
THREADS_A_CORE: Final = 4
"""At the machine's own pace. Those who wait for the disk are committed together, so threads wait for each other.

More of them keep more reservations a second, since more are committed together, and take from short answers, since the
interpreter's lock changes hands more often; `benchmarks/server_rates.py` prints both.
"""

MAX_CONNECTIONS: Final = 16_384
"""Open connections, idle ones among them, that a web process serves; citizens keep theirs open while they think."""


class Part(StrEnum):
    """Which of the server's processes this is."""

    BOOKING = "booking"
    LOGIN = "log-in"
    EHR = "record system"


def threads_of(part: Part, scenario: Scenario, pace: Pace, cores: int) -> int:
    """How many requests a web process works on at the same time.

    There is one web process for booking, with threads, whatever the machine: how often somebody asked, who is in the
    waiting room and what was counted are known to that process alone. At the pace of a scenario each thread is one of
    the workers it speaks of; otherwise the machine decides.
    """
    if pace is Pace.NONE:
        return THREADS_A_CORE * cores
    platform = scenario.platform
    return platform.login.workers if part is Part.LOGIN else platform.workers


def cores_here() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(BaseModel):
    """What a process is told when it starts."""

    model_config = ConfigDict(frozen=True)

    part: Part
    scenario: Scenario
    database: str
    port: int
    threads: int
    login_url: str
    secret: str
    admin_token: str
    pace: Pace
    speedup: float
    link: Link
    request_log: str | None = None
    set_up: SetUp | None = None
    fault: Fault | None = None


def live(told: str, lifeline: Connection) -> None:
    """Be the process that the settings describe.

    Parameters
    ----------
    told : str
        Settings as JSON.
    lifeline : Connection
        Has nothing to read until the starter is gone.
    """
    settings = Settings.model_validate_json(told)
    match settings.part:
        case Part.BOOKING | Part.LOGIN:
            _serve(settings, lifeline.fileno())
        case Part.EHR:
            _end_with(lifeline.fileno())
            storage = opened(settings.database)
            cards = cards_of(settings.scenario, books_of(settings.scenario), settings.set_up)
            terms = {card.book.id: card.terms for card in cards}
            ehr.run(
                settings.scenario, storage, settings.pace, settings.speedup, settings.link, terms_of=terms.__getitem__
            )
        case _:
            assert_never(settings.part)


def _serve(settings: Settings, lifeline: int) -> None:
    def application(_: Any = None) -> Flask:
        _end_with(lifeline)  # here, since granian's child is the one that must not be orphaned
        app = _app(settings)
        gc.collect()
        gc.freeze()  # what is there now stays for good, and need not be looked through again and again
        return app

    multiprocessing.set_start_method("fork", force=True)  # what granian starts its child with
    Server(
        target=settings.part,
        address=HOST,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.threads,
        backlog=4096,
        backpressure=_most_connections(),
        log_level=LogLevels.error,
    ).serve(target_loader=application)


def _most_connections() -> int:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = 2 * MAX_CONNECTIONS if most == resource.RLIM_INFINITY else min(2 * MAX_CONNECTIONS, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return files // 2


def _app(settings: Settings) -> Flask:
    if settings.part is Part.LOGIN:
        return create_login_app(
            settings.scenario,
            secret=settings.secret,
            admin_token=settings.admin_token,
            pace=settings.pace,
            speedup=settings.speedup,
        )
    if settings.request_log is not None:
        request_log.keep(Path(settings.request_log))
    return create_app(
        settings.scenario,
        opened(settings.database, settings.fault),
        secret=settings.secret,
        admin_token=settings.admin_token,
        login_url=settings.login_url,
        pace=settings.pace,
        speedup=settings.speedup,
        set_up=settings.set_up,
    )


def _end_with(lifeline: int) -> None:
    def wait() -> None:
        os.read(lifeline, 1)
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
