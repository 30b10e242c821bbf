"""`bolk doctor`: whether this machine is fit to measure on."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import JSON, taking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.fitness import Finding


@click.command("doctor")
@click.option(
    "--out", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path(),
    help="Where results would lie [default: here].",
)  # fmt: skip
@taking(JSON)
def command(folder: Path, as_json: bool) -> int:
    """Is this machine fit to measure on? Looks for two seconds at cores, clock, timers, limits, disk and loopback."""
    from loadtests.fitness import is_fit, judged
    from loadtests.machine import look

    findings = judged(look(folder))
    click.echo(_json(findings) if as_json else _screen(findings))
    return ExitCode.YES if is_fit(findings) else ExitCode.ENVIRONMENT


def _json(findings: "Sequence[Finding]") -> str:
    import json
    from dataclasses import asdict

    from loadtests.fitness import is_fit

    verdict = "fit" if is_fit(findings) else "unfit"
    found = {"schema": "bolk.doctor/1", "verdict": verdict, "findings": [asdict(one) for one in findings]}
    return json.dumps(found, indent=2, ensure_ascii=False)


def _screen(findings: "Sequence[Finding]") -> str:
    from loadtests.fitness import Verdict, is_fit

    mark = {Verdict.FIT: "✓", Verdict.UNKNOWN: " ", Verdict.DOUBTFUL: "?", Verdict.UNFIT: "✗", Verdict.ABSENT: "-"}
    widths = [max(len(text) for text in column) for column in zip(*((f.name, f.found) for f in findings), strict=True)]
    lines = list[str]()
    for one in findings:
        lines.append(f"  {mark[one.verdict]} {one.name:<{widths[0]}}  {one.found:<{widths[1]}}  {one.verdict}")
        lines += [f"      {one.mend}"] if one.mend else []
    doubtful = any(one.verdict is Verdict.DOUBTFUL for one in findings)
    fit = "Fit to measure, with doubts: look at what is marked ?." if doubtful else "Fit to measure."
    return "\n".join([*lines, "", fit if is_fit(findings) else "Not fit to measure: mend what is marked ✗ first."])
