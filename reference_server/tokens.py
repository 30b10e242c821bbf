"""Who a citizen is to the server: an opaque key made from the identity number, carried in a signed token."""

import datetime as dt
import hashlib
import hmac
import time
from typing import Final, cast

from itsdangerous import BadData, URLSafeTimedSerializer

LIFETIME_S: Final = 12 * 3600
"""How long a log-in lasts. ASSUMPTION: longer than any load test."""

_MOST_REMEMBERED: Final = 16_384  # checking a signature takes as long as a quarter of a whole request


class Tokens:
    """Makes and reads tokens; processes that share the secret read each other's."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._signed = URLSafeTimedSerializer(secret, salt="log-in")
        self._read: dict[str, tuple[str, float]] = {}  # citizen and Unix time of making

    def citizen_key(self, number: str) -> str:
        """The key that stands for an identity number: always the same, and not to be turned back."""
        return hmac.new(self._secret, b"citizen " + number.encode(), hashlib.sha256).hexdigest()[:32]

    def token(self, number: str) -> str:
        """A token for the holder of an identity number, without the number in it."""
        return str(self._signed.dumps(self.citizen_key(number)))

    def citizen_of(self, token: str) -> str | None:
        """The citizen key in a token; None if it was not made with this secret, was changed, or is too old."""
        read = self._read.get(token) or self._checked(token)
        if read is None or time.time() - read[1] > LIFETIME_S:
            return None
        return read[0]

    def _checked(self, token: str) -> tuple[str, float] | None:
        try:
            citizen, made = cast(tuple[str, dt.datetime], self._signed.loads(token, return_timestamp=True))
        except BadData:
            return None
        if len(self._read) >= _MOST_REMEMBERED:
            self._read.clear()
        self._read[token] = citizen, made.timestamp()
        return citizen, made.timestamp()
