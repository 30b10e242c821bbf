"""The server under test: what it says it is, and what it says it holds afterwards."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from loadtests.guard import THIS_MACHINE, Guard
from loadtests.guarded_connection import GuardedConnection

UNDER_WAY: Final = "SENT"
"""The state of a reservation that waits for the record system."""

SETTLED_S: Final = 30.0
"""A record system with reservations undecided so long after the last citizen left is unsettled. ASSUMPTION."""

_LOOK_AGAIN_S: Final = 0.2
_PATIENCE_S: Final = 10.0  # ASSUMPTION: a server at rest describes itself faster than this


class TargetUnreachable(Exception):
    """No booking server for this scenario answers; the message says what, where, why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A booking server that plays our scenario at our pace."""

    base_url: str
    login_url: str


def target_at(base_url: str, *, scenario_sha256: str, speedup: float, guard: Guard = THIS_MACHINE) -> Target:
    """Ask a server what it is, and hold that against what is to be tested.

    Raises
    ------
    ForbiddenTarget
        The server or its log-in is where load may not go.
    TargetUnreachable
        No answer, not a booking server, another scenario, or another speedup.
    """
    base_url = base_url.rstrip("/")
    where = f"{base_url}/api/v1"
    said = _json_at(where, {}, guard)
    try:
        login_url = urljoin(f"{base_url}/", str(said["login_url"]))
        their_sha256, their_speedup = str(said["scenario_sha256"]), float(said["speedup"])
    except (KeyError, TypeError, ValueError):
        raise TargetUnreachable(
            f"{where} answers, but not as a booking server (no log-in, scenario or speedup in what it says). "
            "Check the address, or start one with: bolk serve SCENARIO"
        ) from None
    guard.require(login_url)
    if their_sha256 != scenario_sha256:
        raise TargetUnreachable(
            f"{where} serves another scenario ({said.get('scenario', 'unnamed')}, {their_sha256[:12]}) than the one "
            f"to be tested ({scenario_sha256[:12]}). Start the server with the same file and the same --set"
        )
    if their_speedup != speedup:
        raise TargetUnreachable(
            f"{where} runs at speedup {their_speedup:g}, the load test at {speedup:g}. Give both the same --speedup"
        )
    return Target(base_url=base_url, login_url=login_url)


def fetch_export(base_url: str, admin_token: str, guard: Guard = THIS_MACHINE) -> Mapping[str, Any]:
    """What the server holds: its appointments and reservations, for the history check.

    Raises
    ------
    ForbiddenTarget
        The server is where load may not go.
    TargetUnreachable
        No answer, the token was refused, or the answer is no export.
    """
    base_url = base_url.rstrip("/")
    where = f"{base_url}/admin/export"
    export = _json_at(where, {"Authorization": f"Bearer {admin_token}"}, guard)
    if not isinstance(export.get("appointments"), list) or not isinstance(export.get("reservations"), list):
        raise TargetUnreachable(f"{where} answers, but not with appointments and reservations. Check the address")
    return export


def switch_record_system(base_url: str, admin_token: str, *, stop: bool, guard: Guard = THIS_MACHINE) -> None:
    """Let the server's record system stand still, or go on.

    Raises
    ------
    ForbiddenTarget
        Load may not go to the server.
    TargetUnreachable
        It has no such switch, or the token does not open it.
    """
    where = f"{base_url.rstrip('/')}/admin/record-system"
    headers = {"Authorization": f"Bearer {admin_token}", "Content-Type": "application/json"}
    body = json.dumps({"status": "stopped" if stop else "running"}).encode()
    _json_at(where, headers, guard, method="PUT", body=body)


def fetch_settled_export(
    base_url: str, admin_token: str, patience_s: float = SETTLED_S, guard: Guard = THIS_MACHINE
) -> Mapping[str, Any]:
    """The same, when no reservation waits for the record system any more, or as it is when patience ends."""
    over_s = time.monotonic() + patience_s
    while True:
        export = fetch_export(base_url, admin_token, guard)
        if time.monotonic() > over_s or all(one.get("state") != UNDER_WAY for one in export["reservations"]):
            return export
        time.sleep(_LOOK_AGAIN_S)


def _json_at(
    url: str, headers: dict[str, str], guard: Guard, *, method: str = "GET", body: bytes | None = None
) -> dict[str, Any]:
    """Ask for a JSON object, following no redirect and asking no proxy."""
    site = guard.require(url)
    try:
        connection = GuardedConnection(guard, site, patience_s=_PATIENCE_S)
        try:
            connection.request(method, urlsplit(url).path, body, headers)
            response = connection.getresponse()
            code, answer = response.status, response.read()
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as problem:
        raise TargetUnreachable(
            f"no booking server answers at {url} ({_reason(problem)}). "
            "Start one with: bolk serve SCENARIO, or check the address"
        ) from problem
    said = _parsed(answer) if code == http.client.OK else None
    if said is None:
        raise TargetUnreachable(
            f"{url} answers with HTTP {code}, not as a booking server does. "
            "Check the address and the token, or start one with: bolk serve SCENARIO"
        )
    return said


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        said: object = json.loads(body)
    except ValueError:
        return None
    return {str(key): value for key, value in said.items()} if isinstance(said, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _reason(problem: Exception) -> str:
    if isinstance(problem, TimeoutError):
        return f"no answer within {_PATIENCE_S:g} s"
    return str(problem).removeprefix(f"[Errno {getattr(problem, 'errno', None)}] ").lower() or type(problem).__name__
