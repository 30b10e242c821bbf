"""Authorization codes of the log-in stand-in: good once, for a minute."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

CODE_S: Final = 60.0
"""How long a code is good. ASSUMPTION: a browser follows a redirect at once; RFC 6749 4.1.2 allows 10 minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the client asked for, and what must come back unchanged."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A citizen who chose to log in, and to what."""

    request: Request
    number: str


class Codes:
    """Keeps grants until their codes are redeemed; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._grants: dict[str, tuple[float, Grant]] = {}

    def issue(self, grant: Grant) -> str:
        """A new code for a grant."""
        code, now_s = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            while self._grants and now_s > next(iter(self._grants.values()))[0]:
                del self._grants[next(iter(self._grants))]  # oldest first, so none that is over stays behind
            self._grants[code] = (now_s + CODE_S, grant)
        return code

    def redeem(self, code: str) -> Grant | None:
        """What the code was issued for; None if it never was, was used before or is over."""
        with self._lock:
            until_s, grant = self._grants.pop(code, (0.0, None))
        return grant if self._clock() <= until_s else None
