"""A page of this machine with a send-out as it goes, and the words that a person may say to it.

It reads the ledger and writes where `bolk pace --say` does: so it knows no recipient, and the pacer does not notice
whether it is there. It listens on 127.0.0.1 alone, answers to its own name alone, and opens with the key that the
command prints: others on the machine see nothing. Forms carry a token.
"""

import functools
import hmac
import secrets
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from flask import Flask, Response, request
from jinja2 import Environment, StrictUndefined, Template
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from loadtests.pacing.entries import Began, Line, Word
from loadtests.pacing.ledger import LedgerRefused, read_ledger
from loadtests.pacing.saying import NotUnderstood, command_of, say
from loadtests.pacing.state import State, after, begun
from loadtests.pacing.words import LanguageCode, Words, because, sentence, words_of
from scenarios.quantities import seconds_of

_COOKIE: Final = "bolk_pace"
_LANGUAGE: Final = "bolk_pace_language"
_LIVE_S: Final = 10
_MOST: Final = 100  # batches on the page, the newest first
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class _Batch(NamedTuple):
    number: int
    clock: str
    sms: str
    why: str


class SendOutPage:
    """The application: one page, one style sheet, one form."""

    def __init__(self, folder: Path, lang: LanguageCode) -> None:
        self._folder, self._lang = folder, lang
        self._key, self._form_token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.app = Flask("bolk pace", static_folder=None)
        self.app.before_request(self._let_in)
        self.app.add_url_rule("/", view_func=self._show)
        self.app.add_url_rule("/say", view_func=self._say, methods=["POST"])
        self.app.add_url_rule("/page.css", view_func=_style)
        self.app.after_request(_sealed)
        self.path = f"/?key={self._key}"

    def _let_in(self) -> Response | None:
        """Nobody without the key, and nobody who came here by another name (DNS rebinding)."""
        if request.host.partition(":")[0] not in ("127.0.0.1", "localhost") or request.endpoint is None:
            return Response(status=HTTPStatus.NOT_FOUND)
        if _same(request.cookies.get(_COOKIE, ""), self._key):
            return None
        if request.method == "GET" and _same(request.args.get("key", ""), self._key):
            response = _moved("/")
            response.set_cookie(_COOKIE, self._key, httponly=True, samesite="Strict")
            return response
        return None if request.path == "/page.css" else self._refused()

    def _show(self) -> Response:
        if request.args.get("lang") in ("nb", "en"):
            response = _moved("/")
            response.set_cookie(_LANGUAGE, request.args["lang"], httponly=True, samesite="Strict")
            return response
        words, is_live = self._words(), request.args.get("live") == "on"
        try:
            state, now = _stands(words, read_ledger(self._folder), str(self._folder))
        except LedgerRefused as problem:
            return Response(_page(words, refused=str(problem)), HTTPStatus.SERVICE_UNAVAILABLE)
        response = Response(
            _page(
                words,
                refused=None,
                state=state,
                now=now,
                live=is_live,
                dry=state.began.sender == "print",
                was_said=request.args.get("said") == "1",
                form_token=self._form_token,
                so_far=words.text("page.sent", sent=words.number(state.next), all=words.number(state.began.recipients)),
                said=_sayings(words, state),
                batches=_batches(words, state),
            )
        )
        if is_live:
            response.headers["Refresh"] = str(_LIVE_S)  # because somebody asked for it, and can end it
        return response

    def _say(self) -> Response:
        if not _same(request.form.get("form_token", ""), self._form_token):
            return self._refused()
        try:
            say(self._folder, command_of(request.form.get("word", "")))
        except NotUnderstood:
            return self._refused()
        return _moved("/?said=1")

    def _refused(self) -> Response:
        words = self._words()
        return Response(_page(words, refused=words.text("page.refused")), HTTPStatus.FORBIDDEN)

    def _words(self) -> Words:
        chosen = request.cookies.get(_LANGUAGE, self._lang)
        return words_of("nb" if chosen == "nb" else "en")


class ServedPage:
    """A page that is being served."""

    def __init__(self, address: str, over: threading.Event) -> None:
        self.address = address
        self._over = over

    def wait(self) -> None:
        """Wait for Ctrl-C."""
        self._over.wait()


@contextmanager
def serving(folder: Path, lang: LanguageCode) -> Generator[ServedPage]:
    """Serve the page of a send-out on this machine, at a port that is free, for the length of a `with` block."""
    page = SendOutPage(folder, lang)
    server: BaseWSGIServer = make_server("127.0.0.1", 0, page.app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield ServedPage(f"http://127.0.0.1:{server.server_port}{page.path}", threading.Event())
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  (werkzeug's name)
        """Say nothing: addresses carry the key."""


def _stands(words: Words, lines: Sequence[Line], folder: str) -> tuple[State, str]:
    """Where it stands, and the newest line that is a sentence."""
    began = lines[0] if lines else None
    if not isinstance(began, Began):
        raise LedgerRefused(f"{folder}: the ledger does not begin as one")
    state = begun(began, seconds_of(began.policy["pause"]))
    newest = sentence(words, began, state, folder) or ""
    for line in lines[1:]:
        state = after(state, line)
        newest = sentence(words, line, state, folder) or newest
    return state, newest


def _sayings(words: Words, state: State) -> list[tuple[str, str]]:
    pending = state.pending
    found = [(Word.RESUME, "resume")] if state.paused else [(Word.PAUSE, "pause")]
    said = [
        (word.value, words.text(f"page.{name}")) for word, name in [*found, (Word.NOW, "next"), (Word.STOP, "stop")]
    ]
    if pending is None or state.unsure is None:
        return said
    about = [(Word.WAS_SENT, "was_sent"), (Word.WAS_NOT_SENT, "was_not_sent")]
    return [
        *((f"{word} {pending.batch}", words.text(f"page.{name}", batch=pending.batch)) for word, name in about), *said
    ]  # fmt: skip


def _batches(words: Words, state: State) -> list[_Batch]:
    newest = [one for one in reversed((*state.sent, state.pending)) if one is not None][:_MOST]
    return [
        _Batch(one.batch, words.moment(one.at, one.at), words.number(one.count), because(words, one, state))
        for one in newest
    ]


def _page(words: Words, **values: object) -> str:
    return _template().render(words=words, tr=words.text, **values)


@functools.cache
def _template() -> Template:
    text = files("loadtests.pacing").joinpath("page.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(text)


def _style() -> Response:
    return Response(files("loadtests.pacing").joinpath("page.css").read_bytes(), mimetype="text/css")


def _sealed(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _moved(where: str) -> Response:
    response = Response(status=HTTPStatus.SEE_OTHER)
    response.location = where
    return response


def _same(shown: str, kept: str) -> bool:
    return hmac.compare_digest(shown.encode(), kept.encode())
