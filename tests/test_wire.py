"""HTTP as bytes: however a response is cut on its way, the same is read; what is none is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from loadtests.api import Call, Response
from loadtests.wire import Garbled, read_response, request_bytes
from scenarios.attempts import Operation

BODIES = some.binary(max_size=200)


def read(sent: bytes, cuts: list[int]) -> tuple[Response, bool]:
    """What is read when it comes in pieces of these lengths, and then all the rest."""
    pieces = list[bytes]()
    for length in cuts:
        pieces.append(sent[:length])
        sent = sent[length:]
    waiting = iter([*(piece for piece in pieces if piece), *([sent] if sent else []), b""])
    return read_response(lambda: next(waiting))


@given(
    BODIES,
    some.lists(some.integers(1, 40), max_size=20),
    some.integers(200, 599).filter(lambda c: c != 204 and c != 304),
)
def test_a_response_is_the_same_however_it_is_cut(body: bytes, cuts: list[int], code: int):
    sent = b"HTTP/1.1 %d What\r\nServer: x\r\nCONTENT-LENGTH: %d\r\n\r\n%s" % (code, len(body), body)
    assert read(sent, cuts) == (Response(code, body), True)
    assert read(b"HTTP/1.1 100 Continue\r\n\r\n" + sent, cuts) == (Response(code, body), True)
    closing = sent.replace(b"Server: x", b"Connection: close")
    assert read(closing, cuts) == (Response(code, body), False)


@given(some.lists(BODIES.filter(bool), max_size=5), some.lists(some.integers(1, 40), max_size=20))
def test_chunks_are_put_together(parts: list[bytes], cuts: list[int]):
    chunks = b"".join(b"%x;note\r\n%s\r\n" % (len(part), part) for part in parts)
    sent = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    assert read(sent, cuts) == (Response(200, b"".join(parts)), True)


@given(BODIES, some.lists(some.integers(1, 40), max_size=20))
def test_a_body_without_a_length_goes_to_the_end_of_the_connection(body: bytes, cuts: list[int]):
    assert read(b"HTTP/1.0 200 OK\r\n\r\n" + body, cuts) == (Response(200, body), False)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"SMTP ready\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n",
    ],
)
def test_what_is_no_whole_response_is_refused(sent: bytes):
    with pytest.raises(Garbled):
        read(sent, [])


def test_more_than_was_asked_for_ends_the_connection():
    answer, goes_on = read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhimore", [])
    assert (answer.body, goes_on) == (b"hi", False)


def test_a_call_goes_over_the_wire_with_a_length_and_nothing_can_be_slipped_in():
    call = Call(
        operation=Operation.LOGIN, method="POST", url="", headers={"Authorization": "Bearer t"}, body={"a": "b"}
    )
    sent = request_bytes(call, "127.0.0.1:1", "/login")
    assert sent.startswith(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1:1\r\n")
    assert sent.endswith(b'Content-Length: 10\r\n\r\n{"a": "b"}')
    sly = Call(
        operation=Operation.LOGIN, method="GET", url="", headers={"Authorization": "Bearer t\r\nHost: elsewhere"}
    )
    with pytest.raises(ValueError, match="cannot be sent"):
        request_bytes(sly, "127.0.0.1:1", "/login")
    with pytest.raises(ValueError, match="cannot be sent"):
        request_bytes(call, "127.0.0.1:1", "/log in")
