"""Who reloads a page that does not come, as a scenario has it."""

from typing import Final

from pydantic import Field

from scenarios.part import Part
from scenarios.quantities import Fraction, Seconds

MOST_RELOADS: Final = 20


class Reload(Part):
    """People who ask again while they wait, and so make the wait longer for everybody."""

    share: Fraction = Field(description="of those who act; ASSUMPTION: nobody has counted")
    after: Seconds = Field(gt=0, description="median wait before a page is asked for again; ASSUMPTION")
    sigma: float = Field(default=0.5, ge=0, le=3, description="ASSUMPTION: spread of that wait (lognormal)")
    most: int = Field(default=3, ge=1, le=MOST_RELOADS, description="most reloads of one page; ASSUMPTION")
