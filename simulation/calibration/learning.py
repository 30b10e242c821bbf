"""From counts to what a scenario says of people: as many groups as they tell apart, and the keys that say so."""

import datetime as dt
import hashlib
import json
import math
from pathlib import Path
from typing import Final

import numpy as np

from scenarios.calibration import Counted, Estimate, Fit, FittedGroup, People
from scenarios.part import Window
from scenarios.plan import IntArray
from scenarios.scenario import Scenario
from simulation.calibration.counts import Counts, CountsRefused, read_counts
from simulation.calibration.delays import LEAST_OPENED, DelayFit, fitted
from simulation.calibration.goodness import goodness

_Z: Final = 1.959963984540054  # 97.5 % point of the normal distribution


def people_learnt(scenario: Scenario, path: Path) -> tuple[People, dict[str, str]]:
    """Fit how soon and how many answer to what was counted; also the keys of the scenario that say so.

    Raises
    ------
    CountsRefused
        The file is no list of counts, or says too little.
    OSError
        It cannot be read.
    """
    counts = read_counts(path)
    awake, asleep = in_waking_hours(counts, scenario.behaviour.awake)
    if awake.opened.sum() < LEAST_OPENED:
        raise CountsRefused(
            f"{path.name}: {awake.opened.sum()} pages opened; it takes {LEAST_OPENED} to say how soon people answer"
        )
    fit = best_fit(awake, scenario.behaviour.response.least)
    judged = goodness(awake.opened.astype(np.float64), fit.expected, fit.parameters)
    # Counts that scatter more than chance alone know less: the errors grow with them. Source: McCullagh and Nelder
    # (1989), section 4.5.
    wider = math.sqrt(max(1.0, judged.chi2 / judged.degrees))
    groups = [
        FittedGroup(
            share=group.share,
            median_s=_estimate(group.median_s, wider * group.median_error),
            sigma=_estimate(group.sigma, wider * group.sigma_error),
        )
        for group in fit.groups
    ]
    people = People(
        counted=_counted(path, counts, asleep),
        answering=_estimate(fit.answering, wider * fit.answering_error, most=1.0),
        groups=groups,
        fit=Fit(
            verdict=judged.verdict, chi2=judged.chi2, degrees=judged.degrees, p_value=judged.p_value, gap=judged.gap
        ),
        minutes=[float(edge) / 60 for edge in awake.edges_s[1:]],
        opened=awake.opened.tolist(),
        expected=[round(float(one), 3) for one in fit.expected],
    )
    return people, changes(scenario, fit) | {"evidence.people": json.dumps(path.name, ensure_ascii=False)}


def best_fit(counts: Counts, least_s: float) -> DelayFit:
    """One group, or two where the counts tell them apart by Schwarz's criterion (Annals of Statistics 6, 1978)."""
    one, two = fitted(counts, 1, least_s), fitted(counts, 2, least_s)
    price = (two.parameters - one.parameters) * math.log(counts.opened.sum()) / 2
    return two if two.log_likelihood - one.log_likelihood > price else one


def in_waking_hours(counts: Counts, awake: Window | None) -> tuple[Counts, int]:
    """The counts with the hours asleep cut out, as the delays of the model run; and how many opened a page in them.

    What is counted in those hours belongs to the first step after them.
    """
    if awake is None:
        return counts, 0
    begins = [counts.first + dt.timedelta(seconds=counts.step_s * step) for step in range(len(counts.sent))]
    up = np.array([awake.from_ <= at.time() < awake.to for at in begins])
    if not up.any():
        raise CountsRefused(f"nothing was counted between {awake.from_:%H:%M} and {awake.to:%H:%M} (behaviour.awake)")
    belongs = np.minimum(np.cumsum(up) - up, up.sum() - 1)

    def moved(count: IntArray) -> IntArray:
        return np.bincount(belongs, count, minlength=int(up.sum())).astype(np.int64)

    kept = Counts(
        first=begins[int(np.argmax(up))],
        step_s=counts.step_s,
        sent=moved(counts.sent),
        opened=moved(counts.opened),
        booked=None if counts.booked is None else moved(counts.booked),
    )
    return kept, int(counts.opened[~up].sum())


def changes(scenario: Scenario, fit: DelayFit) -> dict[str, str]:
    """The keys of the scenario that a fit decides, with their values as TOML; sure to be read back."""
    slow = fit.groups[-1]
    return {
        "behaviour.response.median": f'"{slow.median_s:.0f} s"',
        "behaviour.response.sigma": f"{slow.sigma:.3f}",
        "behaviour.response.groups": _groups(fit),
        "behaviour.uptake": f'"{100 * min(1.0, fit.answering / scenario.invitation.delivered):.1f} %"',
    }


def _groups(fit: DelayFit) -> str:
    tables = [
        f'{{ share = "{100 * group.share:.1f} %", median = "{group.median_s:.0f} s", sigma = {group.sigma:.3f} }}'
        for group in fit.groups[:-1]
    ]
    return f"[{', '.join(tables)}]"


def _estimate(value: float, error: float, most: float = math.inf) -> Estimate:
    """With an interval that is symmetric for the logarithm; nothing is known where the error is not."""
    factor = math.exp(min(50.0, _Z * float(error)))
    return Estimate(value=value, low=value / factor, high=min(most, value * factor))


def _counted(path: Path, counts: Counts, asleep: int) -> Counted:
    return Counted(
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        first=counts.first.isoformat(sep=" ", timespec="minutes"),
        step_s=counts.step_s,
        sent=int(counts.sent.sum()),
        opened=int(counts.opened.sum()),
        booked=None if counts.booked is None else int(counts.booked.sum()),
        asleep=asleep,
    )
