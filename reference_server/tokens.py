"""Who a citizen is to the server: an opaque key made from the identity number, carried in a signed token.

The token says as well for whom the citizen may act and until when, since the number that the register goes by is not
kept. A mandate that is withdrawn early therefore lasts until the log-in does.
"""

import datetime as dt
import hashlib
import hmac
import time
from typing import Any, Final, cast

from itsdangerous import BadData, URLSafeTimedSerializer

from reference_server.relations import Person, relations_of, unpacked

LIFETIME_S: Final = 12 * 3600
"""How long a log-in lasts. ASSUMPTION: longer than any load test."""

_MOST_REMEMBERED: Final = 16_384  # checking a signature takes as long as a quarter of a whole request


class Tokens:
    """Makes and reads tokens; processes that share the secret read each other's."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._signed = URLSafeTimedSerializer(secret, salt="log-in")
        self._read: dict[str, tuple[Person, float]] = {}  # and Unix time of making

    def citizen_key(self, number: str) -> str:
        """The key that stands for an identity number: always the same, and not to be turned back."""
        return hmac.new(self._secret, b"citizen " + number.encode(), hashlib.sha256).hexdigest()[:32]

    def person(self, number: str) -> Person:
        """The holder of an identity number, and for whom the register lets this person act."""
        return Person(key=self.citizen_key(number), relations=relations_of(number, self.citizen_key))

    def token(self, number: str) -> str:
        """A token for the holder of an identity number, without the number in it."""
        person = self.person(number)
        return str(self._signed.dumps([person.key, *(one.packed() for one in person.relations)]))

    def person_of(self, token: str) -> Person | None:
        """Who a token was made for; None if it was not made with this secret, was changed, or is too old."""
        read = self._read.get(token) or self._checked(token)
        if read is None or time.time() - read[1] > LIFETIME_S:
            return None
        return read[0]

    def _checked(self, token: str) -> tuple[Person, float] | None:
        try:
            said, made = cast(tuple[list[Any], dt.datetime], self._signed.loads(token, return_timestamp=True))
        except BadData:
            return None
        if len(self._read) >= _MOST_REMEMBERED:
            self._read.clear()
        key, *relations = said
        person = Person(key=key, relations=[unpacked(one) for one in relations])
        self._read[token] = person, made.timestamp()
        return person, made.timestamp()
