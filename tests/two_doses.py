"""A municipality with two books for tests: dose 2 comes 21 to 28 days after dose 1."""

from typing import Any, Final

from reference_server.address_register.served import offers_of
from reference_server.booking import Terms
from scenarios.inventory import inventory_of
from tests import a, a_set_up

_DAY: Final[dict[str, Any]] = {"open": {"from": "08:30", "to": "09:00"}, "length": "10 min", "parallel": 2}
SCENARIO: Final = a.scenario({"invitation.invited": 20, "slots": [
    {"book": "Dose 1", "dates": ["2021-05-10", "2021-05-17"], **_DAY},
    {"book": "Dose 2", "dates": ["2021-05-30", "2021-05-31", "2021-06-07", "2021-06-14"], **_DAY},
]})  # fmt: skip
BOOKS: Final = inventory_of(SCENARIO)[0].books
INTERVAL: Final = {"at_least": "21 days", "at_most": "28 days"}
FIRST, SECOND = (book.id for book in BOOKS)
SET_UP: Final = a_set_up.of(
    [a_set_up.service("vaksinasjon", ("d1", "d2"))],
    [
        a_set_up.book("Dose 1", id="d1", type="koronavaksine"),
        a_set_up.book("Dose 2", id="d2", type="koronavaksine", follows="Dose 1", after=INTERVAL),
    ],
)
TERMS: Final[dict[str, Terms]] = {book: offer.terms for book, offer in offers_of(SET_UP, BOOKS).items()}
