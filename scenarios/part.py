"""What every table of a scenario file is made of."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from scenarios.quantities import Clock


class Part(BaseModel):
    """A table of the scenario file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Words(Part):
    """A text for people, in bokmål and English."""

    nb: str = Field(min_length=1, description="bokmål")
    en: str = Field(min_length=1, description="English")


class Window(Part):
    """Hours of the day, from and until."""

    from_: Clock = Field(alias="from", description="opens at this time of day")
    to: Clock = Field(description="closes at this time of day")

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.to <= self.from_:
            raise senseless("the window ends before it begins", 'write for example { from = "09:00", to = "15:00" }')
        return self


def is_none(value: object) -> bool:
    """Keys without a value are left out of what a scenario is written and digested as."""
    return value is None


def is_empty(value: object) -> bool:
    """As `is_none`, for lists."""
    return not value


def senseless(what: str, hint: str, *where: str | int) -> PydanticCustomError:
    """What makes no sense in a scenario, and what would; `where` names keys below the table it is raised in."""
    return PydanticCustomError("sense", "{what}", {"what": what, "hint": hint, "where": where})
