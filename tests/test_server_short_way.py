"""Wishes that are answered past Flask are answered as Flask answers them, whatever is asked."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from reference_server.limits import Limits, Rate
from reference_server.quick_flask import Way
from reference_server.web import MAX_BODY_BYTES, METRICS
from tests import a
from tests.office import BOOK, START, Office

PATH = "/api/v1/reservations"
LIMITS = Limits(per_citizen=Rate(per_s=1e-6, burst=90))
"""So that the last requests come too often, and no clock has a say."""

GOOD = {"book": BOOK, "start": START}
BODIES: list[object] = [
    *[GOOD] * 8,
    *[GOOD | {"start": "2021-05-11T09:00"}] * 4,
    GOOD | {"meeting": "place"},
    GOOD | {"meeting": "video"},
    GOOD | {"meeting": 1},
    GOOD | {"more": "x"},
    GOOD | {"book": "1103-1"},
    GOOD | {"start": "2021-05-10T08:31"},
    {"book": BOOK},
    [GOOD],
    "no JSON",
    "[" * 9000,
    json.dumps(GOOD).encode("utf-16"),
    " " * MAX_BODY_BYTES + json.dumps(GOOD),
]
KEYS = [None, "", "two words", "x" * 65, *"abcdef"]
OTHER_HEADERS: list[dict[str, str]] = [
    *[{}] * 12,
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/json; charset=utf-8"},
    {"On-Behalf-Of": "5e" * 16},
    {"Authorization": "Bearer " + "0" * 80},
    {"Authorization": "Basic x"},
]


def requests(office: Office) -> Iterator[dict[str, Any]]:
    """The same ones every time, most of them good."""
    chance = random.Random(1)
    tokens = [office.of(citizen) for citizen in range(6)]
    for _ in range(500):
        key, body = chance.choice(KEYS), chance.choice(BODIES)
        headers = chance.choice(tokens) | ({} if key is None else {"Idempotency-Key": key})
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        yield {
            "path": PATH,
            "method": chance.choice(["POST"] * 20 + ["GET"]),
            "data": data,
            "headers": headers | {"Content-Type": "application/json"} | chance.choice(OTHER_HEADERS),
        }


def seen(answer: TestResponse) -> tuple[int, list[tuple[str, str]], str]:
    """Everything but names that are new each time."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a name", answer.get_data(as_text=True))
    headers = [(name, value) for name, value in answer.headers if name != "X-Request-ID"]
    return answer.status_code, headers, text


def counted(office: Office) -> list[Any]:
    requests, times = office.app.extensions[METRICS].families()
    return [list(requests.samples), [one for one in times.samples if one[0] == "_count"]]


@pytest.mark.parametrize("strategy", ["queued", "immediate"])
def test_the_short_way_and_the_long_one_answer_alike(tmp_path: Path, strategy: str) -> None:
    scenario, taken = a.scenario({"platform.strategy": strategy}), list[bool]()
    offices: list[Office] = []
    for name in ("short", "long"):
        (tmp_path / name).mkdir()
        offices.append(Office(tmp_path / name, LIMITS, scenario))
    short, long = offices
    ways: dict[tuple[str, str], Way] = short.app.__dict__["ways"]
    ((where, way),) = ways.items()

    def answer(environ: Any) -> Any:
        came = way.answer(environ)
        taken.append(came is not None)
        return came

    ways[where] = way._replace(answer=answer)
    long.app.__dict__["ways"].clear()
    statuses = set[int]()
    for one, other in zip(requests(short), requests(long), strict=True):
        answers = [seen(office.web.open(**asked)) for office, asked in ((short, one), (long, other))]
        assert answers[0] == answers[1], one
        statuses.add(answers[0][0])
    assert statuses >= {400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 202 if strategy == "queued" else 201}
    assert counted(short) == counted(long)
    assert sum(taken) > 90, "the short way was tried"
    for office in offices:
        office.storage.close()
