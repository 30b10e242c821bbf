"""The admin pages as responses: templates without script, and headers that forbid any."""

import functools
import tomllib
from collections.abc import Mapping
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Final

from flask import Response, url_for
from jinja2 import Environment, PackageLoader, StrictUndefined

from reference_server.address_register.finding import Language

_PACKAGE: Final = "reference_server.address_register"
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def admin_page(
    template: str, language: Language, values: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """A page; in its template `tr("word", name=value)` says a word of admin_words.toml, `counted` one with a number."""
    words = admin_words()[language]

    def tr(word: str, /, **filled: object) -> str:
        return words[word].format_map(filled)

    def counted(word: str, n: int) -> str:
        return tr(f"{word}_one" if n == 1 else f"{word}_other", n=n)

    text = (
        _environment()
        .get_template(template)
        .render(language=language, tr=tr, counted=counted, url_of=_address, **values)
    )
    response = Response(text, status, mimetype="text/html")
    response.headers["Content-Language"] = language
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def admin_style() -> Response:
    """The style sheet of the admin pages."""
    response = Response(files(_PACKAGE).joinpath("admin.css").read_bytes(), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _address(endpoint: str, /, **values: Any) -> str:
    return url_for(f"admin.{endpoint}", _external=False, **values)


@functools.cache
def admin_words() -> dict[str, dict[str, str]]:
    """What the pages say, by language and word."""
    words: dict[str, dict[str, Any]] = tomllib.loads(
        files(_PACKAGE).joinpath("admin_words.toml").read_text(encoding="utf-8")
    )
    return words


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader(_PACKAGE, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
