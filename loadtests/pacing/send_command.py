"""A command for each batch, which gets the recipients on its standard input, one a line."""

import subprocess
from collections.abc import Sequence
from typing import Final

from loadtests.pacing.sending import Handed, Package, Refused, Taken, Unknown

NOBODY: Final = 75
"""The exit code by which a command says that nobody was sent anything (EX_TEMPFAIL of sysexits.h)."""

_WITHIN_S: Final = 600.0  # ASSUMPTION: handing over a batch takes seconds


class CommandSender:
    """At most once, and a person is asked: a command that was started and did not say 0 may have sent some or all.

    The words `{batch}` and `{key}` in its arguments are replaced. No shell reads them. Exit code 0 is taken as all
    sent, 75 as nobody; whatever else it says, and a crash while it ran, is for a person to find out.
    """

    def __init__(self, words: Sequence[str], within_s: float = _WITHIN_S) -> None:
        self._words, self._within_s = tuple(words), within_s
        self.name = f"command {self._words[0]}"

    def prepare(self, package: Package) -> None:
        """Nothing to get ready."""

    def hand_over(self, package: Package) -> Handed:
        """Run it to its end; Ctrl-C reaches us alone."""
        words = [one.replace("{batch}", str(package.batch)).replace("{key}", package.key) for one in self._words]
        try:
            code = subprocess.run(  # noqa: S603  (the person's own command, without a shell)
                words,
                input="\n".join(package.ids) + "\n",
                text=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self._within_s,
                start_new_session=True,
                check=False,
            ).returncode
        except (FileNotFoundError, PermissionError) as problem:
            return Refused(f"{words[0]}: {problem.strerror}")
        except subprocess.TimeoutExpired:
            return Unknown(f"{words[0]}: > {self._within_s:g} s", asks=True)
        if code == NOBODY:
            return Refused(f"{words[0]}: {code}")
        return Taken() if code == 0 else Unknown(f"{words[0]}: {code}", asks=True)

    def find_out(self, package: Package) -> Handed:  # noqa: ARG002  (every sender is asked alike)
        """Only a person can."""
        return Unknown(self._words[0], asks=True)
