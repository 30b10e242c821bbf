"""`bolk pace`: the sending itself, batch by batch, by the figures of the day."""

import contextlib
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import LANG, SET, taking

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from loadtests.pacing.asked import Asked
    from loadtests.pacing.pacer import Pacer


@click.command("pace")
@click.argument("ledger", type=click.Path(path_type=Path, file_okay=False))
@click.argument("plan", required=False)
@click.argument("recipients", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.option(
    "--figures",
    metavar="KIND:WHERE",
    help='"metrics:http://127.0.0.1:5000/metrics", "csv:FILE", "json:URL" or "probe:URL".',
)
@click.option("--send-by", type=click.Choice(["print", "csv", "command", "http"]), default="print",
              help="What takes the batches; print sends nobody anything.")  # fmt: skip
@click.option("--to", metavar="WHERE", help="The folder for --send-by csv, the address for --send-by http.")
@click.option("--watch", type=click.Choice(["response-time", "rejections"]), help="Which limit of the plan to keep.")
@click.option("--say", "said", metavar="WORD", help='To a pacer at work: pause, resume, now, stop, "was-sent 7".')
@click.option("--show", is_flag=True, help="A page on this machine that shows the send-out as it goes.")
@click.option("--figures-token", envvar="BOLK_ADMIN_TOKEN", help="What opens the figures.")
@click.option("--gateway-token", envvar="BOLK_GATEWAY_TOKEN", help="What opens the SMS gateway.")
@taking(SET, LANG)
def command(
    ledger: Path, plan: str | None, recipients: Path | None, words: tuple[str, ...], figures: str | None, send_by: str,
    to: str | None, watch: str | None, said: str | None,
    show: bool, figures_token: str | None,
    gateway_token: str | None, overrides: tuple[str, ...], lang: Literal["nb", "en"],
) -> int:  # fmt: skip
    """Send the SMS of a plan, batch by batch, and slow down when the figures of the day say so.

    LEDGER is a folder that remembers what was sent: give the same command again and it goes on. PLAN is what `bolk
    recommend` wrote, or a scenario. RECIPIENTS is a file of ids that only the SMS system understands, one a line.

    \b
    bolk pace wave results/recommended ids.csv --figures metrics:http://127.0.0.1:5000/metrics
    bolk pace wave --say pause
    """  # noqa: D301  (\b keeps click from joining the lines)
    from loadtests.pacing.asked import Asked

    if said is not None:
        return _say(ledger, said)
    if show:
        return _show(ledger, lang)
    if plan is None or recipients is None or figures is None:
        raise click.UsageError("give LEDGER, PLAN and RECIPIENTS, and --figures; or LEDGER with --say or --show")
    return _run(
        Asked(
            folder=ledger, plan=plan, recipients=recipients, words=words, figures=figures, send_by=send_by, to=to,
            watch=watch, figures_token=figures_token, gateway_token=gateway_token, overrides=overrides, lang=lang,
        )
    )  # fmt: skip


def _say(ledger: Path, said: str) -> int:
    from loadtests.pacing.ledger import LedgerRefused, read_ledger
    from loadtests.pacing.saying import NotUnderstood, command_of, say

    try:
        read_ledger(ledger)
        say(ledger, command_of(said))
    except (LedgerRefused, NotUnderstood) as problem:
        raise click.UsageError(str(problem)) from None
    return ExitCode.YES


def _show(ledger: Path, lang: Literal["nb", "en"]) -> int:
    from loadtests.pacing.ledger import LedgerRefused, read_ledger
    from loadtests.pacing.page import serving

    try:
        read_ledger(ledger)
    except LedgerRefused as problem:
        raise click.UsageError(str(problem)) from None
    with serving(ledger, lang) as page:
        click.echo(page.address)
        page.wait()
    return ExitCode.YES


def _run(asked: "Asked") -> int:
    from loadtests.pacing.asked import AskedWrongly, pacer_of
    from loadtests.pacing.clock import WallClock
    from loadtests.pacing.entries import Why

    clock = WallClock()
    try:
        with pacer_of(asked, clock, click.echo) as pacer, _obeying_ctrl_c(pacer, clock.wake):
            why = pacer.run()
    except AskedWrongly as problem:
        raise click.UsageError(str(problem)) from None
    return {
        Why.DONE: ExitCode.YES,
        Why.TOO_MUCH: ExitCode.NO,
        Why.SILENT: ExitCode.INCONCLUSIVE,
    }.get(why, ExitCode.INTERRUPTED)


@contextlib.contextmanager
def _obeying_ctrl_c(pacer: "Pacer", wake: "Callable[[], None]") -> "Generator[None]":
    """Ctrl-C ends it when the step under way is done; a second one at once, which the ledger stands."""

    def interrupted(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        pacer.interrupt()
        wake()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
