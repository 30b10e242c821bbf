"""What every part of a result is made of."""

from pydantic import BaseModel, ConfigDict


class Piece(BaseModel):
    """A part of a result: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
