"""One question over HTTP: no redirect is followed, no proxy asked, and nothing goes in the clear to another machine."""

import http.client
import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

WITHIN_S: Final = 20.0  # ASSUMPTION: a gateway or a server that is well answers sooner
_MOST: Final = 8_000_000  # bytes of an answer; a guard against one without end


class AddressRefused(ValueError):
    """An address cannot be used; the message says which and why."""


class NoAnswer(Exception):
    """Nobody answered, or nobody knows what; the message says why."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    status: int
    body: bytes


def require_safe(url: str) -> None:
    """Pass for https, and for http on this machine.

    Raises
    ------
    AddressRefused
        For any other.
    """
    parts = urlsplit(url)
    try:
        usable = bool(parts.hostname) and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or parts.scheme not in ("http", "https"):
        raise AddressRefused(f"{url!r} is no address: write for example https://sms.example.no/batches")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise AddressRefused(f"{url!r} would go over the net in the clear: use https, or http on this machine")


def ask(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Said:
    """Ask once.

    Raises
    ------
    NoAnswer
        No whole answer came; what was asked may have been done.
    """
    parts = urlsplit(url)
    port, host = parts.port, parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(host, port, timeout=WITHIN_S, context=ssl.create_default_context())
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=WITHIN_S)
    )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return Said(response.status, response.read(_MOST))
    except (OSError, ValueError, http.client.HTTPException) as problem:
        raise NoAnswer(str(problem) or type(problem).__name__) from problem
    finally:
        connection.close()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
