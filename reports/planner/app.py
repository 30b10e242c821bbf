"""The planning page's addresses: the form, the answer at once, the job, and the files of both.

Everything but the jobs is a GET whose address holds the question: it changes nothing, and can be kept or shared. There
is no session, no cookie and no script.
"""

import datetime as dt
import hmac
import secrets
import traceback
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from reports.language import Language
from reports.notation import LanguageCode
from reports.planner.answers import Refusal, count_of
from reports.planner.desk import Busy, Desk
from reports.planner.downloads import KINDS, made
from reports.planner.form import form_of
from reports.planner.jobs import LONGEST_S, MOST_WAITING, Job, Jobs, Standing
from reports.planner.pages import page_of, style
from reports.planner.question import Asked, asked_in
from reports.planner.raw import DEFAULTS, Raw, raw_of
from reports.planner.view import view_of
from reports.planner.words import language_asked, words_of
from scenarios.result import Result

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_LONGEST_ADDRESS: Final = 4_000
_LONGEST_FORM: Final = 16_000
_WAIT_S: Final = 5
_LIVE_S: Final = 3
_PRESETS: Final = {
    "small": {"invited": "500", "slots": "500"},
    "medium": {"municipality": "Eigersund", "age_from": "45", "age_to": "54", "slots": "1680"},
    "large": {"municipality": "Stavanger", "age_from": "45", "age_to": "54", "slots": "16800"},
}


