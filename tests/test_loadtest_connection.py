# pyright: basic
"""The generator's connection, in a process where gevent has patched nothing: pieces, an end, and what comes unasked."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROGRAM = """
import gevent
from gevent import Timeout, socket
from loadtests.driving.connection import Connection

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
port = server.getsockname()[1]

def opened():
    connection = Connection("127.0.0.1", port)
    return connection, server.accept()[0]

ours, theirs = opened()
sending = gevent.spawn(ours.sendall, b"?" * 3_000_000)
got = 0
while got < 3_000_000:
    got += len(theirs.recv(65536))
sending.join()
print("sent", got, ours.is_quiet)

theirs.sendall(b"one")
print("answer", ours.recv(), ours.is_quiet)

with Timeout(0.01, False):
    ours.recv()
    print("nothing was said")
theirs.sendall(b"late")
print("after a wait in vain", ours.recv())

theirs.sendall(b"unasked")
while ours.is_quiet:
    gevent.sleep(0)
print("unasked", ours.is_quiet, ours.recv())

theirs.close()
print("end", ours.recv(), ours.is_quiet, ours.recv())
ours.close()
"""


def test_a_connection_says_what_came_when_it_ended_and_what_came_unasked():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "sent 3000000 True",
        "answer b'one' True",
        "after a wait in vain b'late'",
        "unasked False b'unasked'",
        "end b'' False b''",
    ]
