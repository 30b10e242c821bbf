"""How a citizen and the municipality meet at an appointment."""

from enum import StrEnum


class Meeting(StrEnum):
    """The kinds of meeting; a book offers one of them or lets the citizen choose.

    Source: the guide's heading «Timer på legekontoret, om ønskelig på video/telefon»; FHIR's virtualService.
    """

    PLACE = "place"
    TELEPHONE = "telephone"
    VIDEO = "video"