class PlannerPage:
    """The application; `today` says which day it is, for the date that the form begins with."""

    def __init__(
        self, desk: Desk, jobs: Jobs, lang: LanguageCode, *, any_host: bool = False,
        today: Callable[[], dt.date] = dt.date.today,
    ) -> None:  # fmt: skip
        self._desk, self._jobs, self._any_host, self._today = desk, jobs, any_host, today
        self._lang: LanguageCode = lang
        self._form_token = secrets.token_urlsafe(24)
        self.app = app = Flask("bolk planner", static_folder=None)
        app.config["MAX_CONTENT_LENGTH"] = _LONGEST_FORM
        app.before_request(self._let_in)
        app.add_url_rule("/", view_func=self._form)
        app.add_url_rule("/plan", view_func=self._plan)
        app.add_url_rule("/plan/<name>", view_func=self._file)
        app.add_url_rule("/plan/jobs", view_func=self._begin, methods=["POST"])
        app.add_url_rule("/plan/jobs/<job_id>", view_func=self._job)
        app.add_url_rule("/plan/jobs/<job_id>/cancel", view_func=self._cancel, methods=["POST"])
        app.add_url_rule("/plan/jobs/<job_id>/<name>", view_func=self._job_file)
        app.add_url_rule("/planner.css", view_func=_style)
        app.register_error_handler(HTTPException, self._not_here)
        app.register_error_handler(Exception, self._failed)
        app.after_request(_sealed)

    def _let_in(self) -> Response | None:
        """Nobody who came here by another name (DNS rebinding), and no address that is longer than a form is."""
        if not self._any_host and urlsplit(f"//{request.host}").hostname not in ("127.0.0.1", "localhost"):
            return Response(status=HTTPStatus.NOT_FOUND)
        if len(request.query_string) > _LONGEST_ADDRESS:
            return self._said("too_much", HTTPStatus.REQUEST_URI_TOO_LONG)
        if request.method == "POST" and not self._from_here():
            return self._said("refused", HTTPStatus.FORBIDDEN)
        return None

    def _from_here(self) -> bool:
        """Whether a form was sent from this page: it has the page's token, and no other site as its origin."""
        origin = request.headers.get("Origin")
        own = origin is None or urlsplit(origin).netloc == request.host
        fetched = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
        token = request.form.get("form_token", "")
        return own and fetched and hmac.compare_digest(token.encode(), self._form_token.encode())

    def _form(self) -> Response:
        words = self._words()
        presets = [(name, f"/plan?{urlencode({**values, 'lang': words.code})}") for name, values in _PRESETS.items()]
        return self._page("form", form=form_of(raw_of({}, self._today()), words), presets=presets)

    def _plan(self) -> Response:
        raw = raw_of(request.args, self._today())
        if "fill" in request.args:
            return self._filled(raw)
        asked = asked_in(raw)
        if not isinstance(asked, Asked):
            return self._refused(raw, asked)
        result = self._desk.ask(asked.question)
        return self._wait(result) if isinstance(result, Busy) else self._answer(asked, raw, result)

    def _filled(self, raw: dict[str, str]) -> Response:
        """The form with the number that the register has."""
        count = count_of(raw)
        if not isinstance(count, int):
            return self._refused(raw, count)
        raw["invited"] = str(count)
        return self._page("form", form=form_of(raw, self._words()), presets=[], counted=count)

    def _answer(self, asked: Asked, raw: Raw, result: Result, job: Job | None = None) -> Response:
        words = self._words()
        query = urlencode({**raw, "lang": words.code})
        files = f"/plan/jobs/{job.id}/{{}}?lang={words.code}" if job else f"/plan/{{}}?{query}"
        view = view_of(result, words)
        kinds = [name for name in KINDS if view.has_plan or not name.startswith(("schedule", "calendar"))]
        return self._page(
            "answer",
            form=form_of(raw, words),
            answers=asked.answers,
            view=view,
            job=job,
            files=[(name.partition(".")[0], files.format(name)) for name in kinds],
            quick_address=f"/plan?{query}",
            reset_address=f"/plan?{urlencode({**raw, **DEFAULTS, 'lang': words.code})}",
        )

    def _refused(self, raw: Raw, refusals: Sequence[Refusal]) -> Response:
        form = form_of(raw, self._words(), refusals)
        return self._page("form", HTTPStatus.UNPROCESSABLE_ENTITY, form=form, presets=[])

    def _file(self, name: str) -> Response:
        asked = asked_in(raw_of(request.args, self._today()))
        if not isinstance(asked, Asked):
            return self._refused(raw_of(request.args, self._today()), asked)
        result = self._desk.ask(asked.question)
        if isinstance(result, Busy):
            return self._wait(result)
        content = self._desk.have(made, name, result, asked.question, self._words().code)
        return self._wait(content) if isinstance(content, Busy) else self._sent(name, content)

    def _begin(self) -> Response:
        raw = raw_of(request.form, self._today())
        asked = asked_in(raw)
        if not isinstance(asked, Asked):
            return self._refused(raw, asked)
        job_id = self._jobs.put(asked.question, raw)
        if job_id is None:
            response = self._said("queue", HTTPStatus.SERVICE_UNAVAILABLE, group="wait", waiting=MOST_WAITING)
            response.headers["Retry-After"] = "120"
            return response
        return _moved(f"/plan/jobs/{job_id}?{urlencode({'lang': self._words().code, 'live': 'on'})}")

    def _job(self, job_id: str) -> Response:
        job = self._jobs.job(job_id)
        asked = asked_in(raw_of(job.raw, self._today())) if job else None
        if job is None or not isinstance(asked, Asked):
            return self._said("nothing_here", HTTPStatus.NOT_FOUND, text="nothing_here_text")
        result = self._jobs.result(job_id)
        if result is not None:
            return self._answer(asked, raw_of(job.raw, self._today()), result, job)
        under_way = job.standing in (Standing.WAITING, Standing.RUNNING)
        live = under_way and request.args.get("live") == "on"
        response = self._page(
            "job",
            job=job,
            live=live,
            live_s=_LIVE_S,
            under_way=under_way,
            longest_min=round(LONGEST_S / 60),
            quick_address=f"/plan?{urlencode({**job.raw, 'lang': self._words().code})}",
        )
        if live:
            response.headers["Refresh"] = str(_LIVE_S)  # because somebody asked for it, and can end it
        return response

    def _cancel(self, job_id: str) -> Response:
        self._jobs.cancel(job_id)
        return _moved(f"/plan/jobs/{job_id}?lang={self._words().code}")

    def _job_file(self, job_id: str, name: str) -> Response:
        result, job = self._jobs.result(job_id), self._jobs.job(job_id)
        asked = asked_in(raw_of(job.raw, self._today())) if job else None
        if result is None or not isinstance(asked, Asked):
            return self._said("nothing_here", HTTPStatus.NOT_FOUND, text="nothing_here_text")
        content = self._desk.have(made, name, result, asked.question, self._words().code)
        return self._wait(content) if isinstance(content, Busy) else self._sent(name, content)

    def _sent(self, name: str, content: bytes | None) -> Response:
        if content is None:
            return self._said("nothing_here", HTTPStatus.NOT_FOUND, text="nothing_here_text")
        kind, filename = KINDS[name]
        response = Response(content, content_type=kind)
        response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
        return response

    def _wait(self, busy: Busy) -> Response:
        if busy is Busy.TOO_LONG:
            return self._said("too_long", HTTPStatus.SERVICE_UNAVAILABLE, group="wait")
        response = self._said("text", HTTPStatus.SERVICE_UNAVAILABLE, group="wait", title="title", seconds=_WAIT_S)
        response.headers["Retry-After"] = response.headers["Refresh"] = str(_WAIT_S)
        return response

    def _said(
        self, message: str, status: HTTPStatus, *, group: str = "page", title: str = "", text: str = "",
        **values: str | int,
    ) -> Response:  # fmt: skip
        """A page that says one thing."""
        words = self._words()
        shown = words.text(f"planner.{group}.{text or message}", count=None, **values)
        heading = words.text(f"planner.{group}.{title or f'{message}_title'}")
        return self._page("said", status, heading=heading, shown=shown, again=group == "wait" and title != "")

    def _not_here(self, problem: HTTPException) -> Response:
        if problem.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return self._said("too_much", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        status = HTTPStatus(problem.code or HTTPStatus.NOT_FOUND)
        return self._said("nothing_here", status, text="nothing_here_text")

    def _failed(self, problem: Exception) -> Response:
        traceback.print_exception(problem)
        return self._said("failed", HTTPStatus.INTERNAL_SERVER_ERROR)

    def _page(self, template: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
        words = self._words()
        other = "en" if words.code == "nb" else "nb"
        here = request.path if request.method == "GET" else "/"
        text = page_of(
            template,
            words,
            other_address=f"{here}?{urlencode({**request.args.to_dict(), 'lang': other})}",
            here=f"{here}?{urlencode(request.args.to_dict())}",
            form_token=self._form_token,
            **values,
        )
        return Response(text, status, content_type="text/html; charset=utf-8")

    def _words(self) -> Language:
        said = request.args.get("lang")
        if said is None and request.method == "POST" and (request.content_length or 0) <= _LONGEST_FORM:
            said = request.form.get("lang")
        return words_of(language_asked(said, request.headers.get("Accept-Language"), self._lang))


def _style() -> Response:
    return Response(style(), mimetype="text/css")


def _moved(where: str) -> Response:
    response = Response(status=HTTPStatus.SEE_OTHER)
    response.location = where
    return response


def _sealed(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"  # with none, browsers hide where a form came from
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
