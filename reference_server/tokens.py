"""Who a citizen is to the server: an opaque key made from the identity number, carried in a signed token."""

import hashlib
import hmac
from typing import Final

from itsdangerous import BadData, URLSafeTimedSerializer

LIFETIME_S: Final = 12 * 3600
"""How long a log-in lasts. ASSUMPTION: longer than any load test."""


class Tokens:
    """Makes and reads tokens; processes that share the secret read each other's."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._signed = URLSafeTimedSerializer(secret, salt="log-in")

    def citizen_key(self, number: str) -> str:
        """The key that stands for an identity number: always the same, and not to be turned back."""
        return hmac.new(self._secret, b"citizen " + number.encode(), hashlib.sha256).hexdigest()[:32]

    def token(self, number: str) -> str:
        """A token for the holder of an identity number, without the number in it."""
        return str(self._signed.dumps(self.citizen_key(number)))

    def citizen_of(self, token: str) -> str | None:
        """The citizen key in a token; None if it was not made with this secret, was changed, or is too old."""
        try:
            return str(self._signed.loads(token, max_age=LIFETIME_S))
        except BadData:
            return None
