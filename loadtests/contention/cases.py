"""The cases of the suite: each is one way in which booking servers are known to break.

A case has times of its own, so that what goes wrong in it is told apart from the others.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from loadtests.adapters.answers import About
from loadtests.adapters.checked import Checked
from loadtests.contention import breaks, crowds
from loadtests.contention.stage import Stage
from scenarios.strategy import Strategy


class Case(StrEnum):
    """What is tried; a closed set."""

    HOT_SLOT = "hot-slot"
    RETRY = "retry"
    HOLD_EXPIRY = "hold-expiry"
    CANCEL_REBOOK = "cancel-and-rebook"
    CHANGE = "change"
    LISTING = "listing"
    LIMIT = "limit"
    BROKEN_LINE = "broken-line"
    KILL_WEB = "kill-web"
    KILL_EHR = "kill-ehr"


ABOUT: Final = {
    Case.HOT_SLOT: "2, 16 and more clients want one place at the same moment",
    Case.RETRY: "a client hangs up before the answer and asks again, also twice at once, under the same key",
    Case.HOLD_EXPIRY: "a hold runs out, somebody else holds the place, and the first confirms too late",
    Case.CANCEL_REBOOK: "a place is given back and booked again, over and over, by several",
    Case.CHANGE: "holders of appointments move into each other's times",
    Case.LISTING: "lists are read all the time while places come and go",
    Case.LIMIT: "one citizen asks for several appointments at once",
    Case.BROKEN_LINE: "requests and answers are cut, reset or held up on the way, and who heard nothing asks again",
    Case.KILL_WEB: "the web process is killed (kill -9) in a burst, restarted, and everybody asks again",
    Case.KILL_EHR: "the record system is killed (kill -9) while reservations wait for it, and restarted",
}

MOST_HOLD_S: Final = 60.0


def why_not(case: Case, about: About, adapter: Checked, *, can_kill: bool) -> str | None:
    """Why a case does not apply to a server, or to what its adapter can do; None if it does."""
    if case is Case.CHANGE and not adapter.has("change"):
        return "the adapter has no change"
    if case in {Case.KILL_WEB, Case.KILL_EHR} and not can_kill:
        return "the server was started by somebody else, and its processes are theirs to stop"
    return _against_strategy(case, about.strategy) or _against_promises(case, about)


def _against_strategy(case: Case, strategy: Strategy) -> str | None:
    match case:
        case Case.HOLD_EXPIRY if strategy is not Strategy.HOLD:
            return f"the server's strategy is {strategy}, which holds nothing"
        case Case.RETRY | Case.LIMIT | Case.KILL_WEB if strategy is Strategy.HOLD:
            return "the server gives appointments by way of holds alone"
        case Case.KILL_EHR if strategy is not Strategy.QUEUED:
            return f"the server's strategy is {strategy}, which asks no record system"
        case Case.HOT_SLOT:
            return None
        case _ if strategy is Strategy.ASSIGN:
            return "the server assigns times, and citizens choose none"
        case _:
            return None


def _against_promises(case: Case, about: About) -> str | None:
    match case:
        case Case.HOLD_EXPIRY if about.hold_s > MOST_HOLD_S:
            return f"a hold lasts {about.hold_s:g} s there, too long to wait for"
        case Case.RETRY | Case.BROKEN_LINE | Case.KILL_WEB if not about.knows_keys:
            return "the server does not promise to know a reservation again that is sent twice"
        case Case.LIMIT if about.allowed != 1:
            return "the server lets citizens have more than one appointment"
        case _:
            return None


def play(case: Case, stage: Stage) -> str | None:
    """Let everybody do what the case asks for; what they saw is in the notes. Why it could not be played, if not."""
    return _PLAYED[case](stage)


_PLAYED: Final[Mapping[Case, Callable[[Stage], str | None]]] = {
    Case.HOT_SLOT: crowds.hot_slot,
    Case.RETRY: breaks.retry,
    Case.HOLD_EXPIRY: crowds.hold_expiry,
    Case.CANCEL_REBOOK: crowds.cancel_and_rebook,
    Case.CHANGE: crowds.change,
    Case.LISTING: crowds.listing,
    Case.LIMIT: crowds.limit,
    Case.BROKEN_LINE: breaks.broken_line,
    Case.KILL_WEB: breaks.kill_web,
    Case.KILL_EHR: breaks.kill_ehr,
}
