"""A whole search, tiny: real load generators against a server that bears fifteen people and sheds who comes after."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bolk import House, cli
from loadtests.capacity.answer import Asked, TooFewPeople, capacity_result
from scenarios.attempts import Operation
from scenarios.scenario import Scenario
from tests import a
from tests.test_loadtest_stub import ADMIN, Said, Stub

SCENARIO = a.scenario()
SPEEDUP = 60.0
ENOUGH = 15


class Small(Stub):
    """Lets so many in, and no more."""

    def said(self, method: str, url: str, headers: Any, body: dict[str, str]) -> Said | None:
        if url.endswith("/login") and self.served[Operation.LOGIN] >= ENOUGH:
            return 503, {}
        return super().said(method, url, headers, body)


@dataclass(frozen=True, slots=True)
class Served:
    base_url: str
    admin_token: str | None = ADMIN


@contextmanager
def serve(scenario: Scenario) -> Generator[Served]:
    with Small(scenario, SPEEDUP) as stub:
        yield Served(stub.base_url)


def asked(out: Path, **changes: Any) -> Asked:
    values: dict[str, Any] = {
        "scenario": SCENARIO, "limits": [one for one in SCENARIO.limits if one.measure == "error_rate"], "wave_s": 60.0,
        "most": None, "precision": 0.3, "waves": 2, "within_s": 1e9, "speedup": SPEEDUP, "workers": 1, "beyond": False,
        "out": out, "command": ["bolk"],
    }  # fmt: skip
    return Asked(**(values | changes))


@pytest.mark.slow
def test_a_search_finds_what_a_server_bears_each_wave_with_a_server_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loadtests.generator.LAG_P99_S", 60.0)  # a busy machine is not what is looked at here
    monkeypatch.setattr("loadtests.generator.LAG_MAX_S", 60.0)
    told = list[tuple[int, int]]()
    result = capacity_result(asked(tmp_path), serve, lambda done, of: told.append((done, of)))
    found = result.capacity
    assert found is not None
    assert [(one.people, one.broken) for one in found.tried] == [(10, []), (20, ["max(error_rate) <= 0.1 %"])]
    assert (found.ending, found.borne, result.verdict) == ("too_few_waves", 10.0, "inconclusive")
    assert found.knee is not None
    assert found.knee.low <= 15 <= found.knee.high
    assert sorted(one.name for one in tmp_path.iterdir()) == ["wave-01-of-10", "wave-02-of-20"]
    assert told == [(0, 2), (1, 2)]
    assert len(set(result.provenance.plan_sha256)) == 2


def test_a_scenario_with_too_few_people_is_told_what_it_takes(tmp_path: Path) -> None:
    with pytest.raises(TooFewPeople, match="a wave takes 20 people or more, and here it could have 12"):
        capacity_result(asked(tmp_path, most=12.0), serve, lambda _done, _of: None)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--target", "http://127.0.0.1:1"), "--target cannot go with --find-capacity"),
        (("--policy", "all", "--until", "5 min"), "--policy and --until cannot go with --find-capacity"),
        (("--limit", "booked_count"), "not booked_count"),
        (("--wave", "5"), "write for example 10 min"),
        (("--precision", "0 %"), "more than nothing"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_starts(
    words: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    out = str(tmp_path / "out")
    done = CliRunner().invoke(cli, ["loadtest", "ci-smoke", "--find-capacity", "--out", out, *words], obj=House())
    assert done.exit_code == 2
    assert says in " ".join(done.output.split())
