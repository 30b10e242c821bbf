"""Pages from templates: no script, no inline style, and headers that forbid both."""

import functools
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from flask import Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from reference_server.pages.language import Language

STYLE_PATH: Final = "/pages.css"
_YEAR_S: Final = 365 * 86400


def page(
    template: str, language: Language, values: Mapping[str, object], *, status: int = 200, form_targets: str = ""
) -> Response:
    """A page as a response; forms may be sent to this server and to `form_targets`, other origins."""
    template_of_page = _environment().get_template(template)
    text = template_of_page.render(language=language, tr=language.text, style=_style_address(), **values)
    response = Response(text, status, mimetype="text/html")
    response.headers["Content-Language"] = language.code
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_targets}".rstrip()
    )
    return response


def style() -> Response:
    """The style sheet, under an address that changes with it."""
    response = Response(_style(), mimetype="text/css")
    response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable"
    return response


@functools.cache
def _style() -> bytes:
    return files("reference_server.pages").joinpath("pages.css").read_bytes()


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reference_server.pages", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@functools.cache
def _style_address() -> str:
    return f"{STYLE_PATH}?{hashlib.sha256(_style()).hexdigest()[:12]}"
