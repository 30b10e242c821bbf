"""What every kind of policy is made of."""

from pydantic import BaseModel


class Rule(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """A table of the scenario file that is a value: two that say the same are the same key of a dictionary."""
