"""The plan: exactly N citizens, the same people under every policy, and a file that shows when it was changed."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.choice import Pick
from scenarios.inventory import inventory_of
from scenarios.plan import Plan, columns, plan_of
from scenarios.plan_file import PlanFileError, read_plan, write_plan
from scenarios.policies.batches import Batches
from scenarios.policies.send_out import SendOut
from scenarios.policy import sent_times
from scenarios.streams import TICK_S
from tests import a

sizes = st.integers(1, 200) | st.just("all")
pauses = st.floats(0, 7200)


def policy(batch_size: int | Literal["all"] = 40, pause_s: float = 300.0) -> Batches:
    return Batches.of(batch_size, pause_s, dt.time(9, 7))


def plan(overrides: dict[str, Any] | None = None, *, rule: Batches | None = None, replication: int = 0) -> Plan:
    return plan_of(a.scenario(overrides), rule or policy(), replication)


def same(one: Plan, other: Plan, column: str) -> bool:
    return np.array_equal(getattr(one, column), getattr(other, column))


@given(sizes, pauses, st.integers(1, 300))
@settings(max_examples=40, deadline=None)
def test_a_plan_has_exactly_the_invited(size: int | Literal["all"], pause_s: float, invited: int) -> None:
    rows = plan({"invitation.invited": invited}, rule=policy(size, pause_s))
    assert rows.citizens == invited
    assert all(len(getattr(rows, column)) == invited for column in columns())


@given(sizes, pauses, st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_a_policy_changes_when_people_act_and_nothing_else(
    size: int | Literal["all"], pause_s: float, replication: int
) -> None:
    one, other = plan(replication=replication), plan(rule=policy(size, pause_s), replication=replication)
    assert {column for column in columns() if not same(one, other, column)} <= {"sent_s", "planned_s"}
    assert np.array_equal(one.planned_s - one.sent_s, other.planned_s - other.sent_s)


def test_the_same_seed_gives_the_same_plan_and_another_replication_another() -> None:
    assert plan().sha256 == plan().sha256
    digests = {plan(replication=replication).sha256 for replication in range(5)}
    assert len(digests | {plan({"experiment.seed": 1}).sha256}) == 6


def test_the_digest_of_the_smoke_test_is_pinned() -> None:
    # A change here changes every result: it belongs in the changelog under «Changes results».
    smoke = a.scenario()
    assert plan_of(smoke, smoke.policy, 0).sha256[:16] == "c1087c62d1cdc1cd"


@pytest.mark.parametrize("column", columns())
def test_the_digest_changes_with_any_value(column: str) -> None:
    rows = plan()
    changed = getattr(rows, column).copy()
    changed[-1] += 1 if changed.dtype.kind == "i" else TICK_S
    assert replace(rows, **{column: changed}).sha256 != rows.sha256


@pytest.mark.parametrize(
    "change",
    [{"scenario_name": "x"}, {"seed": 5}, {"replication": 9}, {"poll_s": 4.0}],
    ids=lambda one: next(iter(one)),
)
def test_the_digest_changes_with_what_made_the_plan(change: dict[str, Any]) -> None:
    assert replace(plan(), **change).sha256 != plan().sha256


def test_sms_leave_as_the_policy_and_the_gateway_say() -> None:
    assert np.array_equal(plan().sent_s, sent_times(policy(), SendOut(invited=120, sms_per_s=10.0)))


def test_each_municipality_sends_at_its_own_gateways_rate() -> None:
    rows = plan({"municipality": {"names": ["Bergen", "Oslo"]}})
    assert rows.municipality.tolist() == [0] * 120 + [1] * 120
    assert np.array_equal(rows.sent_s[:120], rows.sent_s[120:])
    assert not np.array_equal(rows.planned_s[:120], rows.planned_s[120:])


def test_nobody_acts_before_the_least_or_after_the_latest_response() -> None:
    response = {"median": "3 min", "sigma": 3.0, "least": "10 s", "latest": "20 min"}
    rows = plan({"behaviour.response": response, "invitation.invited": 5000})
    waited = rows.planned_s - rows.sent_s
    assert waited.min() >= 10
    assert waited.max() <= 20 * 60 + 10 + TICK_S


def test_the_shares_of_the_scenario_are_met() -> None:
    rows = plan({"invitation.invited": 20_000})
    error = 4 * 0.5 / np.sqrt(20_000)  # four standard errors at most
    assert rows.acts.mean() == pytest.approx(0.95 * 0.8, abs=error)
    for pick, share in ((Pick.FIRST, 0.6), (Pick.PREFERRED, 0.25), (Pick.UNIFORM, 0.15)):
        assert (rows.pick[:, 0] == pick).mean() == pytest.approx(share, abs=error)
    willing = [0.85, 0.85 * 0.9, 0.85 * 0.81, 0.85 * 0.729, 0.0]
    assert rows.retries.mean(axis=0) == pytest.approx(willing, abs=error)
    assert np.median(rows.planned_s - rows.sent_s) == pytest.approx(190, rel=0.05)


def test_citizens_go_to_books_in_proportion_to_their_places() -> None:
    block = a.scenario().slots[0].model_dump(by_alias=True, mode="json", exclude_none=True)
    rows = plan({"slots": [block, block | {"parallel": 9}], "invitation.invited": 20_000})
    assert (rows.book == 1).mean() == pytest.approx(0.75, abs=0.013)


def test_a_preferred_time_is_a_time_of_the_citizens_book() -> None:
    block = a.scenario().slots[0].model_dump(by_alias=True, mode="json", exclude_none=True)
    short = block | {"dates": ["2021-05-10"]}
    asked = a.scenario({"slots": [block, short], "invitation.invited": 3000})
    rows = plan_of(asked, policy(), 0)
    counts = np.array([len(book.starts) for book in inventory_of(asked)[0].books])
    assert rows.preferred.min() == 0
    assert np.all(rows.preferred < counts[rows.book][:, None])
    assert all(rows.preferred[rows.book == book].max() == count - 1 for book, count in enumerate(counts))


def test_there_is_no_form_where_the_scenario_has_none() -> None:
    assert not plan().form_s.any()
    assert plan({"behaviour.session": {"login": "20 s", "choose": "20 s", "form": "1 min"}}).form_s.all()


def test_every_time_lies_on_the_grid() -> None:
    rows = plan()
    for column in columns():
        values = getattr(rows, column)
        if column.endswith("_s"):
            assert np.array_equal(values / TICK_S, np.rint(values / TICK_S)), column


def test_until_keeps_everybody_but_lets_only_the_early_act() -> None:
    rows = plan()
    early = rows.between(None, 600.0)
    assert early.citizens == rows.citizens
    assert np.array_equal(early.acts, rows.acts * (rows.planned_s < 600.0))
    assert {column for column in columns() if not same(rows, early, column)} == {"acts"}
    assert rows.between(None, None).sha256 == rows.sha256


@given(sizes, pauses, st.integers(1, 40), st.integers(1, 6), st.integers(0, 9))
@settings(max_examples=20, deadline=None)
def test_a_plan_reads_back_from_its_file_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    size: int | Literal["all"],
    pause_s: float,
    invited: int,
    tries: int,
    replication: int,
) -> None:
    overrides = {"invitation.invited": invited, "behaviour.after_rejection.give_up_after": tries}
    rows = plan(overrides, rule=policy(size, pause_s), replication=replication)
    path = tmp_path_factory.mktemp("plan") / "plan.csv"
    write_plan(path, rows)
    back = read_plan(path)
    assert back.sha256 == rows.sha256
    assert back.header == rows.header
    assert all(
        same(rows, back, column) and getattr(back, column).dtype == getattr(rows, column).dtype for column in columns()
    )


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "plan.csv"
    write_plan(path, plan({"invitation.invited": 5}))
    return path


@pytest.mark.parametrize("cell", range(1, 9))
def test_one_changed_cell_is_found(written: Path, cell: int) -> None:
    lines = written.read_text(encoding="utf-8").split("\n")
    row = lines[3].split(",")
    row[cell] = str(float(row[cell]) + 1) if "." in row[cell] else str(int(row[cell]) + 1)
    written.write_text("\n".join([*lines[:3], ",".join(row), *lines[4:]]), encoding="utf-8")
    with pytest.raises(PlanFileError, match="changed after the plan was written"):
        read_plan(written)


def test_a_missing_row_or_swapped_rows_are_found(written: Path) -> None:
    lines = written.read_text(encoding="utf-8").split("\n")
    for rows in ([*lines[:3], *lines[4:]], [*lines[:2], lines[3], lines[2], *lines[4:]]):
        written.write_text("\n".join(rows), encoding="utf-8")
        with pytest.raises(PlanFileError, match="changed after the plan was written"):
            read_plan(written)


@pytest.mark.parametrize(("old", "new"), [('"seed": 20210503', '"seed": 1'), ('"poll_s": 3.0', '"poll_s": 2.0')])
def test_a_changed_first_line_is_found(written: Path, old: str, new: str) -> None:
    text = written.read_text(encoding="utf-8")
    assert old in text
    written.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PlanFileError, match="changed after the plan was written"):
        read_plan(written)


def test_a_missing_column_is_named(written: Path) -> None:
    written.write_text(written.read_text(encoding="utf-8").replace("login_s", "logon_s"), encoding="utf-8")
    with pytest.raises(PlanFileError, match="'login_s_1' is missing"):
        read_plan(written)


@pytest.mark.parametrize(
    "content",
    ["", "citizen,sent_s\n0,1\n", "# bolk.plan/1 \n", "# bolk.plan/1 {}\n", '# bolk.plan/1 {"tries": 1}\ncitizen\n1\n'],
)
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PlanFileError, match=r"plan\.csv"):
        read_plan(path)


def test_those_who_reload_are_in_the_plan_and_its_file_and_change_nobody_else(tmp_path: Path) -> None:
    rows = plan({"behaviour.reload": {"share": "40 %", "after": "6 s", "most": 3}, "invitation.invited": 5000})
    without = plan({"invitation.invited": 5000})
    assert rows.reloads is not None
    assert rows.reload_after_s is not None
    assert set(rows.reloads.tolist()) == {0, 3}
    assert (rows.reloads == 3).mean() == pytest.approx(0.4, abs=0.03)
    assert np.median(rows.reload_after_s) == pytest.approx(6, rel=0.05)
    assert all(same(rows, without, column) for column in columns())
    write_plan(tmp_path / "plan.csv", rows)
    back = read_plan(tmp_path / "plan.csv")
    assert back.sha256 == rows.sha256 != without.sha256
    assert back.reloads is not None
    assert back.reloads.dtype == rows.reloads.dtype
