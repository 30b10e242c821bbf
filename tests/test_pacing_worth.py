"""What watching the day is worth, in few runs; `benchmarks.pacing` prints the same for 200."""

import pytest

from benchmarks.pacing import PLAN, compared


@pytest.mark.slow
def test_where_reality_is_not_what_was_assumed_the_plan_breaks_and_the_paced_one_keeps() -> None:
    rows = {(row.reality, row.sent): row for row in compared(PLAN, 4)}
    assert rows["as assumed", "fixed"].broken == rows["as assumed", "paced"].broken == ()
    for reality in ("twice as fast", "half the log-in"):
        assert len(rows[reality, "fixed"].broken) == 2
        assert rows[reality, "paced"].broken == ()
    assert rows["half the log-in", "paced"].invited_min > 2 * rows["half the log-in", "fixed"].invited_min
