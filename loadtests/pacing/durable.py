"""What must be on the disk before anything else happens: each function returns when the disk has it."""

import os
from pathlib import Path
from typing import IO


class Disk:
    """The disk as the ledger and the senders use it; every method is a step after which a power cut loses nothing."""

    def append(self, file: IO[bytes], line: bytes) -> None:
        """Add to the end of a file that was opened unbuffered."""
        file.write(line)
        os.fsync(file.fileno())

    def write(self, path: Path, content: bytes) -> None:
        """Write a whole file; what stood there is gone."""
        with path.open("wb", buffering=0) as file:
            file.write(content)
            os.fsync(file.fileno())
        self._keep_names(path.parent)

    def move(self, source: Path, target: Path) -> None:
        """Give a file another name in the same folder, all of it at once."""
        source.replace(target)
        self._keep_names(target.parent)

    def make_folder(self, path: Path) -> None:
        """Make a folder and those above it, where they are not there."""
        path.mkdir(parents=True, exist_ok=True)
        self._keep_names(path.parent)

    @staticmethod
    def _keep_names(folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
