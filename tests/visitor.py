"""The pages without processes, for tests: a reception with books and log-in, and visitors with cookies of their own."""

import datetime as dt
import html
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from reference_server.address_register.set_up import SetUp
from reference_server.login import create_login_app
from reference_server.login_client import RelyingParty
from reference_server.pace import Pace, Workers
from reference_server.pages.card import BookCard, card_of
from reference_server.pages.part import cards_of, pages_part
from reference_server.sqlite_storage import SqliteStorage
from reference_server.storage import State
from reference_server.web import web_app
from scenarios.identity import national_number
from scenarios.inventory import books_of, inventory_of
from scenarios.scenario import Scenario
from scenarios.strategy import HOLD_S, Listing, Strategy
from tests.office import ADMIN_TOKEN, SCENARIO
from tests.prepared import prepared_file

BEFORE = dt.datetime(2021, 5, 3)  # noqa: DTZ001 (local, as the books')
LOGIN = "http://127.0.0.1:1"
FIRST_TIME = "/bestill/9999-1/2021-05-10"


def a_card() -> BookCard:
    """The one book of the scenario, without a form: 2 days, 24 times, 3 places at each."""
    return card_of(inventory_of(SCENARIO)[0].books[0], form=False)


class Reception:
    """The pages and the log-in over one database; the record system decides when told to."""

    def __init__(
        self,
        folder: Path,
        cards: Sequence[BookCard] = (),
        clock: Callable[[], dt.datetime] = lambda: BEFORE,
        scenario: Scenario = SCENARIO,
        set_up: SetUp | None = None,
        strategy: Strategy = Strategy.QUEUED,
        hold_s: float = HOLD_S,
        listing: Listing = Listing.EARLIEST,
    ) -> None:
        path = folder / "bookings.sqlite3"
        self.secret = prepared_file(path, scenario)
        self.storage = SqliteStorage(path)
        self.app = web_app("reception", Workers(random.Random(0)), {})
        self.login: FlaskClient = create_login_app(
            scenario, secret=self.secret, admin_token=ADMIN_TOKEN, pace=Pace.NONE, speedup=1.0
        ).test_client(use_cookies=False)
        if set_up is not None:
            cards = cards_of(scenario, books_of(scenario), set_up)
        login = RelyingParty(LOGIN, self.secret, self.ask_login)
        self.app.register_blueprint(
            pages_part(
                cards or [a_card()],
                self.storage,
                secret=self.secret,
                login=login,
                clock=clock,
                refusal_of=lambda _: None,
                strategy=strategy,
                listing=listing,
                hold_s=hold_s,
            )
        )

    def ask_login(self, method: str, address: str, headers: dict[str, str], body: str | None) -> tuple[int, bytes]:
        answer = self.login.open(urlsplit(address).path, LOGIN, method=method, headers=headers, data=body)
        return answer.status_code, answer.data

    def visitor(self, citizen: int | None = None) -> "Visitor":
        """A new browser, logged in as a citizen or not at all."""
        visitor = Visitor(self)
        return visitor if citizen is None else visitor.logs_in(national_number(citizen))

    def decide_all(self) -> None:
        while (waiting := self.storage.oldest_waiting()) is not None:
            self.storage.decide(waiting.reservation, 0.0)

    def states(self) -> list[State]:
        """Of every reservation, in order of arrival."""
        return [one.state for one in self.storage.everything().reservations]


class Visitor:
    """One browser, with its own cookies and on its own page."""

    def __init__(self, reception: Reception) -> None:
        self.reception = reception
        self.client: FlaskClient = reception.app.test_client()
        self.answer: TestResponse

    def goes(self, address: str) -> "Visitor":
        """Open a page and follow where it leads on this server."""
        return self._arrives(self.client.get(address))

    def logs_in(self, number: str, address: str = "/timeavtaler") -> "Visitor":
        """Ask for a page, and through the log-in to it."""
        self.goes(address)
        assert self.answer.status_code == 303
        self.sees_login(self.answer.location)
        chosen = self.reception.login.post("/authorize", base_url=LOGIN, data=self.hidden | {"number": number})
        if chosen.status_code != 303:
            self.answer = chosen
            return self
        return self.goes(chosen.location)

    def sees_login(self, address: str) -> "Visitor":
        """The page of the log-in at an address."""
        self.answer = self.reception.login.get(address, base_url=LOGIN)
        return self

    def sends(self, address: str, **fields: str) -> "Visitor":
        """Post the form of the page at hand with these fields filled in."""
        return self.posts(address, **(self.hidden | fields))

    def posts(self, address: str, **fields: str) -> "Visitor":
        """Post these fields and nothing else, as another site could."""
        return self._arrives(self.client.post(address, data=fields))

    def books(self, clock: str, day: str = FIRST_TIME) -> "Visitor":
        """Choose a time in the grid."""
        return self.goes(day).sends(day, start=clock)

    @property
    def source(self) -> str:
        """The page at hand."""
        return self.answer.get_data(as_text=True)

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of its forms."""
        found: list[tuple[str, str]] = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.source)
        return {name: html.unescape(value) for name, value in found}

    @property
    def words(self) -> str:
        """What one reads on it, without tags, in one line."""
        body = re.sub(r"<[^>]+>", " ", self.source.partition("<main")[2])
        return " ".join(html.unescape(body).split())

    @property
    def heading(self) -> str:
        """The first heading."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.source, re.DOTALL)
        assert found, self.source
        return html.unescape(found[1].strip())

    def link(self, text: str) -> str:
        """Where the link with that text leads."""
        found = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>{re.escape(text)}</a>', self.source)
        assert found, f"no link «{text}» in: {self.words}"
        return html.unescape(found[1])

    def _arrives(self, answer: TestResponse) -> "Visitor":
        while answer.status_code == 303 and not urlsplit(answer.location).netloc:
            answer = self.client.get(answer.location)
        self.answer = answer
        return self
