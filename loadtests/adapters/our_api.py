"""Our own API as one adapter among others: that of the reference server, and of any other that speaks it."""

import http.client
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from loadtests.adapters.answers import (
    Confirmed,
    Done,
    Kept,
    Offered,
    Record,
    Refused,
    Sent,
    Settled,
    Standing,
    Taken,
    Unknown,
    Wish,
)
from loadtests.adapters.web import Heard, Web
from loadtests.history import read_record
from loadtests.target import UNDER_WAY, TargetUnreachable, fetch_settled_export
from scenarios.identity import national_number

_REMINDER: Final = "REMINDER"


class OurApi:
    """One citizen at the API.

    Parameters
    ----------
    web : Web
        Its base URL is that of the server, without `/api/v1`.
    login_url : str, optional
        Where citizens log in; asked of the server if not given.
    """

    def __init__(self, web: Web, login_url: str | None = None) -> None:
        self._web = web
        self._login_url = login_url
        self._who: dict[str, str] = {}

    def login(self, citizen: int) -> Done | Refused | Unknown:
        """POST a synthetic identity number; the token goes with everything that follows."""
        at = self._login_url or str(self._web.ask("GET", "/api/v1").json()["login_url"])
        heard = self._web.ask("POST", at, json={"citizen": national_number(citizen)})
        if heard.code != http.client.OK:
            return Refused()
        self._who = {"Authorization": f"Bearer {heard.json()['token']}"}
        return Done()

    def list(self, book: str, date: str) -> Offered | Refused | Unknown:
        """GET the times of a day."""
        heard = self._ask("GET", f"/books/{quote(book, safe='')}/slots?{urlencode({'date': date})}")
        if heard.code != http.client.OK:
            return Refused()
        return Offered(frozenset(str(slot["start"]) for slot in heard.json()["slots"] if slot["free"] > 0))

    def reserve(self, key: str, wish: Wish) -> Settled | Sent:
        """POST a reservation; it is decided in the request, or by the record system afterwards."""
        asked = {"book": wish.book} if wish.start is None else {"book": wish.book, "start": wish.start}
        heard = self._ask("POST", "/reservations", asked, key)
        return Sent(str(heard.json()["reservation"])) if heard.code == http.client.ACCEPTED else _settled(heard)

    def poll(self, reservation: str) -> Settled | Sent:
        """GET the inbox."""
        said = self._ask("GET", f"/inbox?{urlencode({'reservation': reservation})}").json()
        messages: list[Mapping[str, Any]] = said.get("messages", [])
        for message in messages:
            if message["outcome"] in {"CONFIRMED", "CANCELLED"} and "appointment" in message:
                return _confirmed(message)
            if message["outcome"] != _REMINDER:
                return Taken() if message["outcome"] == "REJECTED" else Refused()
        return Sent(reservation)

    def cancel(self, appointment: str) -> Done | Refused | Unknown:
        """POST a cancellation."""
        heard = self._ask("POST", f"/appointments/{quote(appointment, safe='')}/cancel", {})
        return Done() if heard.code == http.client.OK else Refused()

    def hold(self, key: str, wish: Wish) -> Kept | Taken | Refused | Unknown:
        """POST a hold."""
        heard = self._ask("POST", "/holds", {"book": wish.book, "start": wish.start}, key)
        return Kept(str(heard.json()["reservation"])) if heard.code == http.client.CREATED else _refusal(heard)

    def confirm(self, reservation: str) -> Settled:
        """POST the confirmation of a hold."""
        return _settled(self._ask("POST", f"/holds/{quote(reservation, safe='')}/confirm", {}))

    def change(self, appointment: str, key: str, wish: Wish) -> Settled:
        """POST another time for an appointment."""
        path = f"/appointments/{quote(appointment, safe='')}/change"
        return _settled(self._ask("POST", path, {"start": wish.start}, key))

    def record(self) -> Record | None:
        """GET the export, when nothing waits for the record system any more; it opens to the admin's token alone."""
        if self._web.admin_token is None:
            return None
        export = fetch_settled_export(self._web.base_url, self._web.admin_token, guard=self._web.guard)
        states, snapshot = read_record(export)
        if snapshot is None:
            raise TargetUnreachable(f"{self._web.base_url}/admin/export answers, but what it holds cannot be read")
        return Record(
            standing=tuple(_standing(one.appointment, one.place, one.citizen, one.key) for one in snapshot.held),
            settled=UNDER_WAY not in states.values(),
            free=snapshot.free,
            capacity=snapshot.capacity,
        )

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None, key: str | None = None) -> Heard:
        keyed = {} if key is None else {"Idempotency-Key": key}
        return self._web.ask(method, f"/api/v1{path}", json=body, headers=self._who | keyed)


def _settled(heard: Heard) -> Settled:
    if heard.code in {http.client.OK, http.client.CREATED}:
        return _confirmed(heard.json())
    return _refusal(heard)


def _refusal(heard: Heard) -> Taken | Refused:
    return Taken() if heard.code == http.client.CONFLICT and heard.json().get("taken") else Refused()


def _confirmed(said: Mapping[str, Any]) -> Confirmed:
    _, start, place = str(said["slot"]).rsplit("/", 2)
    return Confirmed(str(said["appointment"]), start, int(place))


def _standing(appointment: str, slot: str, citizen: str, key: str | None) -> Standing:
    book, start, place = slot.rsplit("/", 2)
    number = int(citizen) if citizen.isdecimal() else None
    return Standing(appointment=appointment, book=book, start=start, place=int(place), citizen=number, key=key)
