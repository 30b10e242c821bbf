"""Who may use the admin pages: whoever has shown the admin token, and forms that came from us."""

import hmac
import secrets
from typing import Final

from itsdangerous import BadData, URLSafeTimedSerializer

SESSION_S: Final = 8 * 3600
"""How long a log-in lasts. ASSUMPTION: a working day."""
PLAN_S: Final = 3600
"""How long a trial of a file may wait for its yes. ASSUMPTION."""


class AdminSessions:
    """Makes and reads the cookies of the admin pages; a new admin token ends all of them."""

    def __init__(self, secret: str, admin_token: str) -> None:
        self._token = admin_token.encode()
        self._sessions = URLSafeTimedSerializer(f"{secret} {admin_token}", salt="admin session")
        self._plans = URLSafeTimedSerializer(f"{secret} {admin_token}", salt="admin plan")

    def begun(self, shown: str) -> str | None:
        """A new session for whoever shows the admin token; None for anybody else."""
        if not hmac.compare_digest(shown.strip().encode(), self._token):
            return None
        return str(self._sessions.dumps(secrets.token_urlsafe(32)))

    def form_token(self, session: str) -> str | None:
        """What the forms of a session carry; None if the session was not begun here, or is over."""
        try:
            return str(self._sessions.loads(session, max_age=SESSION_S))
        except BadData:
            return None

    def sealed(self, session: str, plan: str) -> str:
        """A plan that was tried, so that what is put in is what was tried, in the same session."""
        return str(self._plans.dumps([self.form_token(session), plan]))

    def opened(self, session: str, sealed: str) -> str | None:
        """The plan that was sealed; None if it is not from this session, was changed or is too old."""
        try:
            token, plan = self._plans.loads(sealed, max_age=PLAN_S)
        except BadData:
            return None
        return str(plan) if token == self.form_token(session) else None
