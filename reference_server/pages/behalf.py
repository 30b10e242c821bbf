"""For whom the pages are used: who is logged in, or somebody whom this citizen may act for today."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from flask import request

from reference_server.pages.session import Session, Sessions
from reference_server.relations import Relation

CHOICE_COOKIE: Final = "bolk_on_behalf_of"


@dataclass(frozen=True, slots=True)
class Oneself:
    """Nobody else was chosen."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody was chosen, and the relation holds."""

    relation: Relation


@dataclass(frozen=True, slots=True)
class NotRepresented:
    """The browser says somebody whom this citizen may not act for, or no longer."""


OnBehalf: TypeAlias = Oneself | Chosen | NotRepresented


class Behalf:
    """Holds what the browser says against what the log-in said, at every request.

    Parameters
    ----------
    sessions : Sessions
    clock : callable
        Local time in Norway, without zone.
    """

    def __init__(self, sessions: Sessions, clock: Callable[[], dt.datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    def standing(self, session: Session) -> Sequence[Relation]:
        """Whom the session may act for today."""
        today = self._clock().date()
        return [one for one in session.relations if one.holds(today)]

    def of(self, session: Session) -> OnBehalf:
        """For whom this request is."""
        if CHOICE_COOKIE not in request.cookies:
            return Oneself()
        whom = self._whom(session)
        found = next((one for one in self.standing(session) if one.whom == whom), None)
        return NotRepresented() if found is None else Chosen(found)

    def name(self, session: Session) -> str | None:
        """The name of whom this request is on behalf of; None for oneself, and where it may not be."""
        now = self.of(session)
        return now.relation.name if isinstance(now, Chosen) else None

    def form_token(self, session: Session) -> str:
        """What a form of this page carries."""
        return self._sessions.form_token(session, self._whom(session))

    def is_form_token(self, session: Session, shown: str) -> bool:
        """Whether a form was made by us, in this session and for whom it now acts."""
        return self._sessions.is_form_token(session, shown, self._whom(session))

    def _whom(self, session: Session) -> str:
        return self._sessions.read_choice(session, request.cookies.get(CHOICE_COOKIE, "")) or ""
