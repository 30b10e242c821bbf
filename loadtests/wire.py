"""HTTP/1.1 as bytes: a request to be sent, and a response out of whatever pieces it comes in. No socket here.

Only what a load test needs of it, since every request pays for every line: no redirects, no cookies, no compression.
"""

import json
import re
from collections.abc import Callable
from typing import Final

from loadtests.api import Call, Response

_PATH: Final = re.compile(r"/[!-~]*")
_FIELD: Final = re.compile(r"[ -~]*")
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n")
_END: Final = b"\r\n\r\n"
_MOST_HEAD: Final = 65536
_EMPTY: Final = frozenset({204, 304})


class Garbled(ValueError):
    """What came is no HTTP response, or the connection ended in the middle of one."""


def request_bytes(call: Call, host: str, path: str) -> bytes:
    """A call as it goes over the wire.

    Raises
    ------
    ValueError
        The path or a header would end where it should not: a server's token with a line break, for example.
    """
    body = b"" if call.body is None else json.dumps(call.body).encode()
    fields = "".join(f"{name}: {value}\r\n" for name, value in call.headers.items())
    if not _PATH.fullmatch(path) or not all(map(_FIELD.fullmatch, call.headers.values())):
        raise ValueError(f"cannot be sent as HTTP: {call.method} {path!r} with {call.headers!r}")
    said = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if call.body is not None else ""
    head = f"{call.method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\n{fields}{said}\r\n"
    return head.encode("ascii") + body


def read_response(receive: Callable[[], bytes]) -> tuple[Response, bool]:
    """Read one response, and whether the connection can be used again.

    Parameters
    ----------
    receive : callable
        The next bytes of the connection; none when it has ended.

    Raises
    ------
    Garbled
        This is no response.
    """
    code, head, body = _head(receive, b"")
    while 100 <= code < 200:
        code, head, body = _head(receive, body)
    goes_on = b"\r\nconnection: close\r\n" not in head
    length = _LENGTH.search(head)
    if length is not None:
        body, goes_on = _of_length(receive, body, int(length[1])), goes_on and len(body) <= int(length[1])
    elif code in _EMPTY:
        goes_on = goes_on and not body
    elif b"\r\ntransfer-encoding: chunked\r\n" in head:
        body = _of_chunks(receive, body)
    else:
        body, goes_on = _to_the_end(receive, body), False
    return Response(code, body), goes_on


def _head(receive: Callable[[], bytes], got: bytes) -> tuple[int, bytes, bytes]:
    """The status, the headers in small letters, and what came after them."""
    while (end := got.find(_END)) < 0:
        piece = receive()
        if not piece or len(got) > _MOST_HEAD:
            raise Garbled(f"no end of headers after {len(got)} bytes")
        got += piece
    if got[:7] != b"HTTP/1." or not got[9:12].isdigit():
        raise Garbled(f"no status in {got[:32]!r}")
    return int(got[9:12]), got[: end + 4].lower(), got[end + 4 :]


def _of_length(receive: Callable[[], bytes], got: bytes, length: int) -> bytes:
    pieces, missing = [got], length - len(got)
    while missing > 0:
        piece = receive()
        if not piece:
            raise Garbled(f"{missing} bytes are missing")
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)[:length] if len(pieces) > 1 else got[:length]


def _of_chunks(receive: Callable[[], bytes], got: bytes) -> bytes:
    body = b""
    while True:
        while b"\r\n" not in got:
            got += _more(receive)
        size, _, got = got.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            raise Garbled(f"no size of a chunk in {size[:32]!r}") from None
        while len(got) < length + 2:
            got += _more(receive)
        body, got = body + got[:length], got[length + 2 :]
        if not length:
            return body


def _to_the_end(receive: Callable[[], bytes], got: bytes) -> bytes:
    pieces = [got]
    while piece := receive():
        pieces.append(piece)
    return b"".join(pieces)


def _more(receive: Callable[[], bytes]) -> bytes:
    piece = receive()
    if not piece:
        raise Garbled("the connection ended between chunks")
    return piece
