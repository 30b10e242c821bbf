"""The title of an appointment, in the portal's own words, which are bokmål whatever language a page has.

Source: Norsk helsenett, Veileder for kommune, Timebestilling i ressurstimebok (09.06.2021).
"""

import datetime as dt
from typing import Final

from scenarios.book_type import BookType

TIME_TO: Final = {
    BookType.KORONATEST: "koronatest",
    BookType.KORONAVAKSINE: "koronavaksine",
    BookType.LAB: "laboratoriet",
    BookType.VAKSINE: "vaksine",
}
"""The word of each type behind «Time til»."""

_MONTHS: Final = (
    "januar", "februar", "mars", "april", "mai", "juni",
    "juli", "august", "september", "oktober", "november", "desember",
)  # fmt: skip


def moment(start: dt.datetime) -> str:
    """When an appointment starts, "1. mai 2021, kl. 08:00"."""
    return f"{start.day}. {_MONTHS[start.month - 1]} {start.year}, kl. {start:%H:%M}"


def time_at(kind: BookType, book: str, municipality: str) -> str:
    """What an appointment is, "Time til koronatest hos Koronatest1 Beste kommune"."""
    return f"Time til {TIME_TO[kind]} hos {book} {municipality}"
