"""Files that are whole or not there: a crash or a full disk leaves the old one untouched."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file under a temporary name in the same folder, then put it in place in one step.

    Raises
    ------
    OSError
        The disk is full or the folder cannot be written; what stood at `path` before still stands there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path
