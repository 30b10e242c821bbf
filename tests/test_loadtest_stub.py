"""A booking server small enough to be obviously right, that can be told to stall, shed, reset and lie."""

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from reference_server.booking import Confirmed, Ledger
from scenarios.attempts import Operation
from scenarios.inventory import AppointmentBook, inventory_of
from scenarios.reading import sha256_of
from scenarios.scenario import Scenario
from tests import a

Said = tuple[int, dict[str, Any]]
Fault = Callable[["Stub"], Said | None]
"""What happens instead of an answer: another one, or None when the connection is to be reset."""

ADMIN = "admin-token-of-a-test"


def sheds(_stub: "Stub") -> Said:
    return 503, {"error": "busy"}


def resets(_stub: "Stub") -> None:
    return None


class Stub:
    """A server of one scenario on a free port; `faults` are applied by operation, `stall_s` before every answer."""

    def __init__(self, scenario: Scenario, speedup: float = 1.0) -> None:
        self.scenario, self.speedup = scenario, speedup
        self.faults: dict[Operation, Fault] = {}
        self.stall_s: dict[Operation, float] = {}
        self.served: Counter[Operation] = Counter()
        self.about: dict[str, Any] = {}
        self.silent_inbox = False
        self._owners = inventory_of(scenario)
        self._books = {book.id: book for owner in self._owners for book in owner.books}
        self._ledgers = {name: Ledger(book.places, book.day_of) for name, book in self._books.items()}
        self._lock, self.one_at_a_time = threading.Lock(), threading.Lock()
        self._reservations: list[dict[str, Any]] = []
        self._appointments: list[dict[str, Any]] = []
        self._http = _Http(self)
        self.base_url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "Stub":
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()

    def export(self) -> dict[str, Any]:
        with self._lock:
            free = sum(ledger.free for ledger in self._ledgers.values())
            return {
                "appointments": list(self._appointments),
                "reservations": list(self._reservations),
                "free": free,
                "capacity": free + len(self._appointments),
            }

    def said(self, method: str, url: str, headers: Any, body: dict[str, str]) -> Said | None:
        parts = urlsplit(url)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/api/v1":
            return 200, self._description()
        if parts.path == "/admin/export":
            return (200, self.export()) if headers["Authorization"] == f"Bearer {ADMIN}" else (401, {})
        operation = _operation(method, parts.path)
        with self._lock:
            self.served[operation] += 1
        if stall_s := self.stall_s.get(operation):
            time.sleep(stall_s)  # the fault itself, not a synchronisation
        if fault := self.faults.get(operation):
            return fault(self)
        with self._lock:
            return self._answer(operation, parts.path, query, headers, body)

    def _description(self) -> dict[str, Any]:
        return {
            "service": "stub",
            "login_url": f"{self.base_url}/login",
            "scenario": self.scenario.name,
            "scenario_sha256": sha256_of(self.scenario),
            "pace": "scenario",
            "speedup": self.speedup,
        } | self.about

    def _answer(self, operation: Operation, path: str, query: dict[str, str], headers: Any, body: Any) -> Said:
        match operation:
            case Operation.LOGIN:
                return 200, {"token": f"t{body['citizen']}"}
            case Operation.BOOKS:
                return 200, {"books": [_listed(book) for book in self._of(query["municipality"])]}
            case Operation.DAYS:
                name = path.split("/")[4]
                days = self._ledgers[name].free_days()
                return 200, {"days": [{"date": str(self._books[name].days[day]), "free": 1} for day in days]}
            case Operation.SLOTS:
                return 200, {"slots": self._slots(path.split("/")[4], query["date"])}
            case Operation.RESERVE:
                return 202, self._reserve(body, headers)
            case Operation.INBOX:
                return 200, {"messages": self._messages(query["reservation"])}
            case Operation.HOLD | Operation.ENTER:
                return 404, {}

    def _of(self, municipality: str) -> list[AppointmentBook]:
        return [book for owner in self._owners if owner.number == municipality for book in owner.books]

    def _slots(self, name: str, date: str) -> list[dict[str, Any]]:
        book = self._books[name]
        day = [str(one) for one in book.days].index(date)
        return [{"start": book.time_text(time), "free": 1} for time in self._ledgers[name].free_times(day)]

    def _reserve(self, body: dict[str, str], headers: Any) -> dict[str, str]:
        book = self._books[body["book"]]
        time = [book.time_text(one) for one in range(len(book.starts))].index(body["start"])
        citizen = headers["Authorization"].removeprefix("Bearer t")
        name = f"R{len(self._reservations)}"
        decision = self._ledgers[book.id].reserve(time, int(citizen))
        state = "CONFIRMED" if isinstance(decision, Confirmed) else "REJECTED"
        slot = book.slot_id(time, decision.place) if isinstance(decision, Confirmed) else None
        row = {"reservation": name, "citizen": citizen, "book": book.id, "start": body["start"], "state": state}
        self._reservations.append(row | {"idempotency_key": headers["Idempotency-Key"], "slot": slot})
        if slot is not None:
            place = {"slot": slot, "book": book.id, "start": body["start"], "place": slot.rsplit("/", 1)[1]}
            self._appointments.append(place | {"citizen": citizen, "reservation": name, "appointment": f"A{name}"})
        return {"reservation": name, "status": "SENT"}

    def _messages(self, reservation: str) -> list[dict[str, Any]]:
        if self.silent_inbox:
            return []
        row = next(one for one in self._reservations if one["reservation"] == reservation)
        return [{"reservation": reservation, "outcome": row["state"], "slot": row["slot"]}]


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, stub: Stub) -> None:
        self.stub = stub
        super().__init__(("127.0.0.1", 0), _Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left in the middle is what these tests are about."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name is the parent's)
        """Quiet."""

    def _serve(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        assert isinstance(self.server, _Http)
        said = self.server.stub.said(self.command, self.path, self.headers, body)
        if said is None:
            # Zero linger turns the close into a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        code, content = said
        text = json.dumps(content).encode()
        self.send_response(code)
        if "location" in content:
            self.send_header("Location", content["location"])
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def _listed(book: AppointmentBook) -> dict[str, str]:
    return {"id": book.id, "name": book.name, "municipality": book.municipality_number}


def _operation(method: str, path: str) -> Operation:
    if path.startswith("/login"):
        return Operation.LOGIN
    if method == "POST":
        return Operation.RESERVE
    return Operation(path.rsplit("/", 1)[1])


def test_the_stub_books_by_the_rule():
    with Stub(a.scenario()) as stub:
        headers = {"Authorization": "Bearer t7", "Idempotency-Key": "c0ffee-7-1"}
        wish = {"book": "9999-1", "start": "2021-05-10T08:30"}
        for _ in range(4):
            stub.said("POST", "/api/v1/reservations", headers, wish)
        states = [row["state"] for row in stub.export()["reservations"]]
    assert states == ["CONFIRMED"] * 3 + ["REJECTED"]
    assert [row["slot"] for row in stub.export()["appointments"]] == [f"9999-1/2021-05-10T08:30/{k}" for k in (1, 2, 3)]
