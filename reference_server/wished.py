"""A wish as a request says it: read in Flask's way, or in a short one where there is nothing unusual about it.

In a wave thousands ask for a time within minutes, and what Flask does around a request takes longer than reading it.
So a request that would come as far as the storage goes there directly. Everything else, whatever is wrong with it, is
left to the long way, which refuses it in its own words; what is decided is decided by the same function in both.
"""

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Response

from reference_server.asking import acting, citizen, idempotency_key, is_key
from reference_server.books import Books
from reference_server.door import Door
from reference_server.representing import is_for_another
from reference_server.storage import StorageUnavailable, Wish
from reference_server.web import plain_length, texts_and_more_in_body, texts_and_more_of, unavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def asked_wish(books: Books) -> Wish:
    """The wish of the request that Flask works on; anything else ends the request."""
    whose, key = citizen(), idempotency_key()
    (book_id, start), asked = texts_and_more_in_body("book", "start", may_have="meeting")
    books.check_time(books[book_id].id, start)
    meeting = books.meeting(book_id, asked)
    return Wish(citizen=whose, idempotency_key=key, book=book_id, start=start, acting=acting(), meeting=meeting)


class ShortWay:
    """Past Flask, for wishes of citizens for themselves.

    Parameters
    ----------
    decide : callable
        What becomes of a wish, as an answer.
    """

    def __init__(self, door: Door, books: Books, decide: Callable[[Wish], Response]) -> None:
        self._door = door
        self._books = books
        self._decide = decide

    def answer(self, environ: "WSGIEnvironment") -> Response | None:
        """What the request gets; None sends it the long way, with its body as it came."""
        length, key = plain_length(environ), environ.get("HTTP_IDEMPOTENCY_KEY", "")
        whose = self._door.citizen_of(environ)
        if length is None or whose is None or not is_key(key) or is_for_another(environ):
            return None
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = io.BytesIO(body)
        wish = self._wish(whose, key, body)
        if wish is None or not self._door.lets_in(whose):
            return None
        try:
            return self._decide(wish)
        except StorageUnavailable:
            return unavailable()
        except Exception:
            return None  # asking again is safe, and what goes wrong once more is told as every error is

    def _wish(self, whose: str, key: str, body: bytes) -> Wish | None:
        try:
            read: Any = json.loads(body.decode())
        except (ValueError, RecursionError):
            return None
        texts, asked = texts_and_more_of(read, ("book", "start"), "meeting") or ((), None)
        if not texts or not self._books.has_time(*texts):
            return None
        book_id, start = texts
        offered = self._books.card(book_id).meetings
        meeting = next((one for one in offered if asked in (None, one)), None)
        if meeting is None:
            return None
        return Wish(citizen=whose, idempotency_key=key, book=book_id, start=start, meeting=meeting)
