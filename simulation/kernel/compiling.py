# pyright: basic, reportPrivateImportUsage=false
"""How the kernel is compiled, and kept on disk."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit

from simulation.kernel.keeping import digest_of


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled, or as it was kept on disk."""
    function.__qualname__ = f"{function.__name__}_{digest_of(Path(__file__).parent)}"
    return njit(cache=True, nogil=True, error_model="numpy")(function)
