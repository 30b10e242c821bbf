"""A CSV file for each batch, in a folder where the SMS system picks it up or a person does."""

from pathlib import Path

from loadtests.pacing.durable import Disk
from loadtests.pacing.sending import Handed, Package, Taken


class CsvSender:
    """Exactly once: `batch-0007.csv` appears whole under its name, and never again once it was taken away.

    The file is written under a hidden name first. When the ledger has noted that, it is given its own name in one step:
    so after a crash a hidden file was not handed over, and one that is gone was.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder, self._disk = folder, disk
        self.name = f"csv {folder}"

    def prepare(self, package: Package) -> None:
        """Write the file where nobody looks."""
        self._disk.make_folder(self._folder)
        self._disk.write(self._hidden(package), ("recipient\n" + "\n".join(package.ids) + "\n").encode())

    def hand_over(self, package: Package) -> Handed:
        """Give it its name."""
        self._disk.move(self._hidden(package), self._folder / f"batch-{package.batch:04}.csv")
        return Taken()

    def find_out(self, package: Package) -> Handed:
        """Give it its name if it has not got it."""
        return self.hand_over(package) if self._hidden(package).exists() else Taken()

    def _hidden(self, package: Package) -> Path:
        return self._folder / f".{package.key}.part"
