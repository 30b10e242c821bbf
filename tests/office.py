"""A server without processes, for tests: citizens log in and reserve, and the record system decides when told to."""

import datetime as dt
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from reference_server.address_register.set_up import SetUp
from reference_server.api import create_app
from reference_server.limits import Limits
from reference_server.login import create_login_app
from reference_server.pace import Pace
from reference_server.sqlite_storage import SqliteStorage
from reference_server.storage import Sent, Wish
from reference_server.tokens import Tokens
from scenarios.identity import national_number
from scenarios.scenario import Scenario
from tests import a
from tests.prepared import prepared_file

SCENARIO = a.scenario()
BOOK = "9999-1"
START = "2021-05-10T08:30"
ADMIN_TOKEN = secrets.token_hex()
LIMITS = Limits()
ADMIN = {"Authorization": f"Bearer {ADMIN_TOKEN}"}


def booking_app(
    storage: SqliteStorage,
    secret: str,
    limits: Limits = LIMITS,
    scenario: Scenario = SCENARIO,
    set_up: SetUp | None = None,
    clock: Callable[[], dt.datetime] | None = None,
) -> Flask:
    """The booking application over a storage."""
    return create_app(
        scenario,
        storage,
        secret=secret,
        admin_token=ADMIN_TOKEN,
        login_url="http://127.0.0.1:1/login",
        pace=Pace.NONE,
        speedup=1.0,
        limits=limits,
        set_up=set_up,
        clock=clock,
    )


class Office:
    """The booking server and the log-in over one database."""

    def __init__(
        self,
        folder: Path,
        limits: Limits = LIMITS,
        scenario: Scenario = SCENARIO,
        set_up: SetUp | None = None,
        clock: Callable[[], dt.datetime] | None = None,
    ) -> None:
        self.path = folder / "bookings.sqlite3"
        secret = self.secret = prepared_file(self.path, scenario)
        self._tokens = Tokens(secret)
        self.storage = SqliteStorage(self.path)
        self.app = booking_app(self.storage, secret, limits, scenario, set_up, clock)
        self.web: FlaskClient = self.app.test_client()
        self.login: FlaskClient = create_login_app(
            scenario, secret=secret, admin_token=ADMIN_TOKEN, pace=Pace.NONE, speedup=1.0
        ).test_client()

    def token(self, citizen: int) -> str:
        return self.token_of(national_number(citizen))

    def token_of(self, number: str) -> str:
        answer = self.login.post("/login", json={"citizen": number})
        assert answer.status_code == 200
        return answer.get_json()["token"]

    def of(self, citizen: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(citizen)}"}

    def reserve(self, citizen: int, key: str = "one", start: str = START) -> TestResponse:
        headers = self.of(citizen) | {"Idempotency-Key": key}
        return self.web.post("/api/v1/reservations", json={"book": BOOK, "start": start}, headers=headers)

    def reserved(self, citizen: int, key: str = "one", start: str = START) -> str:
        answer = self.reserve(citizen, key, start)
        assert answer.status_code == 202
        return answer.get_json()["reservation"]

    def sent_before(self, citizen: int, key: str, start: str = START) -> str:
        """A reservation from a time when nothing limited how many one could have."""
        whose = self._tokens.citizen_key(national_number(citizen))
        kept = self.storage.send(Wish(citizen=whose, idempotency_key=key, book=BOOK, start=start), 1.0)
        assert isinstance(kept, Sent)
        return kept.reservation

    def page(self, path: str, citizen: int = 0) -> Any:
        answer = self.web.get(f"/api/v1{path}", headers=self.of(citizen))
        assert answer.status_code == 200
        return answer.get_json()

    def decide_all(self, visible_s: float = 0.0) -> None:
        while (waiting := self.storage.oldest_waiting()) is not None:
            self.storage.decide(waiting.reservation, visible_s)


def assert_problem(answer: TestResponse, status: int, detail: str) -> None:
    """The answer is problem details with that status, and the detail says this."""
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    body = json.loads(answer.data)
    assert body["status"] == status
    assert body["title"]
    assert detail in body["detail"]
