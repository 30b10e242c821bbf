"""An HTTP connection to an address that was looked up when the guard let it through, and to no other."""

import http.client
import ssl

from loadtests.guard import Guard, Site


class GuardedConnection(http.client.HTTPConnection):
    """A connection to a site.

    Parameters
    ----------
    patience_s : float
        How long to wait for each step, in seconds; see `allow`.
    via : Site, optional
        What is connected to instead; requests still name the site.
    """

    def __init__(self, guard: Guard, site: Site, *, patience_s: float = 20.0, via: Site | None = None) -> None:
        super().__init__(site.host, site.port)
        self.default_port = 443 if site.scheme == "https" else 80
        self._guard, self._site, self._via = guard, site, via
        self._patience_s = patience_s

    def allow(self, patience_s: float) -> None:
        """Wait so long for every step of the next request."""
        self._patience_s = patience_s
        if self.sock is not None:
            self.sock.settimeout(patience_s)

    def connect(self) -> None:
        """Open it; the server's certificate, if it has one, must be for the name that was asked for."""
        sock = self._guard.connect(self._via or self._site, self._patience_s)
        if self._site.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=self._site.host)
        self.sock = sock
