"""What theory says: closed forms for queues, races and retries, each with where it comes from.

Nothing here knows the model; `simulation.validation` holds the two against each other.
"""

import math
from collections.abc import Callable
from typing import Final, assert_never

import numpy as np

from scenarios.law_check import Family
from scenarios.streams import FloatArray

_GRID: Final = 200_001  # points of the numerical integral: its error is far below any standard error


def erlang_c(workers: int, offered: float) -> float:
    """Say which share waits in M/M/c, by the recursion of Erlang's loss formula.

    Parameters
    ----------
    workers : int
        c
    offered : float
        Arrival rate times mean service time, below c.

    Source: Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
    exchanges", Elektroteknikeren 13 (1917).
    """
    lost = 1.0
    for c in range(1, workers + 1):
        lost = offered * lost / (c + offered * lost)
    return lost / (1 - offered / workers * (1 - lost))


def erlang_wait_s(workers: int, offered: float, service_s: float) -> float:
    """Mean wait in M/M/c with this mean service time; over all, those who do not wait among them."""
    return erlang_c(workers, offered) * service_s / (workers - offered)


def pollaczek_khinchine_s(utilisation: float, service_s: float, cv2: float) -> float:
    """Mean wait in M/G/1, from the squared coefficient of variation of the service times.

    Source: Pollaczek (1930) and Khinchine (1932); Kleinrock, "Queueing Systems", vol. 1 (1975), eq. 5.63.
    """
    return utilisation * service_s * (1 + cv2) / (2 * (1 - utilisation))


def retrial_orbit(utilisation: float, retry_rate: float) -> float:
    """Mean number in orbit of M/M/1 with retrials, time in mean service times.

    Source: Falin and Templeton, "Retrial Queues" (1997), section 1.2: rho (lambda + nu rho) / (nu (1 - rho)), mu = 1.
    """
    return utilisation * (utilisation + retry_rate * utilisation) / (retry_rate * (1 - utilisation))


def birthday_rejections(citizens: int, times: int) -> float:
    """How many are rejected when all choose at once among so many times with one place each, all alike.

    Source: Feller, "An Introduction to Probability Theory and Its Applications", vol. 1 (1968), section IV.2: the
    expected number of occupied cells.
    """
    return citizens - times * (1 - (1 - 1 / times) ** citizens)


def first_free_rejected(load: float, family: Family) -> float:
    """Share rejected when everybody takes the first free time and tries once.

    Between two bookings lies the earliest reservation of those who looked after the first one, so that bookings are
    renewals with mean cycle m = integral of exp(-L G), G the integral of the think time's distribution function, and a
    share 1 - 1/(L m) is rejected.

    Parameters
    ----------
    load : float
        a, the arrival rate L times the mean think time T.
    family : Family
        Of the think time; the mean of each is 1 here.

    Source: derived for this model; the limit sqrt(2 / (pi a)) of the exponential case is its check.
    """
    match family:
        case "constant":
            return load / (1 + load)
        case "exponential":
            return 1 - 1 / (load * _gamma_ratio(load))
        case "uniform":
            return 1 - 1 / (load * _cycle(load, _uniform_mass))
        case "erlang_2":
            return 1 - 1 / (load * _cycle(load, lambda x: x - 1 + (1 + x) * np.exp(-2 * x)))
        case "hyperexponential" | "lognormal":
            raise ValueError("the law is worked out for constant, exponential, uniform and Erlang-2 think times")
        case _:
            assert_never(family)


def retry_rejected(load: float, family: Family, retries: int) -> float:
    """Share rejected when everybody who is rejected comes back after a long while, so many times at most.

    The retries add to the load that rejects them: r = rejected(a (1 + r + ... + r^R)). An approximation: it takes those
    who come back for new arrivals, which they are only if they stay away long enough.

    Source: derived for this model; the idea is that of Cohen, "Basic problems of telephone traffic theory and the
    influence of repeated calls", Philips Telecommunication Review 18 (1957).
    """
    low, high = 0.0, 1.0
    for _ in range(50):
        r = (low + high) / 2
        total = load * sum(r**k for k in range(retries + 1))
        low, high = (r, high) if first_free_rejected(total, family) > r else (low, r)
    return (low + high) / 2


def gateway_s(count: int, per_s: float) -> float:
    """Time from the first to the last of so many SMS, handed over at once and sent one after the other."""
    return (count - 1) / per_s


def _gamma_ratio(a: float) -> float:
    """gamma(a, a) e^a a^(-a), by its series. Source: Abramowitz and Stegun 6.5.29."""
    term = total = 1 / a
    k = 0
    while term > total * 1e-17:
        k += 1
        term *= a / (a + k)
        total += term
    return total


def _uniform_mass(x: FloatArray) -> FloatArray:
    return np.where(x < 2, x * x / 4, x - 1)


def _cycle(load: float, mass: Callable[[FloatArray], FloatArray]) -> float:
    x = np.linspace(0.0, 3 + 40 / load, _GRID)  # behind it exp(-L G) is below e^-40
    y = np.exp(-load * mass(x))
    return float((y.sum() - (y[0] + y[-1]) / 2) * (x[1] - x[0]))


def hyperexponential_shares(cv2: float) -> tuple[float, float]:
    """The two probabilities of a two-phase hyperexponential with balanced means; phase k has mean 1 / (2 p_k).

    Source: Tijms, "Stochastic Models" (1994), appendix B.
    """
    lean = math.sqrt((cv2 - 1) / (cv2 + 1))
    return (1 + lean) / 2, (1 - lean) / 2
