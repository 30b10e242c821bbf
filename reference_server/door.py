"""The door to the booking server: who asks, not too often, and through the waiting room where there is one."""

import math
import random
import threading
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Response, g, jsonify, request
from itsdangerous import BadData, URLSafeSerializer

from reference_server.api_schemas import EXAMPLES
from reference_server.asking import citizen
from reference_server.limits import Limits, RateLimit
from reference_server.openapi import Answer, Route, Who, named
from reference_server.tokens import Tokens
from reference_server.waiting_room import Admitted, Queued, WaitingRoom
from reference_server.web import bearer_token, shed
from scenarios.booking_platform import WaitingRoomRules

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ADMISSION: Final = "Waiting-Room-Admission"
"""The header that carries an admission back."""

_ALWAYS_OPEN: Final = frozenset({"operators.live", "operators.ready"})
_WITHOUT_WAITING: Final = "entrance."


class Entrance:
    """The waiting room over HTTP; a citizen has one place in it, however many windows are open.

    The queue is this process's own, and there is one (`process.threads_of`). An admission is signed, so it holds after
    a restart until its session ends.

    Parameters
    ----------
    rules : WaitingRoomRules
    secret : str
        Signs admissions.
    speedup : float
        The room's clock runs so much faster, and with it minutes, sessions and turns; what is told is in real seconds.
    """

    def __init__(
        self, rules: WaitingRoomRules, secret: str, speedup: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._room = WaitingRoom(rules, random.Random().randrange)
        self._lock = threading.Lock()
        self._speedup = speedup
        self._clock = clock
        self._signed = URLSafeSerializer(secret, salt="admission")

    @property
    def active(self) -> int:
        """How many are inside."""
        return self._room.active

    @property
    def queued(self) -> int:
        """How many wait."""
        return self._room.queued

    def visit(self) -> Response:
        """The citizen of this request asks to come in, and is told the admission or the place in the queue."""
        whose = citizen()
        match self._visit(whose):
            case Admitted(until_s):
                stay_s = max(0.0, until_s - self._now_s()) / self._speedup
                admission = self._signed.dumps([whose, time.time() + stay_s])
                return jsonify(status="admitted", admission=admission, stay_s=stay_s)
            case Queued() as place:
                again_s = place.ask_again_s / self._speedup
                wait_s = place.wait_s / self._speedup
                response = jsonify(status="queued", position=place.position, wait_s=wait_s, ask_again_s=again_s)
                response.status_code = HTTPStatus.ACCEPTED
                response.headers["Retry-After"] = str(math.ceil(again_s))
                return response

    def refusal(self) -> Response | None:
        """What a citizen who is not inside gets instead of an answer."""
        if self._is_admission(request.headers.get(ADMISSION, "")):
            return None
        match self._visit(g.citizen):
            case Admitted():
                return None
            case Queued() as place:
                again_s, wait_s = place.ask_again_s / self._speedup, place.wait_s / self._speedup
                return shed("wait for your turn in the waiting room", again_s, position=place.position, wait_s=wait_s)

    def routes(self) -> Sequence[Route]:
        """The one route of the room, as it is mounted and described."""
        return (
            Route(
                method="POST",
                path="/waiting-room",
                does=self.visit,
                says="Come in, or ask for your place in the queue. Who does not ask again loses the place.",
                who=Who.CITIZEN,
                answers={
                    HTTPStatus.OK: Answer(
                        says=f"Inside. The admission may go in the header {ADMISSION}.",
                        schema=named("Admission"),
                        example=EXAMPLES["Admission"],
                    ),
                    HTTPStatus.ACCEPTED: Answer(
                        says="In the queue; ask again after ask_again_s, or Retry-After in whole seconds.",
                        schema=named("Queued"),
                        example=EXAMPLES["Queued"],
                        headers=["Retry-After"],
                    ),
                },
            ),
        )

    def _visit(self, citizen: str) -> Admitted | Queued:
        with self._lock:
            return self._room.visit(citizen, self._now_s())

    def _now_s(self) -> float:
        return self._clock() * self._speedup

    def _is_admission(self, shown: str) -> bool:
        try:
            citizen, until_s = self._signed.loads(shown)
        except BadData:
            return False
        return citizen == g.citizen and time.time() < until_s


class Door:
    """What every request passes before it is read.

    It leaves who asks in `g.person` and the key in `g.citizen`, None where no valid token is shown. Probes are always
    let through. What was asked is counted by this process, and there is one.

    Parameters
    ----------
    limits : Limits
        Each citizen against one rate; requests without a citizen against that of their address. The address is that
        of the connection: behind a proxy it is the proxy's, for no header says who sent it.
    """

    def __init__(self, tokens: Tokens, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._tokens = tokens
        self._citizens = RateLimit(limits.per_citizen, clock)
        self._addresses = RateLimit(limits.per_address, clock)

    def refusal(self, entrance: Entrance | None) -> Response | None:
        """What the request gets instead of an answer; None lets it in."""
        person, endpoint = self._tokens.person_of(bearer_token(request.environ)), request.endpoint or ""
        g.person, g.citizen = person, None if person is None else person.key
        if endpoint in _ALWAYS_OPEN:
            return None
        if person is None:
            wait_s = self._addresses.wait_s(request.remote_addr or "")
            return shed("too many requests from this address", wait_s) if wait_s else None
        waits = entrance is not None and not endpoint.startswith(_WITHOUT_WAITING)
        return self._refusal_of(person.key, entrance if waits else None)

    def citizen_of(self, environ: "WSGIEnvironment") -> str | None:
        """Who asks; None without a valid token."""
        person = self._tokens.person_of(bearer_token(environ))
        return None if person is None else person.key

    def lets_in(self, citizen: str) -> bool:
        """Whether the citizen may ask now, where there is no waiting room; if so, it is counted."""
        return not self._citizens.wait_s(citizen)

    def refusal_of(self, citizen: str, entrance: Entrance | None) -> Response | None:
        """The same for a citizen who is known by other means than a token."""
        g.citizen = citizen
        return self._refusal_of(citizen, entrance)

    def _refusal_of(self, citizen: str, entrance: Entrance | None) -> Response | None:
        wait_s = self._citizens.wait_s(citizen)
        if wait_s:
            return shed("you ask too often", wait_s)
        return None if entrance is None else entrance.refusal()
