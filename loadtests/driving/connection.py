# pyright: basic
"""A connection that is listened to for as long as it is open.

gevent asks the kernel to watch a socket anew for each read, and reads once in vain before. With thousands of requests a
second that costs more than the reading: here a socket is watched from when it opens until it is closed. What the server
says unasked, its end among it, is known without a look.
"""

from typing import Any, Final

import gevent
from gevent import socket

_PIECE: Final = 65536


class Connection:
    """A connection in the clear, used by one greenlet at a time.

    Raises
    ------
    OSError
        Nobody answers there.
    """

    def __init__(self, address, port):
        self._socket: Any = socket.create_connection((address, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._quick = self._socket._sock  # never blocks: it is gevent that waits
        self._hub = gevent.get_hub()
        self._pieces = []
        self._over = None  # what recv says from the end on: nothing, or the exception that it raises
        self._waiting = None
        self._watcher = self._hub.loop.io(self._socket.fileno(), 1)
        self._watcher.start(self._hear)

    @property
    def is_quiet(self):
        """Whether it is open, and nothing has come that nobody asked for."""
        return self._over is None and not self._pieces

    def sendall(self, said):
        """Send all of it."""
        try:
            sent = self._quick.send(said)
        except BlockingIOError:
            sent = 0
        if sent < len(said):
            self._socket.sendall(said[sent:])

    def recv(self, _most=_PIECE):
        """The next bytes, when there are any; none when the server has ended it."""
        if not self._pieces and self._over is None:
            self._waiting = gevent.getcurrent()
            try:
                while not self._pieces and self._over is None:
                    self._hub.switch()
            finally:
                self._waiting = None
        if self._pieces:
            return self._pieces.pop(0)
        if isinstance(self._over, OSError):
            raise self._over
        return b""

    def close(self):
        """Hang up."""
        self._watcher.stop()
        self._watcher.close()
        self._socket.close()

    def _hear(self):
        """Something came; runs in the event loop itself, which must not block."""
        try:
            piece = self._quick.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError as broken:
            self._over = broken
        else:
            if piece:
                self._pieces.append(piece)
            else:
                self._over = piece
        if self._over is not None:
            self._watcher.stop()
        if self._waiting is not None:
            self._waiting.switch()
