"""How often somebody may ask: a rate with a burst for each citizen, and one for each address that shows no token."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_FIRST_CLEARING: Final = 1024


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second in the long run, and a burst on top; both above 0, so that a rate is never none."""

    per_s: float
    burst: int

    def __post_init__(self) -> None:
        if not (0 < self.per_s < math.inf and self.burst >= 1):
            raise ValueError(f"expected a rate and a burst above 0, got {self.per_s}/s and {self.burst}")

    def times(self, factor: float) -> "Rate":
        """The same rate where time runs faster by a factor."""
        return Rate(self.per_s * factor, math.ceil(self.burst * factor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one citizen may ask, and what one address may ask without a token.

    ASSUMPTION: a person and a browser ask 2 or 3 times a second at most, so 10/s meets programs alone; a whole town
    may come from one address of its telephone operator, so an address gets as much as 50 citizens.
    """

    per_citizen: Rate = field(default=Rate(per_s=10, burst=100))
    per_address: Rate = field(default=Rate(per_s=500, burst=5000))

    def times(self, factor: float) -> "Limits":
        """The same limits where time runs faster by a factor."""
        return Limits(per_citizen=self.per_citizen.times(factor), per_address=self.per_address.times(factor))


class RateLimit:
    """Counts what each key asks against one rate; safe to share between threads.

    A key is kept as the moment its allowance is whole again, so one that has been quiet costs no memory.

    Parameters
    ----------
    rate : Rate
    clock : callable
        Seconds, never running backwards.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._interval_s = 1 / rate.per_s
        self._leeway_s = (rate.burst - 1) * self._interval_s
        self._clock = clock
        self._whole_s: dict[str, float] = {}
        self._clear_at = _FIRST_CLEARING
        self._lock = threading.Lock()

    def wait_s(self, key: str) -> float:
        """Count a request: 0 if the key may ask it now, else how many seconds it is too early."""
        with self._lock:
            now_s = self._clock()
            whole_s = max(self._whole_s.get(key, now_s), now_s)
            early_s = whole_s - now_s - self._leeway_s
            if early_s > 0:
                return early_s
            self._whole_s[key] = whole_s + self._interval_s
            if len(self._whole_s) > self._clear_at:
                self._clear(now_s)
            return 0.0

    def _clear(self, now_s: float) -> None:
        self._whole_s = {key: whole_s for key, whole_s in self._whole_s.items() if whole_s > now_s}
        self._clear_at = max(_FIRST_CLEARING, 2 * len(self._whole_s))
