"""When people open the page: how long after the SMS they answer, and that they sleep at night."""

import datetime as dt
import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from scenarios.behaviour import Response, ResponseGroup
from scenarios.part import Window
from scenarios.quantities import seconds_since_midnight
from scenarios.streams import FloatArray, lognormals, quantised

_DAY_S: Final = 86_400.0
LEAST: Final = 2.0**-53  # the least that `uniforms` draws; a quotient may round to the end of the interval


def response_delays(response: Response, u: FloatArray) -> FloatArray:
    """Turn uniforms into the time from the SMS to opening the page.

    One draw says both which group of the mixture a citizen belongs to and how quick the citizen is in it: the groups
    share the interval (0, 1) among them in the order of the file, and those of no group come last. A scenario without
    groups is the case of one that has it all.

    Returns
    -------
    ndarray
        (N,) float64 seconds on the 2^-24 s grid, between `least` and `latest` + `least`.
    """
    delays = np.empty_like(u)
    groups = answering(response)
    for group, ends in zip(groups, [*(group.begins for group in groups[1:]), 1.0], strict=True):
        mine = (u >= group.begins) & (u < ends)
        within = np.clip((u[mine] - group.begins) / group.share, LEAST, 1 - LEAST)
        delays[mine] = lognormals(within, group.median_s, group.sigma, group.below)
    return delays + quantised(np.array(response.least))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweringGroup:
    """Those who answer alike: from `begins` on a `share` of the interval (0, 1) is theirs.

    They are drawn from the lower part `below` of their lognormal, where it is cut at `latest`.
    """

    begins: float
    share: float
    median_s: float
    sigma: float
    below: float


def answering(response: Response) -> tuple[AnsweringGroup, ...]:
    """The groups in the order of the file, and last those of no group."""
    rest = ResponseGroup.model_construct(
        share=1 - sum(group.share for group in response.groups), median=response.median, sigma=response.sigma
    )
    groups: list[AnsweringGroup] = []
    begins = 0.0
    for group in (*response.groups, rest):
        below = NormalDist(sigma=group.sigma).cdf(math.log(response.latest / group.median)) if group.sigma else 1.0
        groups.append(
            AnsweringGroup(begins=begins, share=group.share, median_s=group.median, sigma=group.sigma, below=below)
        )
        begins += group.share
    return tuple(groups)


def acting_moments(sent_s: FloatArray, delay_s: FloatArray, awake: Window | None, start: dt.time) -> FloatArray:
    """When each citizen opens the page: the delay runs while people are awake.

    Parameters
    ----------
    sent_s, delay_s : ndarray
        (N,) seconds from the first SMS, and from the citizen's own.
    awake : Window, optional
        Local hours; without them the delay runs day and night.
    start : time
        When the first SMS goes. ASSUMPTION: no clock is changed between it and the last answer.

    Returns
    -------
    ndarray
        (N,) float64 seconds from the first SMS; exact, as every part lies on the grid.
    """
    if awake is None:
        return sent_s + delay_s
    first_s, opens_s = seconds_since_midnight(start), seconds_since_midnight(awake.from_)
    length_s = seconds_since_midnight(awake.to) - opens_s
    days, since_midnight_s = np.divmod(sent_s + first_s, _DAY_S)
    lived_s = days * length_s + np.clip(since_midnight_s - opens_s, 0.0, length_s)
    days, since_waking_s = np.divmod(lived_s + delay_s, length_s)
    return days * _DAY_S + opens_s + since_waking_s - first_s
