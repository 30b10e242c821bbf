"""A recorded history on trial again."""

from pathlib import Path

from loadtests.checker.judging import judge
from loadtests.contention.witness import witness_of
from loadtests.history_file import HISTORY, read_history
from scenarios.verification import Trial, Tried


def recorded_trial(path: Path) -> Trial:
    """Judge the history in a file, or the one in the folder of a load test.

    Raises
    ------
    HistoryFileError
        It is no history.
    OSError
        It cannot be opened.
    """
    history, strategy = read_history(path / HISTORY if path.is_dir() else path)
    verdict = judge(history)
    whole = Tried(case="recorded", book="all", operations=verdict.operations, anomalies=len(verdict.anomalies))
    return Trial(
        strategy=strategy,
        tried=[whole],
        operations=verdict.operations,
        unanswered=verdict.unanswered,
        ruling=verdict.ruling.value,
        reason=verdict.reason,
        anomalies=[witness_of(one, None, None) for one in verdict.anomalies],
    )
