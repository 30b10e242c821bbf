"""Links that are passed on: who comes though nobody invited them, as a scenario has it and as a plan numbers it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from scenarios.part import Part
from scenarios.quantities import Fraction, Seconds

NOBODY: Final = -1
"""Who passed the link on to somebody who was invited."""


class Forwarded(Part):
    """Some who get the SMS pass its link on, and others come with it, to the same appointment book."""

    share: Fraction = Field(description="of those whose SMS arrives; ASSUMPTION: nobody has counted")
    to: int = Field(default=1, ge=1, le=10, description="how many come with the link of each; ASSUMPTION")
    after: Seconds = Field(gt=0, description="median time from opening the SMS until one of them opens the page")
    sigma: float = Field(default=1.0, ge=0, le=6, description="ASSUMPTION: spread of that time (lognormal)")


def passed_on_by(forwarded: Forwarded | None, invited: int) -> NDArray[np.int64] | None:
    """From whom each citizen of a plan has the link; None where nobody passes it on.

    The invited come first. Behind them each of them has `to` numbers, whether or not the link is passed on, so that
    whom one brings depends on nobody else.

    Returns
    -------
    ndarray or None
        (N (1 + to),) int64: `NOBODY` for the invited.
    """
    if forwarded is None or forwarded.share == 0:
        return None
    return np.concatenate([np.full(invited, NOBODY), np.repeat(np.arange(invited), forwarded.to)])
