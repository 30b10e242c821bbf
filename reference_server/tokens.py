"""Who a citizen is to the server: an opaque key made from the identity number, carried in a signed token.

The token says as well for whom the citizen may act and until when, since the number that the register goes by is not
kept. A mandate that is withdrawn early therefore lasts until the log-in does.
"""

import hashlib
import hmac
import json
import time
from typing import Any, Final

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode
from itsdangerous.signer import SigningAlgorithm

from reference_server.relations import Person, relations_of, unpacked

LIFETIME_S: Final = 12 * 3600
"""How long a log-in lasts. ASSUMPTION: longer than any load test."""

_MOST_REMEMBERED: Final = 16_384  # most tokens come many times, and who asks for the first time waits already


class Tokens:
    """Makes and reads tokens; processes that share the secret read each other's.

    A token is a list in JSON and its signature: when it was made (Unix time), the key, and the relations.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        key = hmac.digest(self._secret, b"log-in", "sha256")  # its own, and made once instead of for every token
        self._signer = Signer(key, key_derivation="none", algorithm=_HmacSha256())
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
        said = json.dumps([time.time(), person.key, *(one.packed() for one in person.relations)], separators=(",", ":"))
        return self._signer.sign(base64_encode(said)).decode()

    def person_of(self, token: str) -> Person | None:
        """Who a token was made for; None if it was not made with this secret, was changed, or is too old."""
        read = self._read.get(token) or self._checked(token)
        if read is None or time.time() - read[1] > LIFETIME_S:
            return None
        return read[0]

    def _checked(self, token: str) -> tuple[Person, float] | None:
        try:
            said: list[Any] = json.loads(base64_decode(self._signer.unsign(token)))
        except BadData:
            return None
        made_s, key, *relations = said
        person = Person(key=key, relations=[unpacked(one) for one in relations])
        if len(self._read) >= _MOST_REMEMBERED:
            self._read.clear()
        self._read[token] = person, made_s
        return person, made_s


class _HmacSha256(SigningAlgorithm):
    """The signature in one call; the library's own builds an object for each."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """The signature of a value."""
        return hmac.digest(key, value, "sha256")
