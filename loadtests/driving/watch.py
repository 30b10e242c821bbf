# pyright: basic
"""What the generator notices about itself while it runs."""

import time
from typing import Final

import gevent
import numpy as np
import psutil

from loadtests.clocks import SAME
from loadtests.generator import Health, Lag

PROBE_S: Final = 0.02  # ASSUMPTION: finer than the 50 ms that condemn a generator, and cheap
FILES_EVERY: Final = 25  # probes: counting open files takes a system call for each


class Watch:
    """Rings a timer that does nothing else, and counts what the process uses."""

    def __init__(self):
        self._lags_s = [0.0]
        self._process = psutil.Process()
        self._open_files = 0
        self._begun_s = self._begun_cpu_s = 0.0

    def run(self):
        """Watch until killed."""
        self._begun_s, self._begun_cpu_s = time.monotonic(), time.process_time()
        while True:
            for _ in range(FILES_EVERY):
                due_s = time.monotonic() + PROBE_S
                gevent.sleep(PROBE_S)
                self._lags_s.append(max(0.0, time.monotonic() - due_s))
            self._open_files = max(self._open_files, self._process.num_fds())

    def health(self, shortages, clock=SAME):
        """How the process has fared since the watch began."""
        past_s = time.monotonic() - self._begun_s
        return Health(
            loop=Lag(p99_s=float(np.quantile(self._lags_s, 0.99)), max_s=max(self._lags_s)),
            shortages=shortages,
            cpu=(time.process_time() - self._begun_cpu_s) / past_s if self._begun_s else 0.0,
            open_files=self._open_files,
            files_limit=self._process.rlimit(psutil.RLIMIT_NOFILE)[0] if hasattr(self._process, "rlimit") else 0,
            clock=clock,
        )
