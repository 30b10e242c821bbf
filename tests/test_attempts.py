"""The record: what is written reads back, what was torn or is something else is told apart."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.attempts import (
    Attempt,
    AttemptFileError,
    Operation,
    Outcome,
    Request,
    Status,
    attempt_line,
    attempt_of,
    header_line,
    read_attempts,
    write_attempts,
)

moments = st.floats(0, 1e6)
texts = st.none() | st.text(max_size=20)
requests = st.builds(Request, st.sampled_from(Operation), moments, moments, moments, st.sampled_from(Status))
attempts = st.builds(
    Attempt,
    citizen=st.integers(0, 10**7),
    number=st.integers(1, 20),
    planned_s=moments,
    ended_s=moments,
    outcome=st.sampled_from(Outcome),
    book=texts,
    asked=texts,
    slot=texts,
    reserved_s=st.none() | moments,
    requests=st.lists(requests, max_size=3).map(tuple),
)
ONE = Attempt(3, 1, 1.5, 2.5, Outcome.CONFIRMED, "b", "2021-05-10T08:30", "b/2021-05-10T08:30/1", 2.0, ())


@given(attempts)
@settings(deadline=None)
def test_an_attempt_reads_back_from_its_line_exactly(attempt: Attempt) -> None:
    line = attempt_line(attempt)
    assert attempt_of(line) == attempt
    assert "\n" not in line


@given(st.lists(attempts, max_size=5))
@settings(max_examples=30, deadline=None)
def test_a_record_reads_back_from_its_file(tmp_path_factory: pytest.TempPathFactory, many: list[Attempt]) -> None:
    path = tmp_path_factory.mktemp("record") / "attempts.jsonl"
    write_attempts(path, "abc", many)
    assert read_attempts(path) == ("abc", many)


def test_a_last_line_torn_by_a_kill_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "attempts.jsonl"
    path.write_text("\n".join([header_line("abc"), attempt_line(ONE), attempt_line(ONE)[:50]]), encoding="utf-8")
    assert read_attempts(path) == ("abc", [ONE])


def test_a_torn_line_in_the_middle_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "attempts.jsonl"
    path.write_text("\n".join([header_line("abc"), attempt_line(ONE)[:50], attempt_line(ONE)]), encoding="utf-8")
    with pytest.raises(AttemptFileError, match="line 2: not an attempt"):
        read_attempts(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "hello",
        "[]",
        "{}",
        '{"schema": "bolk.attempts/2", "plan_sha256": "x"}',
        "null",
        '{"schema": "bolk.attempts/1"}',
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "attempts.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AttemptFileError, match="line 1"):
        read_attempts(path)


@pytest.mark.parametrize("line", ["[]", "3", "null", '{"citizen": 1}', '{"requests": [], "outcome": "LOST"}'])
def test_a_line_that_is_no_attempt_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "attempts.jsonl"
    path.write_text("\n".join([header_line("abc"), line, attempt_line(ONE)]), encoding="utf-8")
    with pytest.raises(AttemptFileError, match="line 2: not an attempt"):
        read_attempts(path)


def test_the_outcomes_are_the_closed_set_of_the_glossary() -> None:
    assert {outcome.value for outcome in Outcome} == {
        "CONFIRMED",
        "REJECTED",
        "NO_SLOT",
        "SHED",
        "FAILED",
        "UNKNOWN",
        "ABANDONED",
    }
