"""What the server counts of itself, in the text format of Prometheus (version 0.0.4)."""

import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Sample: TypeAlias = tuple[str, dict[str, str], float]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with its samples, each a suffix, labels and a value."""

    name: str
    kind: str
    says: str
    samples: Iterable[Sample]


@dataclass(slots=True)
class _Times:
    in_bucket: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    total_s: float = 0.0


class RequestMetrics:
    """Requests by route and status, and how long they took; one process's own, safe to share between its threads."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self._times: defaultdict[str, _Times] = defaultdict(_Times)
        self._lock = threading.Lock()

    def count(self, route: str, method: str, status: int, service_s: float) -> None:
        """A request was answered."""
        with self._lock:
            self._counts[route, method, status] += 1
            times = self._times[route]
            times.in_bucket[bisect_left(BUCKETS_S, service_s)] += 1
            times.total_s += service_s

    def families(self) -> list[Family]:
        """What was counted so far."""
        with self._lock:
            requests: list[Sample] = [
                ("", {"route": route, "method": method, "status": str(status)}, count)
                for (route, method, status), count in sorted(self._counts.items())
            ]
            times = [sample for route, one in sorted(self._times.items()) for sample in _histogram(route, one)]
        return [
            Family("bolk_requests_total", "counter", "Requests answered.", requests),
            Family("bolk_request_seconds", "histogram", "From taking a request up to its answer.", times),
        ]


def _histogram(route: str, times: _Times) -> Iterator[Sample]:
    count = 0
    for edge, in_bucket in zip([*map(str, BUCKETS_S), "+Inf"], times.in_bucket, strict=True):
        count += in_bucket
        yield "_bucket", {"route": route, "le": edge}, count
    yield "_sum", {"route": route}, times.total_s
    yield "_count", {"route": route}, count


def gauge(name: str, says: str, value: float) -> Family:
    """A metric of a single value."""
    return Family(name, "gauge", says, [("", {}, value)])


def text_of(families: Iterable[Family]) -> str:
    """The families as Prometheus reads them."""
    return "".join(line + "\n" for family in families for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {family.says}"
    yield f"# TYPE {family.name} {family.kind}"
    for suffix, labels, value in family.samples:
        inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        yield f"{family.name}{suffix}{'{' + inside + '}' if inside else ''} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
