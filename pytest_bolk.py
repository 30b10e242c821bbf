"""bolk as a pytest plugin: a test for each case of the contention suite, against a server of one's own.

    def test_booking(bolk_case: BolkCase) -> None:
        bolk_case.check()

    pytest --bolk-target http://127.0.0.1:8000 --bolk-adapter my_adapter:Adapter

Who starts the server in a fixture writes a fixture `bolk_target` (and `bolk_adapter`) instead of the options. Cases
share the server, so with pytest-xdist they belong in one worker: `--dist loadgroup`. Nothing is loaded before it is
needed.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest

if TYPE_CHECKING:
    from loadtests.contention.cases import Case
    from loadtests.contention.on_trial import OnTrial
    from scenarios.verification import Trial

PEOPLE_OF_A_CASE: Final = 100_000
"""Each case has people of its own, in whatever order and however often cases are run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BolkCase:
    """One case, about to be played against the server."""

    case: "Case"
    server: "OnTrial"
    kill: Callable[[str], None] | None
    clients: int

    def check(self) -> None:
        """Play it: the test fails on an anomaly or where nothing is proved, and is skipped where it does not apply."""
        from loadtests.adapters.problem import AdapterProblem
        from loadtests.guard import ForbiddenTarget
        from loadtests.target import TargetUnreachable

        try:
            trial = self._trial()
        except (AdapterProblem, ForbiddenTarget, TargetUnreachable) as problem:
            _fail(str(problem))
        if all(one.skipped is not None for one in trial.tried):
            pytest.skip("; ".join(dict.fromkeys(one.skipped or "" for one in trial.tried)))
        if trial.ruling == "anomaly":
            from reports.verification_screen import witness_text

            _fail(witness_text(trial.anomalies))
        if trial.ruling == "unknown":
            _fail(f"unknown: {trial.reason}")

    def _trial(self) -> "Trial":
        from loadtests.adapters.problem import AdapterProblem
        from loadtests.contention.cases import Case
        from loadtests.contention.suite import Suite

        about = self.server.about()
        if about is None:
            raise AdapterProblem("the adapter has no about(), so nobody knows which books and times the server has")
        first = 1 + PEOPLE_OF_A_CASE * list(Case).index(self.case)
        suite = Suite(about=about, clients=self.clients, cases=(self.case,), first_citizen=first)
        return suite.against(self.server, self.kill, lambda _done, _whole: None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, all of which begin with bolk's name."""
    group = parser.getgroup("bolk", "bolk: is a booking server right when many want the same?")
    group.addoption("--bolk-target", metavar="URL", help="The booking server, on this machine.")
    group.addoption("--bolk-adapter", metavar="MODULE:CLASS", help="What speaks to it.")
    group.addoption("--bolk-clients", metavar="N", type=int, default=16, help="Most clients at one place at once.")
    group.addoption("--bolk-may-load-test", metavar="HOST", action="append", default=[],
                    help="A host beside this machine that load may go to; say it only of your own.")  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Know the mark that keeps the cases in one worker, whether pytest-xdist is there or not."""
    config.addinivalue_line("markers", "xdist_group(name): tests that one worker of pytest-xdist runs")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each case."""
    if "bolk_case" not in metafunc.fixturenames:
        return
    from loadtests.contention.cases import Case

    cases = [pytest.param(case, id=case.value, marks=pytest.mark.xdist_group("bolk")) for case in Case]
    metafunc.parametrize("bolk_case", cases, indirect=True)


@pytest.fixture(scope="session")
def bolk_target(request: pytest.FixtureRequest) -> str:
    """Where the server is."""
    return _option(request, "--bolk-target", "URL")


@pytest.fixture(scope="session")
def bolk_adapter(request: pytest.FixtureRequest) -> Any:
    """What speaks to it: a class, or its name as module:Class."""
    return _option(request, "--bolk-adapter", "MODULE:CLASS")


@pytest.fixture(scope="session")
def bolk_kill() -> Callable[[str], None] | None:
    """What kills a part of the server, by name, and starts it again; None leaves those cases out."""
    return None


@pytest.fixture
def bolk_case(
    request: pytest.FixtureRequest,
    bolk_target: str,
    bolk_adapter: Any,
    bolk_kill: Callable[[str], None] | None,
) -> BolkCase:
    """One case against the server."""
    from loadtests.adapters.finding import adapter_named, adapter_of
    from loadtests.adapters.problem import AdapterProblem
    from loadtests.contention.on_trial import OnTrial
    from loadtests.guard import ForbiddenTarget, guard_for

    folder = request.config.invocation_params.dir
    try:
        named = isinstance(bolk_adapter, str)
        adapt = adapter_named(bolk_adapter, folder) if named else adapter_of(bolk_adapter, repr(bolk_adapter))
        guard = guard_for(request.config.getoption("--bolk-may-load-test") or ())
    except (AdapterProblem, ForbiddenTarget) as problem:
        _fail(str(problem))
    token = os.environ.get("BOLK_ADMIN_TOKEN")
    server = OnTrial(base_url=bolk_target, adapt=adapt, admin_token=token, guard=guard)
    clients = int(request.config.getoption("--bolk-clients") or 16)
    return BolkCase(case=request.param, server=server, kill=bolk_kill, clients=clients)


def _option(request: pytest.FixtureRequest, name: str, value: str) -> str:
    given: str | None = request.config.getoption(name)
    if given is None:
        _fail(f"nobody says what to test: give {name} {value}, or a fixture {name[2:].replace('-', '_')}")
    return given


def _fail(text: str) -> NoReturn:
    pytest.fail(text, pytrace=False)
