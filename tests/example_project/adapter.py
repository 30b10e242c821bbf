"""The sauna's API in bolk's words."""

from loadtests.adapters.answers import About, Book, Confirmed, Done, Offered, Record, Refused, Standing, Taken, Wish
from loadtests.adapters.web import Web

TIMES = tuple(f"2026-12-01T{hour:02}:{minute:02}" for hour in range(10, 20) for minute in (0, 15, 30, 45))


class Adapter:
    def __init__(self, web: Web) -> None:
        self.web, self.member = web, ""

    def about(self) -> About:
        return About(books=(Book(id="sauna", starts=TIMES),), knows_keys=False)

    def login(self, citizen: int) -> Done:
        self.member = str(citizen)
        return Done()

    def list(self, book: str, date: str) -> Offered:
        return Offered(frozenset(f"{date}T{time}" for time in self.web.ask("GET", f"/free/{date}").text.split()))

    def reserve(self, key: str, wish: Wish) -> Confirmed | Taken | Refused:
        path = f"/sauna/{wish.start}".replace("T", "/")
        heard = self.web.ask("PUT", path, headers={"Member": self.member})
        return {201: Confirmed(heard.text), 423: Taken()}.get(heard.code, Refused())

    def poll(self, reservation: str) -> Refused:
        return Refused()  # never asked: the sauna answers at once

    def cancel(self, appointment: str) -> Done | Refused:
        return Done() if self.web.ask("DELETE", f"/ticket/{appointment}").code == 200 else Refused()

    def record(self) -> Record:
        tickets = [line.split() for line in self.web.ask("GET", "/wall").text.splitlines()]
        return Record(
            standing=tuple(
                Standing(appointment=number, book="sauna", start=f"2026-12-01T{time}", citizen=int(member))
                for number, time, member in tickets
            )
        )
