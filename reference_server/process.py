"""One process of the server: `python -m reference_server.process`, with its settings as a line of JSON on stdin.

Stdin stays open as long as the starter lives; its end is the sign to go, so no process outlives the one it serves.
"""

import multiprocessing
import os
import resource
import sys
import threading
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, assert_never

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from pydantic import BaseModel, ConfigDict

from reference_server import ehr
from reference_server.api import create_app
from reference_server.login import create_login_app
from reference_server.pace import Pace
from reference_server.sqlite_storage import SqliteStorage
from scenarios.scenario import Scenario

HOST: Final = "127.0.0.1"
MAX_CONNECTIONS: Final = 16_384
"""Open connections, idle ones among them, that a web process serves; citizens keep theirs open while they think."""


class Part(StrEnum):
    """Which of the server's processes this is."""

    BOOKING = "booking"
    LOGIN = "log-in"
    EHR = "record system"


class Settings(BaseModel):
    """What a process is told when it starts."""

    model_config = ConfigDict(frozen=True)

    part: Part
    scenario: Scenario
    database: Path
    port: int
    login_url: str
    secret: str
    admin_token: str
    pace: Pace
    speedup: float


def main() -> None:
    """Be the process that the settings on stdin describe."""
    settings = Settings.model_validate_json(sys.stdin.readline())
    match settings.part:
        case Part.BOOKING:
            _serve(settings, settings.scenario.platform.workers)
        case Part.LOGIN:
            _serve(settings, settings.scenario.platform.login.workers)
        case Part.EHR:
            _end_with(sys.stdin.fileno())
            ehr.run(settings.scenario, SqliteStorage(settings.database), settings.pace, settings.speedup)
        case _:
            assert_never(settings.part)


def _serve(settings: Settings, workers: int) -> None:
    lifeline = os.dup(sys.stdin.fileno())  # granian's child closes stdin, and is the one that must not be orphaned

    def application(_: Any = None) -> Flask:
        _end_with(lifeline)
        return _app(settings)

    multiprocessing.set_start_method("fork")
    Server(
        target=settings.part,
        address=HOST,
        port=settings.port,
        interface=Interfaces.WSGI,
        blocking_threads=workers,
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
        return create_login_app(settings.scenario, secret=settings.secret, pace=settings.pace, speedup=settings.speedup)
    return create_app(
        settings.scenario,
        SqliteStorage(settings.database),
        secret=settings.secret,
        admin_token=settings.admin_token,
        login_url=settings.login_url,
        pace=settings.pace,
        speedup=settings.speedup,
    )


def _end_with(lifeline: int) -> None:
    def wait() -> None:
        os.read(lifeline, 1)
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main()
