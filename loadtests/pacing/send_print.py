"""A dry run: says what would be sent, and sends nothing."""

from collections.abc import Callable

from loadtests.pacing.sending import Handed, Package, Taken


class PrintSender:
    """The default. After a crash it says a batch again: that sends nobody anything twice."""

    name = "print"

    def __init__(self, say: Callable[[int, int], None]) -> None:
        self._say = say

    def prepare(self, package: Package) -> None:
        """Nothing to get ready."""

    def hand_over(self, package: Package) -> Handed:
        """Say the number of the batch and of its recipients."""
        self._say(package.batch, len(package.ids))
        return Taken()

    def find_out(self, package: Package) -> Handed:
        """Say it again."""
        return self.hand_over(package)
