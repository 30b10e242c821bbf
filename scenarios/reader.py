"""Who a report is written for."""

from enum import StrEnum


class Reader(StrEnum):
    """The three who read reports, and what each of them decides."""

    COORDINATOR = "coordinator"  # what is sent when
    PLATFORM = "platform"  # whether the platform can carry it, and what it needs
    DEVELOPER = "developer"  # whether the server may be released
