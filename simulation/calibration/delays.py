"""How soon people answered: lognormal delays fitted to counts, by maximum likelihood.

Nobody is followed: the counts of a step are those of everybody who was sent to before it, weighed with how likely each
delay is. Those who have not opened the page when the counting ends may still do so, and are counted as just that
(censored on the right): the share of those who ever answer is fitted together with how soon they do.

Fisher scoring on the Poisson likelihood of the steps. Source: McCullagh and Nelder, "Generalized Linear Models"
(1989), section 2.5; the damping is Levenberg's (1944).
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from scenarios.plan import IntArray
from scenarios.streams import FloatArray
from simulation.calibration.counts import Counts

LEAST_S: Final = 10.0
"""What every delay has at least; the default of `behaviour.response.least`."""
LEAST_OPENED: Final = 50
"""ASSUMPTION: with fewer answers the spread is known no better than by a factor of 1.25, and is no calibration."""
_MOST_ROUNDS: Final = 200
_LEVEL: Final = 1e-4  # of the log-likelihood: far less than any choice here depends on
_SHARE_OF_QUICK: Final = 0.3  # where the fit of two groups begins
_LEAST_SIGMA: Final = math.log(0.05)  # narrower than any counts can show


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some who answer alike: a share of those who answer, half of them within the median, spread of the logarithm.

    The errors are standard errors of the logarithms.
    """

    share: float
    median_s: float
    sigma: float
    median_error: float
    sigma_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayFit:
    """What fits best.

    Parameters
    ----------
    answering, answering_error : float
        Share of the SMS that are ever answered, delivered times willing, and the standard error of its logarithm.
    groups : tuple of Group
        One, or two with the quicker first; their shares add up to 1.
    expected : ndarray
        (M,) pages opened that the fit expects in each step.
    log_likelihood : float
    """

    answering: float
    answering_error: float
    groups: tuple[Group, ...]
    expected: FloatArray
    log_likelihood: float

    @property
    def parameters(self) -> int:
        """How many numbers were fitted."""
        return 3 * len(self.groups)


def fitted(counts: Counts, groups: int, least_s: float = LEAST_S) -> DelayFit:
    """Fit one group of people, or two.

    Parameters
    ----------
    counts : Counts
        In lived time: steps in which nobody is awake are left out.
    groups : int
        1 or 2.
    """
    begin = _starting_point(counts)
    if groups == 1:
        theta = begin
    else:
        share = math.log(_SHARE_OF_QUICK / (1 - _SHARE_OF_QUICK))
        theta = np.array([begin[0], begin[1] - 1.0, begin[2], begin[1] + 0.5, begin[2], share])
    theta, information = _climbed(theta, counts, least_s)
    expected = _expected(theta, counts, least_s)
    errors = np.sqrt(np.clip(np.diag(np.linalg.pinv(information)), 0.0, None))
    return DelayFit(
        answering=float(np.exp(theta[0])),
        answering_error=float(errors[0]),
        groups=groups_of(theta, errors),
        expected=expected,
        log_likelihood=_log_likelihood(counts.opened, expected),
    )


def groups_of(theta: FloatArray, errors: FloatArray) -> tuple[Group, ...]:
    """The groups of fitted parameters with the errors of each, the quicker first."""
    groups = [
        Group(
            share=share,
            median_s=math.exp(theta[1 + 2 * k]),
            sigma=math.exp(theta[2 + 2 * k]),
            median_error=float(errors[1 + 2 * k]),
            sigma_error=float(errors[2 + 2 * k]),
        )
        for k, share in enumerate(_shares(theta))
    ]
    return tuple(sorted(groups, key=lambda group: group.median_s))


def _shares(theta: FloatArray) -> list[float]:
    """Shares of the groups: 1 alone, or the first by its logit, which comes last."""
    if len(theta) == 3:
        return [1.0]
    first = 1 / (1 + math.exp(-float(theta[5])))
    return [first, 1 - first]


