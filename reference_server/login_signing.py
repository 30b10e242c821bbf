"""The log-in stand-in's signature: a key made when it is first needed, and the identity tokens signed with it."""

import secrets
import threading
import time
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import RSAKey

from reference_server.login_codes import Grant

ALGORITHM: Final = "RS256"
ID_TOKEN_S: Final = 120
"""How long an identity token is good. ASSUMPTION: it is read at once."""


class Signature:
    """Signs identity tokens; the key lives as long as the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: RSAKey | None = None

    def public_keys(self) -> dict[str, Any]:
        """The key that checks our signature, as a JSON Web Key Set."""
        return {"keys": [self._key.as_dict(private=False, use="sig", alg=ALGORITHM)]}

    def id_token(self, grant: Grant, issuer: str, subject: str) -> str:
        """Who logged in; `pid` is the synthetic identity number, as in ID-porten's tokens.

        Source: docs.digdir.no/docs/idporten/oidc (claim `pid`, RS256).
        """
        now_s = int(time.time())
        claims = {
            "iss": issuer,
            "aud": grant.request.client_id,
            "sub": subject,
            "pid": grant.number,
            "nonce": grant.request.nonce,
            "acr": "bolk-stand-in",
            "iat": now_s,
            "auth_time": now_s,
            "exp": now_s + ID_TOKEN_S,
            "jti": secrets.token_urlsafe(16),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, claims, self._key)

    @property
    def _key(self) -> RSAKey:
        with self._lock:
            if self._made is None:
                self._made = RSAKey.generate_key(2048, auto_kid=True)
            return self._made
