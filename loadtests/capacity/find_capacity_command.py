"""`bolk loadtest --find-capacity`: its flags, and what it does in place of one load test."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from scenarios.flags import Flags, folder_of, question_of, words_given
from scenarios.neighbours import Neighbours

if TYPE_CHECKING:
    from loadtests.capacity.answer import Asked
    from scenarios.scenario import Scenario
    from scenarios.thresholds import Threshold

FINDING: Final = (
    click.option("--find-capacity", is_flag=True, help="Raise a wave of the scenario's people until a limit breaks."),
    click.option("--wave", default="2 min", metavar="LENGTH", help="How long a wave of --find-capacity is."),
    click.option("--limit", "measures", multiple=True, metavar="MEASURE",
                 help="Only the limits on this measure may break; may be repeated [default: every limit]."),
    click.option("--most", type=click.FloatRange(min=1), metavar="RATE", help="No wave of more people a minute."),
    click.option("--precision", default="30 %", metavar="SHARE", help="The upper end of the interval above the lower."),
    click.option("--waves", type=click.IntRange(2, 200), default=24, help="No more waves than these to find the knee."),
    click.option("--within", default="20 min", metavar="LENGTH", help="No wave begins after so long on the wall."),
    click.option("--beyond/--no-beyond", default=True, help="Then overload: waves of 1, 1.5 and 2 times the knee."),
)  # fmt: skip
_ONLY_THERE: Final = ("find_capacity", "wave", "measures", "most", "precision", "waves", "within", "beyond")
_OF_ONE_RUN: Final = {
    "policy_text": "--policy",
    "until": "--until",
    "target": "--target",
    "listen": "--listen",
    "begin": "--from",
}


def or_find_capacity(command: Callable[..., int]) -> Callable[..., int]:
    """Let a command find the capacity where it is asked to, and do its own work with its own flags otherwise."""

    @functools.wraps(command)
    def either(neighbours: Neighbours, **given: Any) -> int:
        finding = {name: given.pop(name) for name in _ONLY_THERE}
        if not finding.pop("find_capacity"):
            return command(neighbours, **given)
        context = click.get_current_context()
        unused = [
            flag
            for name, flag in _OF_ONE_RUN.items()
            if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        ]
        if unused:
            raise click.UsageError(
                f"{' and '.join(unused)} cannot go with --find-capacity: "
                "it makes waves of its own, each against a server of its own"
            )
        finding |= {name: given[name] for name in ("speedup", "workers")}
        return _find(neighbours, given["scenario"], finding, Flags(**_shared(given)))

    return either


def _shared(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in Flags.__annotations__}


def _find(neighbours: Neighbours, source: str, finding: dict[str, Any], flags: Flags) -> int:
    from loadtests.capacity.answer import TooFewPeople, capacity_result
    from loadtests.unlived import unlived

    question = question_of(source, flags)
    if (refusal := unlived(question)) is not None:
        raise click.UsageError(refusal)
    asked = _asked(question, finding, folder_of(flags, question, "capacity"))
    with neighbours.progress(flags, "Capacity", "waves") as line:
        try:
            result = capacity_result(asked, lambda scenario: neighbours.serve(scenario, speedup=asked.speedup), line)
        except TooFewPeople as problem:
            raise click.UsageError(str(problem)) from None
    return neighbours.say(result, asked.out, flags)


def _asked(question: "Scenario", finding: dict[str, Any], out: Path) -> "Asked":
    from pydantic_core import PydanticCustomError

    from loadtests.capacity.answer import Asked
    from scenarios.naming import length_named
    from scenarios.quantities import fraction_of

    try:
        wave_s, within_s = length_named(finding["wave"]), length_named(finding["within"])
        precision = fraction_of(finding["precision"])
    except PydanticCustomError as problem:
        raise click.BadParameter(problem.message(), param_hint="--precision") from None
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    if not wave_s or precision <= 0:
        raise click.UsageError("--wave and --precision are more than nothing")
    return Asked(
        scenario=question,
        limits=_limits(question, finding["measures"]),
        wave_s=wave_s,
        most=finding["most"],
        precision=precision,
        waves=finding["waves"],
        within_s=within_s or 0.0,
        speedup=finding["speedup"],
        workers=finding["workers"],
        beyond=finding["beyond"],
        out=out,
        command=words_given(),
    )


def _limits(question: "Scenario", measures: tuple[str, ...]) -> "list[Threshold]":
    there = sorted({one.measure for one in question.limits})
    unknown = [one for one in measures if one not in there]
    if unknown or not there:
        has = ", ".join(there) or "none"
        raise click.BadParameter(f"the scenario limits {has}, not {', '.join(unknown)}", param_hint="--limit")
    return [one for one in question.limits if not measures or one.measure in measures]