def _starting_point(counts: Counts) -> FloatArray:
    """Share, median and spread as one would guess them from where the counts lie."""
    middle_s = (counts.edges_s[:-1] + counts.edges_s[1:]) / 2
    sent_s = np.average(middle_s, weights=counts.sent)
    opened_s = middle_s[np.searchsorted(np.cumsum(counts.opened), counts.opened.sum() / 2)]
    median_s = max(counts.step_s, opened_s - sent_s)
    share = min(0.95, counts.opened.sum() / counts.sent.sum())
    return np.array([math.log(share), math.log(median_s), 0.0])


def _expected(theta: FloatArray, counts: Counts, least_s: float) -> FloatArray:
    """(M,) pages opened in each step: all that was sent, convolved with the delays."""
    steps = len(counts.sent)
    arrived = np.zeros(steps + 1)
    for k, share in enumerate(_shares(theta)):
        arrived += share * _mean_distribution(
            counts.edges_s - least_s, float(theta[1 + 2 * k]), math.exp(theta[2 + 2 * k])
        )
    # An SMS of step s has been on its way for a time that is uniform over the step when step t ends.
    within = np.diff(np.concatenate([[0.0], np.diff(arrived)])) / counts.step_s
    return np.clip(np.exp(theta[0]) * np.convolve(counts.sent, within)[:steps], 1e-12, None)


def _mean_distribution(x: FloatArray, log_median: float, sigma: float) -> FloatArray:
    """Integral from 0 to x of a lognormal distribution function; 0 below 0."""
    safe = np.maximum(x, 1e-300)
    z = (np.log(safe) - log_median) / sigma
    mean = math.exp(log_median + sigma * sigma / 2)
    integral = x * _normal(z) - mean * _normal(z - sigma)
    return np.where(x > 0, integral, 0.0)


def _normal(z: FloatArray) -> FloatArray:
    return np.array([0.5 * math.erfc(one) for one in (z * -math.sqrt(0.5)).tolist()])


def _log_likelihood(opened: IntArray, expected: FloatArray) -> float:
    """Without what does not depend on the fit."""
    return float(np.sum(opened * np.log(expected) - expected))


def _climbed(theta: FloatArray, counts: Counts, least_s: float) -> tuple[FloatArray, FloatArray]:
    """Go up the likelihood until it is level; also the information there."""
    damping = 1e-3
    expected = _expected(theta, counts, least_s)
    best = _log_likelihood(counts.opened, expected)
    slopes = _slopes(theta, counts, least_s)
    for _ in range(_MOST_ROUNDS):
        score = slopes.T @ (counts.opened / expected - 1)
        information = slopes.T @ (slopes / expected[:, None])
        step = np.linalg.solve(information + damping * np.diag(np.diag(information) + 1e-9), score)
        trial = theta + np.clip(step, -1.0, 1.0)
        trial[0] = min(trial[0], 0.0)  # nobody answers twice
        trial[2:5:2] = np.maximum(trial[2:5:2], _LEAST_SIGMA)
        there = _expected(trial, counts, least_s)
        value = _log_likelihood(counts.opened, there)
        if value < best or not math.isfinite(value):
            damping *= 10
            if damping > 1e9:
                break
            continue
        level = value - best < _LEVEL
        theta, expected, best, damping = trial, there, value, max(damping / 10, 1e-9)
        slopes = _slopes(theta, counts, least_s)
        if level:
            break
    return theta, slopes.T @ (slopes / expected[:, None])


def _slopes(theta: FloatArray, counts: Counts, least_s: float) -> FloatArray:
    """(M, P) derivatives of the expected counts, by central differences."""
    width = 1e-5
    columns: list[FloatArray] = []
    for k in range(len(theta)):
        shift = np.zeros(len(theta))
        shift[k] = width
        up, down = (_expected(theta + sign * shift, counts, least_s) for sign in (1, -1))
        columns.append((up - down) / (2 * width))
    return np.stack(columns, axis=1)
