# pyright: basic, reportPrivateImportUsage=false
"""How the kernel is compiled, and kept on disk."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from numba import njit

from scenarios import behaviour, quantiles, responding, streams

_WITH_CONSTANTS: Final = tuple(Path(module.__file__ or "") for module in (behaviour, quantiles, responding, streams))


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled, or as it was kept on disk."""
    function.__qualname__ = f"{function.__name__}_{digest_of(Path(__file__).parent)}"
    return njit(cache=True, nogil=True, error_model="numpy")(function)


def digest_of(kernel: Path) -> str:
    """A digest of every file of the kernel, which stands in the name that compiled code is kept under.

    Numba looks for edits in the file of the function that it keeps, and does not see one in a file that is imported.
    The constants that come from `scenarios` are compiled in too.
    """
    files = [*sorted(kernel.glob("*.py")), *_WITH_CONSTANTS]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
