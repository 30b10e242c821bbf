"""The pacer killed at every step it takes, in processes of its own: nobody is sent to twice, and nobody is left out."""

import itertools
import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

import pytest

from loadtests.pacing.durable import Disk
from loadtests.pacing.entries import Line, Unsure, Waited, Why
from loadtests.pacing.ledger import read_ledger
from loadtests.pacing.saying import Command, Word, say
from loadtests.pacing.send_command import CommandSender
from loadtests.pacing.send_csv import CsvSender
from loadtests.pacing.send_http import GatewaySender
from loadtests.pacing.sending import Handed, Package, Sender
from loadtests.pacing.stand_in_gateway import Failure, StandInGateway
from loadtests.pacing.state import State
from tests import a_send_out
from tests.rivals import fork_server

pytestmark = pytest.mark.slow

COUNT: Final = 25  # two batches: 20 and 5
APPENDS: Final = '#!/bin/sh\nexec cat >> "$1"\n'
SHOOTS: Final = '#!/bin/sh\ncat >> "$1"\n[ -e "$1.shot" ] || { : > "$1.shot"; kill -9 "$PPID"; }\n'


class Fate:
    """Counts steps down to the last; none is the last where there is no number."""

    def __init__(self, steps: int | None) -> None:
        self._left = steps

    def step(self) -> None:
        if self._left is None:
            return
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


class MortalDisk(Disk):
    """A disk whose owner may be killed before, in the middle of, and after all that it writes."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate

    def append(self, file: IO[bytes], line: bytes) -> None:
        self._fate.step()
        file.write(line[: len(line) // 2])
        self._fate.step()
        super().append(file, line[len(line) // 2 :])
        self._fate.step()

    def write(self, path: Path, content: bytes) -> None:
        self._fate.step()
        path.write_bytes(content[: len(content) // 2])
        self._fate.step()
        super().write(path, content)
        self._fate.step()

    def move(self, source: Path, target: Path) -> None:
        self._fate.step()
        super().move(source, target)
        self._fate.step()


class MortalSender:
    """A sender whose owner may be killed before and after it hands over."""

    def __init__(self, sender: Sender, fate: Fate) -> None:
        self._sender, self._fate, self.name = sender, fate, sender.name

    def prepare(self, package: Package) -> None:
        self._sender.prepare(package)

    def hand_over(self, package: Package) -> Handed:
        return self._mortally(self._sender.hand_over, package)

    def find_out(self, package: Package) -> Handed:
        return self._mortally(self._sender.find_out, package)

    def _mortally(self, does: Callable[[Package], Handed], package: Package) -> Handed:
        self._fate.step()
        handed = does(package)
        self._fate.step()
        return handed


def sender_to(where: str, disk: Disk) -> Sender:
    """The sender for a place: a folder, an address, or a file that a command adds to."""
    if where.startswith("http:"):
        return GatewaySender(where, None)
    place = Path(where)
    script = place.parent.parent / f"{place.name}.sh"
    return CommandSender([str(script), where]) if place.suffix == ".txt" else CsvSender(place, disk)


def live(folder: Path, where: str, steps: int | None) -> None:
    """Go on with a send-out until the number of steps is over; a person answers what only a person can know."""
    fate = Fate(steps)
    disk = MortalDisk(fate)

    def person(line: Line, state: State) -> None:
        if isinstance(line, Waited) and line.why is Why.ASKS:
            pending = state.pending
            assert pending is not None
            was_sent = f"r{pending.start}" in sent_by(where)
            say(folder, Command(Word.WAS_SENT if was_sent else Word.WAS_NOT_SENT, pending.batch))

    mortal = MortalSender(sender_to(where, disk), fate)
    with a_send_out.pacer(folder, sender=mortal, count=COUNT, disk=disk, tell=person) as pacer:
        pacer.run()


def killed(folder: Path, where: str, steps: int) -> bool:
    """Whether a process that goes on with a send-out was killed after so many steps, and did not come to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            live(folder, where, steps)
            code = 0
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0


