"""The one exception of starting the server."""


class ServerStartError(Exception):
    """The server cannot start here, or did not stay up: the message says what, where, why and what to do."""
