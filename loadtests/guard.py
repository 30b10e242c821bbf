"""Where load may go: to this machine, and to hosts that somebody stated by name; nowhere else, however it is asked for.

Three fences, one behind the other. A URL is read before anything is sent. A name is looked up once, and what it meant
then is connected to ever after. And every connection that Python opens can be watched where it is made, so that neither
a redirect, nor a name that means something else by now, nor a class with a library of its own leads elsewhere.

Outside all three is what opens connections without Python's sockets: a library in C, a program that is started.
"""

import functools
import ipaddress
import re
import socket
import sys
import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

# Nothing that two parsers could read differently: no user, no backslash, no space, no fragment.
_URL: Final = re.compile(r"https?://(\[[0-9a-fA-F:.]+\]|[0-9A-Za-z.-]+)(:\d{1,5})?(/[^\s\\@#]*)?")
_HOST: Final = re.compile(r"[0-9a-z]([0-9a-z.-]*[0-9a-z])?|[0-9a-f:.]*:[0-9a-f:.]*")
_PORTS: Final = {"http": 80, "https": 443}
STATED: Final = "BOLK_MAY_LOAD_TEST"
"""The environment variable that states hosts, with spaces between: what a worker's own machine says."""

_MADE: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
"""What Python tells (`sys.audit`) before anything leaves this process for an address."""


class ForbiddenTarget(ValueError):
    """Load may go to this machine and to stated hosts only, and the address is neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A server that load may go to: as its URL names it, and the addresses that the name meant when first asked."""

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets load go to this machine, and to the hosts that were stated by name.

    Attributes
    ----------
    stated : frozenset of str
        Names or addresses that somebody said may be load-tested; see `guard_for`.
    """

    stated: frozenset[str] = frozenset()
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]], compare=False, repr=False)

    def require(self, url: str) -> Site:
        """Where a URL leads, if load may go there.

        Raises
        ------
        ForbiddenTarget
            It leads elsewhere, or two programs could read it differently; naming what was given.
        """
        match = _URL.fullmatch(url)
        host = "" if match is None else match[1].strip("[]").lower()
        addresses = self._addresses(host) if host else ()
        if not addresses:
            raise ForbiddenTarget(
                f"load goes to this machine only, and {url!r} is somewhere else (or unclear). "
                "Give a server on 127.0.0.1, ::1 or localhost, for example http://127.0.0.1:5000"
                + (f", or state that you may: --i-may-load-test {host}" if host else "")
            )
        parts = urlsplit(url)
        return Site(scheme=parts.scheme, host=host, port=parts.port or _PORTS[parts.scheme], addresses=addresses)

    def connect(self, site: Site, patience_s: float) -> socket.socket:
        """A connection to a site, at an address that its name meant when it was first asked.

        Raises
        ------
        OSError
            Nobody answers at any of them.
        """
        for last, address in enumerate(site.addresses, 1 - len(site.addresses)):
            try:
                connection = socket.create_connection((address, site.port), timeout=patience_s)
            except OSError:
                if last == 0:
                    raise
            else:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection
        raise OSError(f"{site.host} has no address")

    @contextmanager
    def watching(self) -> Generator[None]:
        """Let this thread connect to nothing else, whatever it uses to connect, for the length of a `with` block."""
        _hook()
        before, _in_thread.guard = _guard_here(), self
        try:
            yield
        finally:
            _in_thread.guard = before

    def watch_process(self) -> None:
        """Let this process connect to nothing else, from any thread, until it ends."""
        _hook()
        _of_process.append(self)

    def require_peer(self, peer: object) -> None:
        """Pass for the address of a socket that load may go to; sockets that are files stay on this machine.

        Raises
        ------
        ForbiddenTarget
            For any other, a name among them: it would be looked up once more.
        """
        if not isinstance(peer, tuple):
            return
        host = str(peer[0])  # pyright: ignore[reportUnknownArgumentType]
        if _is_loopback(host):
            return
        if host not in {one for stated in self.stated for one in self._addresses(stated)}:
            raise ForbiddenTarget(
                f"load goes to this machine only, and something tried to connect to {host}. "
                "Was that a redirect, or a name that means another machine?"
            )

    def pinned(self) -> dict[str, tuple[str, ...]]:
        """What each stated host means, for a process that is to connect to the same."""
        return {host: self._addresses(host) for host in sorted(self.stated)}

    def _addresses(self, host: str) -> tuple[str, ...]:
        """What a host means; nothing where load may not go."""
        if _is_loopback(host):
            return (host,)
        if host != "localhost" and host not in self.stated:
            return ()
        if host not in self._known:
            found = _looked_up(host)
            here = all(_is_loopback(one) for one in found)
            self._known[host] = found if here or host in self.stated else ()
        return self._known[host]


THIS_MACHINE: Final = Guard()
"""No host but this one."""


def guard_pinned(pinned: Mapping[str, Sequence[str]]) -> Guard:
    """The guard of another process, whose `pinned` this is."""
    return Guard(frozenset(pinned), {host: tuple(addresses) for host, addresses in pinned.items()})


def guard_for(hosts: Iterable[str]) -> Guard:
    """Let load go to this machine and to these hosts.

    Raises
    ------
    ForbiddenTarget
        One of them is no single host: a URL, a port, a pattern.
    """
    stated = [host.strip().strip("[]").lower() for host in hosts]
    for host in stated:
        if not _HOST.fullmatch(host):
            raise ForbiddenTarget(
                f"--i-may-load-test {host!r} names no host. Give one name or address, without http:// or port, "
                "for example booking.test.example.org"
            )
    return Guard(frozenset(stated))


_in_thread: Final = threading.local()
_of_process: Final[list[Guard]] = []


def _guard_here() -> Guard | None:
    guard: Guard | None = getattr(_in_thread, "guard", None)
    return guard


@functools.cache
def _hook() -> None:
    """Listen, once and for ever: Python has no way to stop."""
    sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _MADE:
        return
    here = _guard_here()
    for guard in (*_of_process, *(() if here is None else (here,))):
        guard.require_peer(arguments[1])


def _looked_up(host: str) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@functools.lru_cache(maxsize=256)
def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
