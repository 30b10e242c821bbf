"""Who is logged in on the pages: signed cookies, and the token that proves a form was ours."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, cast

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from reference_server.relations import Relation, unpacked

SESSION_S: Final = 3600
"""How long a log-in on the pages lasts. ASSUMPTION: ID-porten's own time is not published."""
LOGIN_S: Final = 600
"""How long a log-in may be under way. ASSUMPTION."""


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in: whose, by opaque key, a random name that no other log-in has, and for whom its holder may act."""

    citizen: str
    name: str
    relations: Sequence[Relation] = ()


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
        self._choice = URLSafeSerializer(secret, salt="on behalf of")
        self._login = URLSafeTimedSerializer(secret, salt="log-in under way")

    def new(self, citizen: str, relations: Sequence[Relation] = ()) -> str:
        """The cookie of a new session."""
        packed = [one.packed() for one in relations]
        return str(self._session.dumps([citizen, secrets.token_urlsafe(16), packed]))

    def read(self, cookie: str) -> Session | None:
        """The session in a cookie; None if it was not made here, was changed or is over."""
        try:
            citizen, name, packed = cast(list[Any], self._session.loads(cookie, max_age=SESSION_S))
        except BadData:
            return None
        return Session(citizen, name, [unpacked(one) for one in packed])

    def new_choice(self, session: Session, whom: str) -> str:
        """The cookie that keeps for whom the session acts; good in this session only."""
        return str(self._choice.dumps([session.name, whom]))

    def read_choice(self, session: Session, cookie: str) -> str | None:
        """For whom the session acts, by key; None if the cookie was not made here for it."""
        try:
            name, whom = cast(list[Any], self._choice.loads(cookie))
        except BadData:
            return None
        return str(whom) if name == session.name else None

    def form_token(self, session: Session, whom: str = "") -> str:
        """What every form of the session carries: another site cannot know it.

        It is another for each `whom` the session acts for, so a form that was opened for one is never sent for another.
        """
        return hmac.new(self._secret, f"form {session.name} {whom}".encode(), hashlib.sha256).hexdigest()

    def is_form_token(self, session: Session, shown: str, whom: str = "") -> bool:
        """Whether a form was made by us, for this session and whom it acts for."""
        return hmac.compare_digest(self.form_token(session, whom).encode(), shown.encode())

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
