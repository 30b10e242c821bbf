"""The paced plan for real: `bolk pace`'s own loop against the reference server, with Locust citizens.

    .venv/bin/python -m benchmarks.pacing_live [--speedup 20]

400 residents are invited by the plan 60/5 min, which keeps the limits on the two workers that were assumed. The server
has one. First the fixed plan is lived over HTTP, then the paced one: the pacer probes the server, since its own metrics
do not see who waits at its door, and hands each batch to a sender that starts Locust citizens for it, who open the page
after their own response delay. What counts is the response time that they met. Takes about seven minutes, and needs a
machine that does nothing else.
"""

import argparse
import datetime as dt
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
import numpy as np

from loadtests.pacing.durable import Disk
from loadtests.pacing.entries import Intended, Line
from loadtests.pacing.figures_probe import ProbeFigures
from loadtests.pacing.ledger import Ledger
from loadtests.pacing.paced import paced, rulebook
from loadtests.pacing.pacer import Pacer, SendOutAsked
from loadtests.pacing.recipients import Recipients
from loadtests.pacing.sending import Handed, Package, Taken
from loadtests.pacing.state import State
from loadtests.pacing.words import sentence, words_of
from loadtests.run import run
from reference_server.pace import Pace
from reference_server.serving import RunningServer, running
from scenarios.attempts import Attempt
from scenarios.columns import columns_of
from scenarios.naming import policy_named
from scenarios.plan import Plan, Unsent, plan_of, unsent_of
from scenarios.policy import Gateway, WithFeedback
from scenarios.reading import load
from scenarios.run import run_of
from scenarios.scenario import Scenario

PLAN: Final = "60/5 min"
INVITED: Final = 400
_ASSUMED: Final = (
    f"invitation.invited={INVITED}",
    'behaviour.response={ median = "2 min", sigma = 1.0 }',
    'behaviour.session={ login = "20 s", choose = "20 s", poll = "30 s" }',
    'behaviour.slot_choice={ first = "0 %", preferred = "0 %", uniform = "100 %" }',  # queues are all there is
    'platform.service_time={ list = "1 s", confirm = "1 s" }',
    'slots=[{ book = "Hall", dates = [2021-05-10, 2021-05-11], open = { from = "08:00", to = "15:00" }, '
    'length = "5 min", parallel = 8 }]',
    'thresholds={ latency = "p90(response_time_p95_s) <= 12 s", gave_up = "p90(gave_up_per_100_citizens) <= 10" }',
)
_TRUE: Final = ("platform.workers=1",)
_EVERY: Final = dt.timedelta(seconds=30)


class HurriedClock:
    """The wall's time from a made beginning, so many times as fast."""

    def __init__(self, first: dt.datetime, speedup: float) -> None:
        self._first, self._speedup, self._zero_s = first, speedup, time.monotonic()

    def now(self) -> dt.datetime:
        """See `Clock`."""
        return self._first + dt.timedelta(seconds=(time.monotonic() - self._zero_s) * self._speedup)

    def stepped(self) -> float:
        """Never set."""
        return 0.0

    def wait_until(self, moment: dt.datetime | None) -> None:
        """See `Clock`."""
        left_s = 1.0 if moment is None else (moment - self.now()).total_seconds() / self._speedup
        time.sleep(min(0.1, max(0.001, left_s)))


