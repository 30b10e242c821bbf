"""What watching the day is worth: the advised plan and the paced one, where reality is not what was assumed.

    .venv/bin/python -m benchmarks.pacing [--replications 200] [--plan "300/15 min"]

The scenario is `weak-login` as it was assumed: two log-in workers, half of those who answer do so within 5 minutes.
The plan keeps every limit there. Then residents answer twice as fast, or the log-in carries half, and nobody knew. The
paced plan is what `bolk pace` makes of the same plan (`loadtests.pacing.paced`); it decides by the same code. The same
chance for both, run by run.
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import click

from loadtests.pacing.paced import paced
from scenarios.naming import policy_named
from scenarios.plan_source import PlanSource
from scenarios.policy import Policy
from scenarios.reading import load
from scenarios.scenario import Scenario
from scenarios.sending import largest_send_out
from simulation.engine import chosen, run_with

PLAN: Final = "300/15 min"
_ASSUMED: Final = ("platform.login.workers=2",)
REALITIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "as assumed": (),
        "twice as fast": ('behaviour.response={ median = "150 s", sigma = 1.5 }',),
        "half the log-in": ("platform.login.workers=1",),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One way of sending in one reality.

    Attributes
    ----------
    values : tuple of float or None
        Each limit's value, in the order of the scenario.
    broken : tuple of str
        The limits that were not kept.
    invited_min : float
        Minutes from the first SMS to the last, on average.
    """

    reality: str
    sent: str
    values: tuple[float | None, ...]
    broken: tuple[str, ...]
    invited_min: float


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--plan", default=PLAN)
    arguments = parser.parse_args()
    limits = tuple(load("weak-login").thresholds.values())
    click.echo(f"plan {arguments.plan}, {arguments.replications} replications\n")
    click.echo(f"  {'reality':16} {'sent':6} {'SMS in':>8}  " + "  ".join(limits))
    compared(arguments.plan, arguments.replications, lambda row: click.echo(_line(row, limits)))


def compared(plan: str, replications: int, tell: Callable[[Row], None] = lambda _: None) -> list[Row]:
    """The fixed plan and the paced one in each reality."""
    assumed = load("weak-login", _ASSUMED)
    fixed = policy_named(assumed, plan)
    policies = {"fixed": fixed, "paced": paced(assumed, fixed, largest_send_out(assumed, fixed).invited)}
    rows: list[Row] = []
    for reality, changes in REALITIES.items():
        scenario = load("weak-login", (*_ASSUMED, *changes))
        for sent, policy in policies.items():
            rows.append(_row(scenario, policy, replications, reality, sent))
            tell(rows[-1])
    return rows


def _row(scenario: Scenario, policy: Policy, replications: int, reality: str, sent: str) -> Row:
    engine = chosen(None, scenario, replications).engine
    sources = [PlanSource(scenario=scenario, policy=policy, replication=number) for number in range(replications)]
    runs = [run_with(engine, source).measures for source in sources]
    values = [limit.value(runs) for limit in scenario.limits]
    times = [run["time_to_invite_all_s"] or 0.0 for run in runs]
    return Row(
        reality=reality,
        sent=sent,
        values=tuple(values),
        broken=tuple(
            limit.expression for limit, value in zip(scenario.limits, values, strict=True) if not limit.kept_by(value)
        ),
        invited_min=sum(times) / len(times) / 60,
    )


def _line(row: Row, limits: tuple[str, ...]) -> str:
    values = "  ".join(
        f"{'-' if value is None else f'{value:.2f}':>{len(text) - 2}} {'✗' if text in row.broken else '✓'}"
        for value, text in zip(row.values, limits, strict=True)
    )
    return f"  {row.reality:16} {row.sent:6} {row.invited_min:4.0f} min  {values}"


if __name__ == "__main__":
    main()
