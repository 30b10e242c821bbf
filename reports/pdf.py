# pyright: reportUnknownMemberType=false, reportMissingImports=false, reportUnknownVariableType=false
"""A page as PDF, by WeasyPrint, which is an extra: a browser prints the same page without it."""

import logging
from typing import Any

_WAY_OUT = "Or print the page from a browser: it is made for A4."


def why_no_pdf() -> str | None:
    """Say why this machine cannot write PDF and what to do about it; None where it can."""
    try:
        _weasyprint()
    except ImportError:
        return f"PDF needs the extra `pdf` (WeasyPrint): .venv/bin/pip install -e '.[pdf]'. {_WAY_OUT}"
    except OSError as problem:
        first = str(problem).strip().partition("\n")[0]
        return (
            f"PDF needs the library Pango, and it cannot be loaded ({first}). Debian: apt install libpango-1.0-0 "
            f"libpangoft2-1.0-0. {_WAY_OUT}"
        )
    return None


def pdf_of(html: str) -> bytes:
    """Print a page on A4, tagged so that it can be read aloud; nothing is fetched.

    Raises
    ------
    ImportError, OSError
        This machine cannot write PDF; `why_no_pdf` says so beforehand.
    """
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it warns of what only SVG understands
    return _weasyprint().HTML(string=html, url_fetcher=_refuse).write_pdf(pdf_variant="pdf/ua-1")


def _weasyprint() -> Any:
    import weasyprint  # noqa: PLC0415  (an extra)

    return weasyprint


def _refuse(url: str, *_: object, **__: object) -> Any:
    raise ValueError(f"a report fetches nothing, and this one asked for {url}")
