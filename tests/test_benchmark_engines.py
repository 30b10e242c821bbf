"""The benchmark of the engines, but for its times: the loop in C is the kernel's, the picture shows what it got."""

import shutil
from typing import Any

import pytest

from benchmarks import engines
from benchmarks.c_loop import c_loop
from scenarios.inventory import total_capacity
from simulation.compiled import Prepared
from simulation.tallying import Counts


def test_the_loop_in_c_counts_what_the_kernel_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba", reason="numba is not there", exc_type=ImportError)
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler")
    in_c = c_loop()
    assert in_c is not None
    monkeypatch.setattr("simulation.compiled.ON_THE_WAY", 64)  # room is made while it runs
    for changed in _QUESTIONS:
        source = engines.source_of(engines.question(1500).model_copy(update=changed))
        one, other = (Counts.of(total_capacity(source.scenario), None) for _ in range(2))
        Prepared.drawing(source, one).live_until(float("inf"))
        in_c(Prepared.drawing(source, other))
        assert engines.counted(one) == engines.counted(other)
        assert one.tally().requests > 2000


def test_the_picture_of_growth_has_every_size_and_a_line_of_proportion() -> None:
    sizes = [10_000, 100_000, 1_000_000]
    used = [engines.Used(1.0, 0.5, 150.0), engines.Used(1.0, 0.7, 160.0), engines.Used(3.0, 2.5, 230.0)]
    picture = engines.picture(sizes, used)
    for text in ("10,000: 0.50 s, 150 MiB", "100,000: 0.70 s", "1,000,000: 2.50 s, 230 MiB", "python -m benchmarks"):
        assert text in picture
    assert picture.count("<circle") == len(sizes)
    assert picture.startswith("<svg")
    assert picture.endswith("</svg>\n")


def _overloaded() -> dict[str, Any]:
    """Pages that come too late for many, and a record system that decides after people have given up."""
    platform = engines.question(1500).platform
    return {
        "platform": platform.model_copy(
            update={"workers": 1, "service_time": platform.service_time.model_copy(update={"list": 0.5})}
        )
    }


_QUESTIONS: list[dict[str, Any]] = [{}, _overloaded()]
