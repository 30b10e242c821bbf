# pyright: basic
"""The plan's time on the wall."""

import time

import gevent


class WallClock:
    """The plan's time, `speedup` times as fast as the wall's; reckoned from the start, so that errors never add up."""

    def __init__(self, speedup):
        self._speedup = speedup
        self._zero = 0.0

    def start(self, zero_s):
        """Let the first SMS be at this moment of the machine's monotonic clock."""
        self._zero = zero_s

    def now(self):
        """Seconds of the plan's time."""
        return (time.monotonic() - self._zero) * self._speedup

    def left(self, moment_s):
        """Seconds on the wall until a moment of the plan."""
        return moment_s / self._speedup - (time.monotonic() - self._zero)

    def wait_until(self, moment_s):
        """Let others run until a moment of the plan has come."""
        while self.now() < moment_s:  # a timer can ring early
            gevent.sleep(max(0.0, self.left(moment_s)))
