"""The model's own parts against theory; every tolerance is 4 standard errors of the very run, from a fixed seed."""

import functools
import math

import pytest

from reference_server.booking import Confirmed, Ledger
from scenarios.law_check import Law, LawCheck, Validation
from simulation import laws
from simulation.validation import DEFAULT_SEED, LAWS, checked
from simulation.world import Steps, World


@functools.cache
def checks(number: int) -> list[LawCheck]:
    return checked(number, DEFAULT_SEED)


EVERY_LAW = pytest.mark.parametrize("number", range(len(LAWS)), ids=[law.__name__ for law in LAWS])


@EVERY_LAW
def test_the_model_agrees_with_theory(number: int) -> None:
    assert checks(number)
    for check in checks(number):
        assert check.agrees, check


@EVERY_LAW
def test_an_error_of_a_quarter_would_have_been_seen(number: int) -> None:
    for check in checks(number):
        wrong = check.model_copy(update={"theory": check.theory * 1.25 + (1e-6 if check.theory == 0 else 0)})
        assert not wrong.agrees, check


def test_every_law_that_can_be_named_is_checked() -> None:
    named: tuple[str, ...] = Law.__args__  # pyright: ignore[reportAttributeAccessIssue]
    assert {check.law for number in range(len(LAWS)) for check in checks(number)} == set(named)


def test_the_same_seed_gives_the_same_figures_and_another_seed_others() -> None:
    paths = next(number for number, law in enumerate(LAWS) if law.__name__ == "sample_paths")
    assert checks(paths) == checked(paths, DEFAULT_SEED) != checked(paths, DEFAULT_SEED + 1)


def _disagreements(law: str) -> list[LawCheck]:
    number = next(number for number, one in enumerate(LAWS) if one.__name__ == law)
    return [check for check in checked(number, DEFAULT_SEED) if not check.agrees]


def test_workers_that_are_a_fifth_too_slow_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    right = World.serve

    def slow(self: World, station: object, service_s: float, work: object) -> Steps:
        return (yield from right(self, station, 1.2 * service_s, work))  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(World, "serve", slow)
    assert len(_disagreements("pollaczek_khinchine")) == 3


def test_a_ledger_that_gives_a_place_twice_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Ledger.reserve

    def generous(self: Ledger, time: int, citizen: int) -> object:
        decision = right(self, time, citizen)
        return decision if isinstance(decision, Confirmed) or citizen % 4 else Confirmed(place=1)

    monkeypatch.setattr(Ledger, "reserve", generous)
    assert len(_disagreements("birthday")) == 2


def test_a_disagreement_anywhere_is_one_of_the_whole() -> None:
    right = LawCheck(
        law="birthday", quantity="rejected_count", parameters={}, theory=1.0, model=1.3, standard_error=0.1,
        reference="none",
    )  # fmt: skip
    wrong = right.model_copy(update={"model": 1.5})
    assert Validation(seed=1, checks=[right]).agrees
    assert not Validation(seed=1, checks=[right, wrong]).agrees
    assert wrong.standard_errors == pytest.approx(5)


# Published or independently computed values of the closed forms. C(8, 7.2): Erlang's tables; M/M/1 waits with
# probability rho; the first-free figures were integrated by another program to six digits.


def test_erlang_c_as_in_the_tables() -> None:
    assert laws.erlang_c(8, 7.2) == pytest.approx(0.70153, abs=5e-6)
    assert laws.erlang_c(1, 0.9) == pytest.approx(0.9)
    assert laws.erlang_wait_s(8, 7.2, 1.0) == pytest.approx(0.87692, abs=1e-5)
    assert laws.erlang_wait_s(1, 0.9, 1.0) == pytest.approx(9.0)


def test_pollaczek_khinchine_is_erlang_for_exponential_service_and_half_of_it_for_constant() -> None:
    for use in (0.2, 0.5, 0.9):
        erlang_s = laws.erlang_wait_s(1, use, 2.0)
        assert laws.pollaczek_khinchine_s(use, 2.0, 1.0) == pytest.approx(erlang_s)
        assert laws.pollaczek_khinchine_s(use, 2.0, 0.0) == pytest.approx(erlang_s / 2)


@pytest.mark.parametrize(
    ("load", "family", "rejected"),
    [
        (1.0, "constant", 0.5), (1.0, "exponential", 0.418023), (5.0, "exponential", 0.686389),
        (20.0, "exponential", 0.832305), (20.0, "uniform", 0.87384), (100.0, "erlang_2", 0.95847),
    ],
)  # fmt: skip
def test_the_first_free_law_family_by_family(load: float, family: object, rejected: float) -> None:
    assert laws.first_free_rejected(load, family) == pytest.approx(rejected, abs=6e-6)  # pyright: ignore[reportArgumentType]


def test_the_first_free_law_for_an_exponential_think_time_has_its_known_limit() -> None:
    kept = 1 - laws.first_free_rejected(4000.0, "exponential")
    assert kept == pytest.approx(math.sqrt(2 / (math.pi * 4000)), rel=0.02)


def test_the_retry_fixed_point_is_one_and_without_retries_the_first_free_law() -> None:
    assert laws.retry_rejected(0.5, "exponential", 3) == pytest.approx(0.3717, abs=5e-5)
    assert laws.retry_rejected(2.0, "exponential", 3) == pytest.approx(0.6851, abs=5e-5)
    assert laws.retry_rejected(2.0, "exponential", 0) == pytest.approx(laws.first_free_rejected(2.0, "exponential"))


def test_birthdays_and_orbits_as_in_the_books() -> None:
    assert laws.birthday_rejections(50, 365) == pytest.approx(3.214, abs=5e-4)
    assert laws.birthday_rejections(1000, 1000) == pytest.approx(367.70, abs=5e-3)
    assert laws.birthday_rejections(1, 7) == pytest.approx(0.0)
    assert laws.retrial_orbit(0.5, 0.5) == pytest.approx(1.5)
    # Who comes back at once waits as in an ordinary queue: rho^2 / (1 - rho) in line.
    assert laws.retrial_orbit(0.6, 1e9) == pytest.approx(0.36 / 0.4)
