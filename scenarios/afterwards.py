"""What people do once the booking is over, as a scenario has it."""

from pydantic import Field

from scenarios.part import Part
from scenarios.quantities import Fraction, Seconds


class Cancel(Part):
    """Some of those who got an appointment cancel it, a lognormal while after they saw that it was confirmed.

    The place is free again at once, or goes to the first on the waiting list. Cancelling takes no worker, and nobody
    who cancelled books again. ASSUMPTION, all of it.
    """

    share: Fraction = Field(description="of those confirmed")
    median: Seconds = Field(gt=0, description="half of those who cancel have done so this long after the confirmation")
    sigma: float = Field(default=1.0, ge=0, le=6, description="spread of the logarithm; 0 is none")
