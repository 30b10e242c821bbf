"""One law of theory held against the model, and all of them together: schema `bolk.validation/1`."""

from typing import Final, Literal

from pydantic import Field, computed_field

from scenarios.piece import Piece

SCHEMA: Final = "bolk.validation/1"
MOST_STANDARD_ERRORS: Final = 4.0
"""A difference above this is a disagreement: less than once in a thousand tries of a right model."""

Law = Literal[
    "erlang_c", "pollaczek_khinchine", "kiefer_wolfowitz", "little", "birthday", "first_free", "retry", "retrial",
    "gateway", "background",
]  # fmt: skip
Family = Literal["constant", "exponential", "uniform", "erlang_2", "hyperexponential", "lognormal"]
Quantity = Literal["wait_share", "mean_wait_s", "largest_difference_s", "time_in_system_s", "rejected_count",
                   "rejected_share", "orbit_size", "last_sms_s"]  # fmt: skip


class LawCheck(Piece):
    """What theory says of one quantity, and what the model gave.

    `standard_error` is that of the model's figure; 0 for a law that holds exactly, run by run, where the two may differ
    by no more than `tolerance`. `parameters` go by the letters of the reference.
    """

    law: Law
    quantity: Quantity
    family: Family | None = None
    parameters: dict[str, float]
    theory: float
    model: float
    standard_error: float = Field(ge=0)
    tolerance: float = Field(default=0.0, ge=0)
    reference: str

    @computed_field
    @property
    def difference(self) -> float:
        """Model minus theory."""
        return self.model - self.theory

    @computed_field
    @property
    def standard_errors(self) -> float | None:
        """The difference in standard errors; None for an exact law."""
        return self.difference / self.standard_error if self.standard_error else None

    @computed_field
    @property
    def agrees(self) -> bool:
        """Whether the difference is within chance, or within the tolerance of an exact law."""
        return abs(self.difference) <= MOST_STANDARD_ERRORS * self.standard_error + self.tolerance


class Validation(Piece):
    """Every law, held against the model from one seed."""

    format: Literal["bolk.validation/1"] = Field(alias="schema", default=SCHEMA)
    seed: int
    most_standard_errors: float = MOST_STANDARD_ERRORS
    checks: list[LawCheck]

    @computed_field
    @property
    def agrees(self) -> bool:
        """Whether no law disagrees."""
        return all(check.agrees for check in self.checks)

    def json_text(self) -> str:
        """The whole table as JSON."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"
