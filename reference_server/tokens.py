"""Who a citizen is to the server: an opaque key made from the identity number, carried in a signed token.

The token says as well for whom the citizen may act and until when, since the number that the register goes by is not
kept. A mandate that is withdrawn early therefore lasts until the log-in does.
"""

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b, sha256
from typing import Any, Final

from reference_server.relations import Person, relations_of, unpacked

LIFETIME_S: Final = 12 * 3600
"""How long a log-in lasts. ASSUMPTION: longer than any load test."""

_MOST_REMEMBERED: Final = 16_384  # most tokens come many times, and who asks for the first time waits already


class Tokens:
    """Makes and reads tokens; processes that share the secret read each other's.

    A token is said in the open and signed (BLAKE2b with a key of its own, RFC 7693): when it was made, in Unix time,
    the key of the citizen, and the relations, where there are any. Most citizens come to book once, so reading a token
    that was never seen is part of what a reservation costs.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._signing_key = hmac.digest(self._secret, b"log-in", "sha256")
        self._read: dict[str, tuple[Person, float]] = {}  # and Unix time of making

    def citizen_key(self, number: str) -> str:
        """The key that stands for an identity number: always the same, and not to be turned back."""
        return hmac.new(self._secret, b"citizen " + number.encode(), sha256).hexdigest()[:32]

    def person(self, number: str) -> Person:
        """The holder of an identity number, and for whom the register lets this person act."""
        return Person(key=self.citizen_key(number), relations=relations_of(number, self.citizen_key))

    def token(self, number: str) -> str:
        """A token for the holder of an identity number, without the number in it."""
        person = self.person(number)
        relations = json.dumps([one.packed() for one in person.relations]) if person.relations else ""
        payload = f"{int(time.time())}.{person.key}.{urlsafe_b64encode(relations.encode()).decode().rstrip('=')}"
        return f"{payload}.{self._signature(payload)}"

    def person_of(self, token: str) -> Person | None:
        """Who a token was made for; None if it was not made with this secret, was changed, or is too old."""
        read = self._read.get(token) or self._checked(token)
        if read is None or time.time() - read[1] > LIFETIME_S:
            return None
        return read[0]

    def _checked(self, token: str) -> tuple[Person, float] | None:
        payload, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(payload).encode()):
            return None
        made_s, key, packed = payload.split(".")
        relations: list[Any] = json.loads(urlsafe_b64decode(packed + "==")) if packed else []
        person = Person(key=key, relations=[unpacked(one) for one in relations])
        if len(self._read) >= _MOST_REMEMBERED:
            self._read.clear()
        self._read[token] = read = person, float(made_s)
        return read

    def _signature(self, payload: str) -> str:
        return blake2b(payload.encode(), key=self._signing_key, digest_size=20).hexdigest()
