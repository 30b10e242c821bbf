"""Holds that have ended are let go by whoever comes next: they block nobody even if the record system is dead."""

import contextlib
import threading
import time
from collections.abc import Callable

from reference_server.storage import Storage, StorageUnavailable


class EndedHolds:
    """Frees the places of ended holds before a request looks at free times or claims one.

    The record system does the same every second, for those who read the record. Here it happens at every request: it
    costs one look into an index as long as nothing has ended, and only servers that hold places ask for it. Several
    processes may do it at once, since a hold ends only once; the threads of one process take turns.

    Parameters
    ----------
    clock : callable
        Unix time in seconds.
    """

    def __init__(self, storage: Storage, clock: Callable[[], float] = time.time) -> None:
        self._storage = storage
        self._clock = clock
        self._turn = threading.Lock()

    def let_go(self) -> None:
        """Free what has ended by now; a database that is busy is left to the request itself to find out."""
        with self._turn, contextlib.suppress(StorageUnavailable):
            self._storage.expire(self._clock())
