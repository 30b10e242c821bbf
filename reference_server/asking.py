"""What a request must bring along beside its body: whose it is, its key, and which part of a list it wants."""

import base64
import binascii
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, Protocol, TypeVar
from urllib.parse import urlencode

from flask import Response, g, request

from reference_server.openapi import Parameter
from reference_server.web import refuse


class Entry(Protocol):
    """What stands in a list: it has a name that no other entry has."""

    @property
    def id(self) -> str:
        """The name."""
        ...


_Entry = TypeVar("_Entry", bound=Entry)

MAX_KEY_LENGTH: Final = 64
MOST_ON_A_PAGE: Final = 100
_KEY: Final = re.compile(rf"[!-~]{{1,{MAX_KEY_LENGTH}}}", re.ASCII)
_LIMIT: Final = re.compile(r"[1-9]\d{0,2}", re.ASCII)

KEY: Final = Parameter(
    name="Idempotency-Key",
    place="header",
    says="Chosen by the client for this one wish. Asking again with it changes nothing and gives the same answer.",
    schema={"type": "string", "pattern": f"^{_KEY.pattern}$"},
    example="5e1d9a-17-1",
)
PAGE: Final = (
    Parameter(
        name="limit",
        place="query",
        says="Most entries in one answer.",
        schema={"type": "integer", "minimum": 1, "maximum": MOST_ON_A_PAGE, "default": MOST_ON_A_PAGE},
        example=20,
        required=False,
    ),
    Parameter(
        name="cursor",
        place="query",
        says="Where the previous page ended; only ever taken from its Link.",
        schema={"type": "string"},
        example="YTU4YmY4ZDgtNDk0OS00YTFlLTk1ZjgtN2QxN2I4ODg5OGIw",
        required=False,
    ),
)


def citizen() -> str:
    """The key of the citizen whom the request concerns, most often who asks; without one the request ends."""
    key: str | None = g.citizen
    if key is None:
        refuse(HTTPStatus.UNAUTHORIZED, "log in first and send the token", {"WWW-Authenticate": "Bearer"})
    return key


def acting() -> str | None:
    """The key of who asks on behalf of `citizen`; None where that is the citizen."""
    key: str | None = g.get("acting")
    return key


def idempotency_key() -> str:
    """The key of this wish; without a good one the request ends."""
    key: str = request.environ.get("HTTP_IDEMPOTENCY_KEY", "")
    if not is_key(key):
        wanted = f"a header Idempotency-Key of 1 to {MAX_KEY_LENGTH} visible ASCII characters"
        refuse(HTTPStatus.BAD_REQUEST, f"expected {wanted}")
    return key


def is_key(text: str) -> bool:
    """Whether it can be the key of a wish."""
    return _KEY.fullmatch(text) is not None


def page_of(entries: Sequence[_Entry]) -> tuple[Sequence[_Entry], dict[str, str]]:
    """The part of a list that the request asks for, and the headers that lead on from there.

    An answer that becomes visible while somebody turns the pages may stand before the cursor; it is there at the next
    reading from the start.
    """
    limit, cursor = request.args.get("limit", str(MOST_ON_A_PAGE)), request.args.get("cursor")
    if not (_LIMIT.fullmatch(limit) and int(limit) <= MOST_ON_A_PAGE):
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"expected a limit from 1 to {MOST_ON_A_PAGE}")
    begin = 0 if cursor is None else _after(entries, cursor)
    end = begin + int(limit)
    if end >= len(entries):
        return entries[begin:], {}
    onwards = request.args.to_dict() | {"limit": limit, "cursor": _cursor(entries[end - 1])}
    return entries[begin:end], {"Link": f'<{request.path}?{urlencode(onwards)}>; rel="next"'}


def with_headers(response: Response, headers: dict[str, str]) -> Response:
    """The response with these headers on top."""
    response.headers.update(headers)
    return response


def _cursor(last: Entry) -> str:
    return base64.urlsafe_b64encode(last.id.encode()).decode().rstrip("=")


def _after(entries: Sequence[Entry], cursor: str) -> int:
    try:
        last = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        last = ""
    ends = [index for index, one in enumerate(entries, start=1) if one.id == last]
    if not ends:
        refuse(HTTPStatus.NOT_FOUND, "no such cursor; begin again without one")
    return ends[0]
