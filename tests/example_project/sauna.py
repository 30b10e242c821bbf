"""The booking server of a village sauna: no framework, no JSON, and a race.

    python sauna.py 8000              it looks whether a time is free, asks the till, and then writes the ticket
    python sauna.py 8000 --careful    one at a time

GET /free/DATE lists free times, PUT /sauna/DATE/TIME with the header `Member` takes one and answers with the number of
a ticket, DELETE /ticket/NUMBER gives it back, GET /wall shows every ticket.
"""

import sys
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DATE = "2026-12-01"
TIMES = [f"{hour:02}:{minute:02}" for hour in range(10, 20) for minute in (0, 15, 30, 45)]
TILL_S = 0.05
"""How long the till takes to say that the member has paid."""


class Sauna(ThreadingHTTPServer):
    """The tickets on the wall: number, time and member of each."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, *, careful: bool) -> None:
        super().__init__(("127.0.0.1", port), Door)
        self.wall: dict[int, tuple[str, str]] = {}
        self.number = 0
        self.desk: AbstractContextManager[object] = threading.Lock() if careful else nullcontext()

    def free(self) -> list[str]:
        """The times that hang on no ticket."""
        gone = {taken for taken, _ in list(self.wall.values())}
        return [one for one in TIMES if one not in gone]

    def take(self, wanted: str, member: str) -> int | None:
        """Give somebody a time; the number of the ticket, None if it is taken."""
        with self.desk:
            if wanted not in self.free():
                return None
            time.sleep(TILL_S)  # here is the race: somebody else has seen it free meanwhile
            self.number += 1
            self.wall[self.number] = (wanted, member)
            return self.number


class Door(BaseHTTPRequestHandler):
    """What the server does with a request."""

    server: Sauna  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        """Free times, or the wall."""
        if self.path == f"/free/{DATE}":
            self.say(200, "\n".join(self.server.free()))
        elif self.path == "/wall":
            lines = [f"{number} {taken} {member}" for number, (taken, member) in list(self.server.wall.items())]
            self.say(200, "\n".join(lines))
        else:
            self.say(404, "nothing here")

    def do_PUT(self) -> None:
        """Take a time."""
        wanted = self.path.removeprefix(f"/sauna/{DATE}/")
        ticket = self.server.take(wanted, self.headers["Member"])
        if ticket is None:
            self.say(423, "somebody is in there then")
        else:
            self.say(201, str(ticket))

    def do_DELETE(self) -> None:
        """Give a ticket back."""
        gone = self.server.wall.pop(int(self.path.removeprefix("/ticket/")), None)
        self.say(200 if gone else 404, "")

    def say(self, code: int, text: str) -> None:
        """Answer in plain text."""
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is the parent's)
        """Quiet."""


if __name__ == "__main__":
    sauna = Sauna(int(sys.argv[1]), careful="--careful" in sys.argv)
    print(f"http://127.0.0.1:{sauna.server_address[1]}", flush=True)  # noqa: T201
    sauna.serve_forever()
