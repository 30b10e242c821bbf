"""Keys that several kinds of policy share, each with the words that explain it."""

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from scenarios.quantities import Clock, Seconds

ALL: Final = "all"
BatchSize = int | Literal["all"]


def _batch_size_of(value: object) -> object:
    if value == ALL or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    hint = 'write for example 200, or "all" for everyone at once'
    raise PydanticCustomError(
        "batch_size",
        "a batch is a whole number of SMS above 0, got {got}",
        {"hint": hint, "got": repr(value)},
    )


BatchSizeField = Annotated[
    BatchSize,
    BeforeValidator(_batch_size_of),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "all"}], "examples": [200, "all"]}),
]
Pause = Annotated[Seconds, Field(ge=0, description="from the start of one batch to the start of the next")]
Interval = Annotated[Seconds, Field(gt=0, description="from the start of one batch to the start of the next")]
Start = Annotated[Clock, Field(description="when the first SMS goes; off the full hour, where neighbours start")]
