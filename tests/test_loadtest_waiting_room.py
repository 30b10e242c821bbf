"""A real load test through the waiting room of a real server: a queue forms, and everybody gets in as predicted."""

from collections import Counter
from pathlib import Path

import pytest

from loadtests.history import check, places_of
from loadtests.run import run
from loadtests.target import fetch_export
from reference_server.pace import Pace
from reference_server.serving import running
from scenarios.attempts import Attempt, Operation, Outcome, Status
from scenarios.plan import plan_of
from simulation.replication import simulate
from tests import a

SPEEDUP = 20.0
PER_MINUTE = 20
RUSH = a.scenario(
    {
        "invitation.invited": 60,
        "policy.batch_size": "all",
        "behaviour.response": {"median": "20 s", "sigma": 1.0, "latest": "2 min"},
        "behaviour.patience": {"page": "2 min", "answer": "5 min", "queue": "2 h"},
        "platform.waiting_room": {"total_active_users": 1000, "new_users_per_minute": PER_MINUTE},
    }
)
pytestmark = pytest.mark.slow


def firsts(attempts: list[Attempt]) -> list[Attempt]:
    return [one for one in attempts if one.number == 1]


def asked(attempt: Attempt, operation: Operation) -> list[float]:
    return [one.ended_s for one in attempt.requests if one.operation is operation]


def wait_s(attempts: list[Attempt]) -> float:
    """From the log-in to being inside, the mean over all citizens."""
    waits = [asked(one, Operation.ENTER)[-1] - asked(one, Operation.LOGIN)[0] for one in firsts(attempts)]
    return sum(waits) / len(waits)


def test_a_queue_forms_everybody_gets_in_and_it_is_as_predicted(tmp_path: Path) -> None:
    plan = plan_of(RUSH, RUSH.policy, 0)
    predicted = simulate(RUSH, plan)
    with running(RUSH, pace=Pace.SCENARIO, speedup=SPEEDUP) as server:
        lived = run(RUSH, plan, base_url=server.base_url, speedup=SPEEDUP, out=tmp_path / "out")
        export = fetch_export(server.base_url, server.admin_token)
        history = check(lived.attempts, export, places_of(RUSH), run=lived.run)

    measured = lived.attempts
    assert (lived.partial, history.anomalies) == (False, [])
    assert {request.status for one in measured for request in one.requests} == {Status.OK}
    assert len(firsts(measured)) == len(firsts(predicted)) > 2 * PER_MINUTE  # or there would be no queue
    assert max(len(asked(one, Operation.ENTER)) for one in measured) >= 3
    assert all(asked(one, Operation.BOOKS) for one in firsts(measured))

    inside_s = sorted(asked(one, Operation.ENTER)[-1] for one in firsts(measured))
    assert inside_s[PER_MINUTE] - inside_s[0] > 40  # a minute, less the while until the first asked and was told
    assert wait_s(measured) == pytest.approx(wait_s(predicted), rel=0.2)
    (told, foretold) = (Counter(one.outcome for one in attempts) for attempts in (measured, predicted))
    # Who collides with whom turns on fractions of a second, and a real server has other ones than the model.
    assert told[Outcome.CONFIRMED] == pytest.approx(foretold[Outcome.CONFIRMED], abs=4)
    assert told[Outcome.REJECTED] == pytest.approx(foretold[Outcome.REJECTED], abs=8)
