"""A booking server that answers every page with the same words at once: nothing but the generator is measured on it."""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from scenarios.attempts import Outcome

BOOK: Final = "9999-1"
DATE: Final = "2021-05-10"
START: Final = "2021-05-10T08:30"

_SLOT: Final = {"outcome": Outcome.CONFIRMED, "slot": f"{BOOK}/{START}/1", "start": START, "reservation": "R"}
_SAID: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "login": ("200 OK", {"token": "t"}),
    "full": ("503 Service Unavailable", {"error": "full"}),
    "books": ("200 OK", {"books": [{"id": BOOK}]}),
    "days": ("200 OK", {"days": [{"date": DATE, "free": 1}]}),
    "slots": ("200 OK", {"slots": [{"start": START, "free": 1}]}),
    "reservations": ("201 Created", _SLOT),
    "inbox": ("200 OK", {"messages": [_SLOT]}),
}
_ANSWERS: Final = {
    path: (status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], [body])
    for path, (status, body) in ((path, (status, json.dumps(said).encode())) for path, (status, said) in _SAID.items())
}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI: the answer belongs to the last part of the path."""
    environ["wsgi.input"].read()
    status, headers, body = _ANSWERS[environ["PATH_INFO"].rpartition("/")[2]]
    start_response(status, headers)
    return body
