"""Which municipality's books a citizen is shown: those of the home, and what others offer to everybody.

Source: Norsk helsenett, Veileder for kommune, Timebestilling i ressurstimebok (09.06.2021): «Bestill koronatest i annen
kommune» shows what is offered on smittevern, whatever its type, and nothing else.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import request

from reference_server.address_register.citizen_view import is_seen_elsewhere
from reference_server.pages.card import BookCard

HOME_COOKIE: Final = "bolk_home"


class Municipalities:
    """The municipalities of this server, in the order of their books.

    Everybody lives in the first one until another is chosen. ASSUMPTION: the real portal knows it from
    Folkeregisteret, where a synthetic citizen has no address.
    """

    def __init__(self, cards: Sequence[BookCard]) -> None:
        self._cards = cards
        self.names: Mapping[str, str] = {one.book.municipality_number: one.book.municipality_name for one in cards}

    @property
    def home(self) -> str:
        """Number of the municipality that the citizen of this request lives in."""
        chosen = request.cookies.get(HOME_COOKIE, "")
        return chosen if chosen in self.names else next(iter(self.names))

    def at_home(self) -> Sequence[BookCard]:
        """The books of the home municipality."""
        home = self.home
        return [card for card in self._cards if card.book.municipality_number == home]

    def elsewhere(self) -> Mapping[str, Sequence[BookCard]]:
        """The books that other municipalities show to everybody, by municipality number."""
        home, shown = self.home, dict[str, list[BookCard]]()
        for card in self._cards:
            if is_seen_elsewhere(card.service) and card.book.municipality_number != home:
                shown.setdefault(card.book.municipality_number, []).append(card)
        return shown
