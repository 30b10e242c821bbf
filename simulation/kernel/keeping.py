"""What compiled code is kept under on disk, and whether it is there; without Numba, which takes a while to import."""

import hashlib
from pathlib import Path
from typing import Final

from scenarios import behaviour, quantiles, responding, streams

_WITH_CONSTANTS: Final = tuple(Path(module.__file__ or "") for module in (behaviour, quantiles, responding, streams))


def digest_of(kernel: Path) -> str:
    """A digest of every file of the kernel, which stands in the name that compiled code is kept under.

    Numba looks for edits in the file of the function that it keeps, and does not see one in a file that is imported.
    The constants that come from `scenarios` are compiled in too.
    """
    files = [*sorted(kernel.glob("*.py")), *_WITH_CONSTANTS]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def is_kept(kernel: Path = Path(__file__).parent) -> bool:
    """Whether this very kernel was compiled before, and is kept beside its files.

    Numba keeps it elsewhere where it may not write there, or was told to: that is not looked for, and counts as no.
    """
    return any((kernel / "__pycache__").glob(f"loop.advance_{digest_of(kernel)}-*.nbi"))
