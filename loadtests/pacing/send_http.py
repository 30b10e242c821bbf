"""An SMS gateway over HTTP that knows a batch again by its idempotency key.

    POST URL
    Idempotency-Key: <the batch's own>
    {"batch": 7, "recipients": ["...", ...]}

A gateway must answer 2xx when it has the batch, the first time and every time after; the same key with the same
recipients is the same batch, however often it comes. 400 to 499 say that it does not have it and will not. 408, 409,
425, 429, 5xx and no answer say nothing, and the pacer asks again with the same key.
"""

import json
from typing import Final

from loadtests.pacing.asking import NoAnswer, ask, require_safe
from loadtests.pacing.sending import Handed, Package, Refused, Taken, Unknown

_SAYS_NOTHING: Final = frozenset({408, 409, 425, 429})


class GatewaySender:
    """Exactly once, by the gateway's memory of keys: what is not known is asked again with the same key.

    Raises
    ------
    AddressRefused
        The address is no address, or would carry recipients over the net in the clear.
    """

    def __init__(self, url: str, token: str | None) -> None:
        require_safe(url)
        self._url = url
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self.name = f"http {url.partition('?')[0]}"  # what stands behind may be a secret

    def prepare(self, package: Package) -> None:
        """Nothing to get ready."""

    def hand_over(self, package: Package) -> Handed:
        """Post it."""
        body = json.dumps({"batch": package.batch, "recipients": package.ids}).encode()
        try:
            said = ask("POST", self._url, self._headers | {"Idempotency-Key": package.key}, body)
        except NoAnswer as problem:
            return Unknown(str(problem), asks=False)
        if 200 <= said.status < 300:
            return Taken()
        if 400 <= said.status < 500 and said.status not in _SAYS_NOTHING:
            return Refused(f"HTTP {said.status}")
        return Unknown(f"HTTP {said.status}", asks=False)

    def find_out(self, package: Package) -> Handed:
        """Post it again; the gateway knows the key.

        What is refused now may have been taken before, so only a yes settles it, or a person.
        """
        handed = self.hand_over(package)
        return Unknown(handed.what, asks=False) if isinstance(handed, Refused) else handed
