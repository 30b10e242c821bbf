"""Who is logged in on the pages: signed cookies, and the token that proves a form was ours."""

import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass
from typing import Any, Final, cast

from itsdangerous import BadData, URLSafeTimedSerializer

SESSION_S: Final = 3600
"""How long a log-in on the pages lasts. ASSUMPTION: ID-porten's own time is not published."""
LOGIN_S: Final = 600
"""How long a log-in may be under way. ASSUMPTION."""


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in: whose, by opaque key, and a random name that no other log-in has."""

    citizen: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginUnderWay:
    """What is kept in the browser while the citizen is at the log-in, and where to go afterwards."""

    state: str
    nonce: str
    verifier: str
    onwards: str


class Sessions:
    """Writes and reads the cookies; processes that share the secret read each other's."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._session = URLSafeTimedSerializer(secret, salt="session")
        self._login = URLSafeTimedSerializer(secret, salt="log-in under way")

    def new(self, citizen: str) -> str:
        """The cookie of a new session."""
        return str(self._session.dumps([citizen, secrets.token_urlsafe(16)]))

    def read(self, cookie: str) -> Session | None:
        """The session in a cookie; None if it was not made here, was changed or is over."""
        try:
            citizen, name = cast(list[Any], self._session.loads(cookie, max_age=SESSION_S))
        except BadData:
            return None
        return Session(citizen, name)

    def form_token(self, session: Session) -> str:
        """What every form of the session carries: another site cannot know it."""
        return hmac.new(self._secret, b"form " + session.name.encode(), hashlib.sha256).hexdigest()

    def is_form_token(self, session: Session, shown: str) -> bool:
        """Whether a form was made by us, for this session."""
        return hmac.compare_digest(self.form_token(session).encode(), shown.encode())

    def new_login(self, login: LoginUnderWay) -> str:
        """The cookie of a log-in that begins."""
        return str(self._login.dumps(asdict(login)))

    def read_login(self, cookie: str) -> LoginUnderWay | None:
        """The log-in that was begun with this cookie; None as for `read`."""
        try:
            return LoginUnderWay(**self._login.loads(cookie, max_age=LOGIN_S))
        except BadData:
            return None


def safe_path(wanted: str) -> str:
    """The page to go on to: a path of this server, whatever was asked for."""
    inside = wanted.startswith("/") and not wanted.startswith("//") and wanted.isprintable() and "\\" not in wanted
    return wanted if inside else "/timeavtaler"
