"""A citizen with a connection of their own, who writes down every operation for the checker."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from loadtests.checker.operations import Cancelling, Hold, Listing, Sending, Told
from loadtests.contention.notes import Notes
from loadtests.history import time_name
from scenarios.identity import national_number
from scenarios.strategy import Strategy

PATIENCE_S: Final = 20.0
"""Longest wait for an answer, also that of the record system. ASSUMPTION: a server at rest needs far less."""

_LOOK_AGAIN_S: Final = 0.05
_REMINDER: Final = "REMINDER"

Said = tuple[int, Mapping[str, Any]] | None
"""Status and body of a response; None where the connection broke or patience ended."""


class Person:
    """One citizen of the suite.

    Parameters
    ----------
    notes : Notes
        Where operations are written down, with the server's address and the clock.
    number : int
        Which synthetic citizen this is.
    """

    def __init__(self, notes: Notes, number: int) -> None:
        self.number = number
        self._notes = notes
        self._at = urlsplit(notes.base_url)
        self._connection: http.client.HTTPConnection | None = None
        self._sent = 0
        self._token = self._log_in()

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def reserve(self, book: str, start: str | None, *, patience_s: float = PATIENCE_S) -> Sending:
        """Ask for a time and wait for the answer, as the server's strategy has it."""
        return self.send(f"{self._notes.run}-{self.number}-{self._next()}", book, start, patience_s=patience_s)

    def send(self, key: str, book: str, start: str | None, *, patience_s: float = PATIENCE_S) -> Sending:
        """The same under a key of one's own choice: one that was used asks for the same answer again."""
        wish = {"book": book} if start is None else {"book": book, "start": start}
        asked = self._asked(key, book, start)
        said = self._call("POST", "/reservations", wish, patience_s=patience_s, headers={"Idempotency-Key": key})
        if self._notes.strategy is Strategy.QUEUED and said is not None and said[0] == 202:
            said = self._wait_for_answer(str(said[1]["reservation"]))
        return self._noted(asked, said)

    def hold(self, book: str, start: str) -> str | None:
        """Have a place kept; the reservation to confirm, None if it was not granted."""
        key = f"{self._notes.run}-{self.number}-{self._next()}"
        begun_s = self._notes.now_s()
        said = self._call("POST", "/holds", {"book": book, "start": start}, headers={"Idempotency-Key": key})
        told = _told(said, http.client.CREATED)
        self._notes.holds.append(
            Hold(
                citizen=str(self.number),
                time=time_name(book, start),
                invoked_s=begun_s,
                returned_s=inf if told is Told.UNKNOWN else self._notes.now_s(),
                told=told,
                lasts_s=self._notes.hold_s,
            )
        )
        self._notes.asked_with[key] = (book, start)
        return None if said is None or told is not Told.CONFIRMED else f"{key} {said[1]['reservation']}"

    def confirm(self, held: str) -> Sending:
        """Turn what `hold` gave into an appointment."""
        key, reservation = held.split(" ")
        book, start = self._notes.asked_with[key]
        asked = self._asked(key, book, start)
        return self._noted(asked, self._call("POST", f"/holds/{quote(reservation)}/confirm", {}))

    def cancel(self, appointment: str) -> Told:
        """Give an appointment back."""
        begun_s = self._notes.now_s()
        told = _told(self._call("POST", f"/appointments/{quote(appointment)}/cancel", {}), http.client.OK)
        self._notes.cancellings.append(
            Cancelling(
                appointment=appointment,
                invoked_s=begun_s,
                returned_s=inf if told is Told.UNKNOWN else self._notes.now_s(),
                told=told,
            )
        )
        return told

    def change(self, have: Sending, start: str) -> Sending:
        """Move an appointment to another time of its book."""
        key = f"{self._notes.run}-{self.number}-{self._next()}"
        asked = replace(self._asked(key, have.book, start), replaces=have.appointment)
        path = f"/appointments/{quote(have.appointment or '')}/change"
        return self._noted(asked, self._call("POST", path, {"start": start}, headers={"Idempotency-Key": key}))

    def read_list(self, book: str, date: str) -> None:
        """Look at the free times of a day."""
        begun_s = self._notes.now_s()
        said = self._call("GET", f"/books/{quote(book, safe='')}/slots?{urlencode({'date': date})}")
        if said is not None and said[0] == http.client.OK:
            of_the_day = frozenset(name for name in self._notes.places if name.startswith(f"{book} {date}"))
            offered = {time_name(book, str(slot["start"])) for slot in said[1]["slots"] if slot["free"] > 0}
            self._notes.listings.append(
                Listing(
                    times=of_the_day,
                    offered=frozenset(offered),
                    invoked_s=begun_s,
                    returned_s=self._notes.now_s(),
                )
            )

    def _asked(self, key: str, book: str, start: str | None) -> Sending:
        """A reservation about to be sent, unanswered as yet."""
        return Sending(
            key=key,
            citizen=str(self.number),
            book=book,
            time=None if start is None else time_name(book, start),
            invoked_s=self._notes.now_s(),
            returned_s=inf,
            told=Told.UNKNOWN,
        )

    def _noted(self, asked: Sending, said: Said) -> Sending:
        """Write a reservation down with its answer."""
        told = _told(said, http.client.OK, http.client.CREATED)
        body: Mapping[str, Any] = {} if said is None else said[1]
        won = told is Told.CONFIRMED
        heard = replace(
            asked,
            returned_s=inf if told is Told.UNKNOWN else self._notes.now_s(),
            told=told,
            place=str(body["slot"]) if won else None,
            appointment=str(body["appointment"]) if won else None,
        )
        self._notes.sendings.append(heard)
        return heard

    def _wait_for_answer(self, reservation: str) -> Said:
        """Look into the inbox until the record system has decided."""
        over_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < over_s:
            said = self._call("GET", f"/inbox?{urlencode({'reservation': reservation})}")
            messages: list[dict[str, Any]] = said[1].get("messages", []) if said is not None else []
            for message in messages:
                if message["outcome"] in {"CONFIRMED", "CANCELLED"} and "appointment" in message:
                    return http.client.OK, message
                if message["outcome"] != _REMINDER:
                    return http.client.CONFLICT, {"taken": message["outcome"] == "REJECTED"}
            time.sleep(_LOOK_AGAIN_S)
        return None

    def _next(self) -> int:
        self._sent += 1
        return self._sent

    def _log_in(self) -> str:
        said = _exchange(
            urlsplit(self._notes.login_url).netloc,
            "POST",
            urlsplit(self._notes.login_url).path,
            {"citizen": national_number(self.number)},
        )
        if said is None or said[0] != http.client.OK:
            raise OSError(f"the log-in at {self._notes.login_url} lets nobody in (HTTP {said and said[0]})")
        return str(said[1]["token"])

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        patience_s: float = PATIENCE_S,
        headers: Mapping[str, str] | None = None,
    ) -> Said:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._at.netloc, timeout=PATIENCE_S)
        if self._connection.sock is not None:
            self._connection.sock.settimeout(patience_s)
        self._connection.timeout = patience_s
        shown = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        try:
            return _told_by(self._connection, method, f"{self._at.path}/api/v1{path}", body, shown)
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            return None


def _exchange(address: str, method: str, path: str, body: Mapping[str, object]) -> Said:
    connection = http.client.HTTPConnection(address, timeout=PATIENCE_S)
    try:
        return _told_by(connection, method, path, body, {})
    finally:
        connection.close()


def _told_by(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: Mapping[str, object] | None,
    headers: Mapping[str, str],
) -> Said:
    """One request and its whole response."""
    content = None if body is None else json.dumps(body)
    kind = {} if body is None else {"Content-Type": "application/json"}
    connection.request(method, path, content, {**headers, **kind})
    response = connection.getresponse()
    said: object = json.loads(response.read() or b"{}")
    if not isinstance(said, dict):
        raise ValueError("no object")
    return response.status, {str(key): value for key, value in said.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _told(said: Said, *well: int) -> Told:
    """What a response proves; a failure of the server may have come after it did what was asked."""
    if said is None or said[0] >= http.client.INTERNAL_SERVER_ERROR:
        return Told.UNKNOWN
    code, body = said
    if code in well:
        return Told.CONFIRMED
    return Told.TAKEN if code == http.client.CONFLICT and body.get("taken") else Told.REFUSED
