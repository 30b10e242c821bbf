"""From words on a command line to a pacer that is ready; everything that is wrong is said before anything is sent."""

import datetime as dt
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loadtests.pacing.asking import AddressRefused
from loadtests.pacing.clock import Clock
from loadtests.pacing.durable import Disk
from loadtests.pacing.entries import Began, Line
from loadtests.pacing.figures import Figures
from loadtests.pacing.figures_csv import CsvFigures
from loadtests.pacing.figures_json import JsonFigures
from loadtests.pacing.figures_metrics import MetricsFigures
from loadtests.pacing.figures_probe import ProbeFigures
from loadtests.pacing.ledger import Ledger, LedgerRefused
from loadtests.pacing.paced import NotPaced, Watch, paced, rulebook
from loadtests.pacing.pacer import Pacer, SendOutAsked
from loadtests.pacing.recipients import RecipientsRefused, read_recipients
from loadtests.pacing.send_command import CommandSender
from loadtests.pacing.send_csv import CsvSender
from loadtests.pacing.send_http import GatewaySender
from loadtests.pacing.send_print import PrintSender
from loadtests.pacing.sending import Sender
from loadtests.pacing.state import State
from loadtests.pacing.words import LanguageCode, Words, sentence, words_of
from scenarios.inventory import largest_invited
from scenarios.naming import policy_named, result_at
from scenarios.policies.feedback import Feedback
from scenarios.policy import Policy
from scenarios.reading import load
from scenarios.scenario import Scenario

_LOOKS: Final = 10
"""Figures are fetched so many times in the length of a window. ASSUMPTION: fine enough, and no load."""
_SOONEST: Final = dt.timedelta(seconds=1)


class AskedWrongly(ValueError):
    """What was asked for cannot be done; the message says what, where, why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command line, taken apart."""

    folder: Path
    plan: str
    recipients: Path
    words: tuple[str, ...]
    figures: str
    send_by: str
    to: str | None
    watch: str | None
    figures_token: str | None
    gateway_token: str | None
    overrides: tuple[str, ...]
    lang: LanguageCode


@contextmanager
def pacer_of(asked: Asked, clock: Clock, echo: Callable[[str], None]) -> Generator[Pacer]:
    """A pacer that is ready; its ledger is nobody else's for the length of the `with` block.

    Raises
    ------
    AskedWrongly
        Something does not fit; nothing was sent.
    ScenarioError
        The scenario is not valid.
    OSError
        A file cannot be read or written.
    """
    disk, words = Disk(), words_of(asked.lang)
    try:
        scenario, policy = _planned(asked)
        recipients = read_recipients(asked.recipients)
        _compared(scenario, len(recipients.ids), words, echo)
        watch = None if asked.watch is None else Watch(asked.watch)
        rules = rulebook(scenario, paced(scenario, policy, len(recipients.ids), watch))
        sender = _sender(asked, disk, words, echo)
        figures = _figures(asked, scenario, rules.policy)
        ledger = Ledger(asked.folder, disk)
    except (RecipientsRefused, NotPaced, AddressRefused, LedgerRefused) as problem:
        raise AskedWrongly(str(problem)) from None
    try:
        first = ledger.lines[0] if ledger.lines else None
        yield Pacer(
            SendOutAsked(
                scenario=scenario.name,
                rules=rules,
                recipients=recipients,
                sender=sender,
                first=first.first if isinstance(first, Began) else rules.first_from(clock.now()),
            ),
            folder=asked.folder,
            ledger=ledger,
            figures=figures,
            clock=clock,
            tell=_teller(words, str(asked.folder), echo),
        )
    except LedgerRefused as problem:
        raise AskedWrongly(str(problem)) from None
    finally:
        ledger.close()


def _compared(scenario: Scenario, listed: int, words: Words, echo: Callable[[str], None]) -> None:
    """Warn where the list is longer or shorter than the send-out that was planned: the limits were kept by that one."""
    planned = largest_invited(scenario)
    if listed != planned:
        message = "warning.more" if listed > planned else "warning.fewer"
        echo(words.text(message, listed=words.number(listed), planned=words.number(planned)))


def _planned(asked: Asked) -> tuple[Scenario, Policy]:
    path = Path(asked.plan)
    if not path.is_dir() and path.suffix != ".json":
        scenario = load(asked.plan, asked.overrides)
        return scenario, scenario.policy
    try:
        scenario = Scenario.model_validate(result_at(path).scenario.resolved)
        return scenario, policy_named(scenario, asked.plan)
    except ValueError as problem:
        raise AskedWrongly(str(problem)) from None


def _sender(asked: Asked, disk: Disk, words: Words, echo: Callable[[str], None]) -> Sender:
    match asked.send_by:
        case "csv":
            return CsvSender(Path(_to(asked, "a folder")), disk)
        case "command":
            if not asked.words:
                raise AskedWrongly("--send-by command needs the command: bolk pace ... -- ./send-sms {batch}")
            return CommandSender(asked.words)
        case "http":
            return GatewaySender(_to(asked, "an address"), asked.gateway_token)
        case _:
            return PrintSender(lambda batch, count: echo(words.text("dry.run", batch=batch, sms=words.sms(count))))


def _to(asked: Asked, what: str) -> str:
    if asked.to is None:
        raise AskedWrongly(f"--send-by {asked.send_by} needs {what}: give it with --to")
    return asked.to


def _figures(asked: Asked, scenario: Scenario, policy: Feedback) -> Figures:
    kind, _, where = asked.figures.partition(":")
    every = max(_SOONEST, dt.timedelta(seconds=policy.window / _LOOKS))
    match kind:
        case "csv" if where:
            return CsvFigures(Path(where), scenario.zone)
        case "json" if where:
            return JsonFigures(where, asked.figures_token, scenario.zone, every)
        case "probe" if where:
            return ProbeFigures(where, every)
        case "metrics" if where:
            return MetricsFigures(where, asked.figures_token, every)
        case _:
            raise AskedWrongly(
                f"--figures {asked.figures!r} is no source: write metrics:http://127.0.0.1:5000/metrics, "
                "csv:figures.csv, json:https://figures.example.no or probe:https://platform.example.no/page"
            )


def _teller(words: Words, folder: str, echo: Callable[[str], None]) -> Callable[[Line, State], None]:
    def tell(line: Line, state: State) -> None:
        said = sentence(words, line, state, folder)
        if said is not None:
            echo(f"{words.moment(line.at, line.at)}  {said}")

    return tell
