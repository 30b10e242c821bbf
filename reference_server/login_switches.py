"""Switches that make the log-in stand-in fail on purpose: all off until an operator turns one on."""

import random
import threading
import time
from collections.abc import Callable
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Failures(BaseModel):
    """How the log-in misbehaves; the defaults are not at all."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)

    slow_s: float = Field(default=0.0, ge=0, le=60)
    refusing: bool = False
    error_rate: float = Field(default=0.0, ge=0, le=1)

    @property
    def any(self) -> bool:
        """Whether a switch is on."""
        return self != type(self)()

    @classmethod
    def none(cls) -> Self:
        """Every switch off."""
        return cls()


class Switches:
    """The switches of one log-in process, shared by its threads."""

    def __init__(self, chance: random.Random, sleep: Callable[[float], None] = time.sleep) -> None:
        self._chance = chance
        self._sleep = sleep
        self._lock = threading.Lock()
        self._failures = Failures.none()

    @property
    def now(self) -> Failures:
        """What is switched on."""
        return self._failures

    def turn(self, failures: Failures) -> None:
        """Let these hold from now on, and no others."""
        self._failures = failures

    def verdict(self) -> int | None:
        """The status that the next request fails with, after it was kept waiting; None lets it through."""
        now = self._failures
        if now.slow_s:
            self._sleep(now.slow_s)
        if now.refusing:
            return 503
        with self._lock:
            return 500 if self._chance.random() < now.error_rate else None