class LocustSender:
    """Each batch becomes a load test of its own: its citizens begin when their SMS has come."""

    name = "locust"

    def __init__(self, scenario: Scenario, unsent: Unsent, server: RunningServer, speedup: float, out: Path) -> None:
        self._scenario, self._unsent, self._server, self._speedup, self._out = scenario, unsent, server, speedup, out
        self._threads: list[threading.Thread] = []
        self.attempts: list[Attempt] = []

    def prepare(self, package: Package) -> None:
        """Nothing to get ready."""

    def hand_over(self, package: Package) -> Handed:
        """Let them come, and go on."""
        self._threads.append(threading.Thread(target=self._live, args=(package,)))
        self._threads[-1].start()
        return Taken()

    def find_out(self, package: Package) -> Handed:  # noqa: ARG002  (every sender is asked alike)
        """Nothing crashes here."""
        return Taken()

    def join(self) -> None:
        """Wait until everybody is done."""
        for thread in self._threads:
            thread.join()

    def _live(self, package: Package) -> None:
        everybody, citizens = self._unsent.plan, np.array([int(one[1:]) for one in package.ids])
        sent_s = Gateway(self._scenario.invitation.sms_rate).send(0.0, len(citizens))
        planned_s, acts = np.zeros(everybody.citizens), np.zeros(everybody.citizens, np.int64)
        planned_s[citizens], acts[citizens] = self._unsent.opened_s(sent_s, citizens), everybody.acts[citizens]
        batch = replace(everybody, sent_s=np.zeros(everybody.citizens), planned_s=planned_s, acts=acts)
        out = self._out / f"batch-{package.batch}"
        lived = run(self._scenario, batch, base_url=self._server.base_url, speedup=self._speedup, out=out)
        self.attempts.extend(lived.attempts)


def main() -> None:
    """Live both and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speedup", type=float, default=20.0)
    speedup = parser.parse_args().speedup
    scenario = load("ci-smoke", (*_ASSUMED, *_TRUE))
    fixed = policy_named(scenario, PLAN)
    with tempfile.TemporaryDirectory() as folder, running(scenario, pace=Pace.SCENARIO, speedup=speedup) as server:
        plan = plan_of(scenario, fixed, 0)
        lived = run(scenario, plan, base_url=server.base_url, speedup=speedup, out=Path(folder))
        click.echo(_line("fixed", scenario, plan, lived.attempts))
    with tempfile.TemporaryDirectory() as folder, running(scenario, pace=Pace.SCENARIO, speedup=speedup) as server:
        policy = paced(load("ci-smoke", _ASSUMED), fixed, INVITED)
        sender = LocustSender(scenario, unsent_of(scenario, policy, 0), server, speedup, Path(folder))
        last_s = _pace(scenario, policy, server, speedup, sender, Path(folder) / "ledger")
        sender.join()
        plan = replace(plan, sent_s=np.full(plan.citizens, last_s))
        click.echo(_line("paced", scenario, plan, sender.attempts))


def _pace(
    scenario: Scenario, policy: WithFeedback, server: RunningServer, speedup: float, sender: LocustSender, folder: Path
) -> float:
    """Run the pacer to its end; when the last batch went, in seconds from the first."""
    rules, words = rulebook(scenario, policy), words_of("en")
    clock = HurriedClock(rules.hours.first.astimezone(dt.UTC), speedup)
    went: list[dt.datetime] = []

    def tell(line: Line, state: State) -> None:
        if isinstance(line, Intended):
            went.append(line.at)
            click.echo(f"  {words.moment(line.at, line.at)}  {sentence(words, line, state, str(folder))}")

    ledger = Ledger(folder, Disk())
    Pacer(
        SendOutAsked(
            scenario=scenario.name,
            rules=rules,
            recipients=Recipients(tuple(f"r{number}" for number in range(INVITED))),
            sender=sender,
            first=rules.first_from(clock.now()),
        ),
        folder=folder,
        ledger=ledger,
        figures=ProbeFigures(f"{server.base_url}/health/live", _EVERY, speedup),
        clock=clock,
        tell=tell,
    ).run()
    ledger.close()
    return (went[-1] - went[0]).total_seconds()


def _line(name: str, scenario: Scenario, plan: Plan, attempts: Sequence[Attempt]) -> str:
    """What was measured, held against the limits. Times of batches count from each batch's own first SMS."""
    measures = run_of(scenario, plan, columns_of(list(attempts)), with_timeline=False).measures
    kept = [limit.kept_by(limit.value([measures])) for limit in scenario.limits]
    said = "  ".join(
        f"{limit.measure} {measures[limit.measure] or 0:.2f} {'✓' if one else '✗'}"
        for limit, one in zip(scenario.limits, kept, strict=True)
    )
    return f"{name}: SMS in {float(plan.sent_s.max()) / 60:.0f} min  {said}"


if __name__ == "__main__":
    main()