def killed_at_every_step(tmp_path: Path, where: str, step: int) -> None:
    """Kill a send-out of its own at each step, and let each go on to its end."""
    steps, was_killed = 0, True
    while was_killed:
        folder = tmp_path / str(steps)
        folder.mkdir()
        place = where if where.startswith("http:") else str(folder / where)
        was_killed = killed(folder, place, steps)
        if place.endswith("taken_away"):
            take_away(Path(place))
        live(folder, place, None)
        steps += step


def killed_again_and_again(tmp_path: Path, where: str, step: int) -> None:
    """Kill the same send-out so many steps after each time it goes on."""
    kills = 0
    while killed(tmp_path, str(tmp_path / where), step):
        kills += 1
    (tmp_path / "kills").write_text(str(kills))


def killed_by_its_command(tmp_path: Path, where: str, steps: int) -> None:
    """Let the command kill the pacer, and go on."""
    assert killed(tmp_path / "0", str(tmp_path / "0" / where), steps)
    live(tmp_path / "0", str(tmp_path / "0" / where), None)


def take_away(folder: Path) -> None:
    """As an SMS system does that moves what it has read."""
    for file in folder.glob("*.csv"):
        with (folder / "read.csv").open("a") as read:
            read.write(file.read_text())
        file.unlink()


def in_a_process(work: Callable[[Path, str, int], None], tmp_path: Path, where: str, step: int = 1) -> None:
    """Where forks are cheap and safe: in a process without threads that has loaded the code."""
    process = fork_server().Process(target=work, args=(tmp_path, where, step))
    process.start()
    process.join(timeout=300)
    assert process.exitcode == 0


def sent_by(where: str) -> Counter[str]:
    """How many SMS everybody was sent, as the SMS system has it."""
    place = Path(where)
    files = sorted(place.glob("*.csv")) if place.is_dir() else [place] if place.exists() else []
    return Counter(line for file in files for line in file.read_text().split() if line != "recipient")


EVERYBODY: Final = Counter(a_send_out.recipients(COUNT).ids)


def written(tmp_path: Path, where: str) -> None:
    """A command for each send-out: one that adds to a file, and shoots the pacer if it is named so."""
    script = tmp_path / f"{where}.sh"
    script.write_text(SHOOTS if where == "shoots.txt" else APPENDS)
    script.chmod(0o755)


@pytest.mark.parametrize("where", ["batches", "taken_away", "taken.txt"])
def test_killed_at_any_step_everybody_is_sent_to_once(where: str, tmp_path: Path) -> None:
    written(tmp_path, "taken.txt")
    in_a_process(killed_at_every_step, tmp_path, where)
    ends = [folder / where for folder in tmp_path.iterdir() if folder.is_dir()]
    assert len(ends) > 25
    assert [end for end in ends if sent_by(str(end)) != EVERYBODY] == []


def test_a_gateway_that_knows_keys_gets_everybody_once_wherever_the_pacer_is_killed(tmp_path: Path) -> None:
    with StandInGateway(itertools.cycle([Failure.BUSY, None, Failure.TAKEN_AND_CUT, Failure.CUT])) as gateway:
        in_a_process(killed_at_every_step, tmp_path, gateway.url)
        ends = len(list(tmp_path.iterdir()))
        assert ends > 25
        assert gateway.sent == Counter({one: ends for one in EVERYBODY})


def test_killed_again_and_again_it_comes_to_the_end(tmp_path: Path) -> None:
    in_a_process(killed_again_and_again, tmp_path, "batches", 13)  # enough for one durable step ahead in each life
    assert sent_by(str(tmp_path / "batches")) == EVERYBODY
    assert int((tmp_path / "kills").read_text()) > 1


def test_what_a_command_did_when_the_pacer_was_shot_is_asked_and_never_guessed(tmp_path: Path) -> None:
    written(tmp_path, "shoots.txt")
    (tmp_path / "0").mkdir()
    in_a_process(killed_by_its_command, tmp_path, "shoots.txt", 10**6)
    asked = [line.batch for line in read_ledger(tmp_path / "0") if isinstance(line, Unsure)]
    assert asked == [1]
    assert sent_by(str(tmp_path / "0" / "shoots.txt")) == EVERYBODY
