"""A load test from the outside: check the server, start the generator, keep what it recorded, judge it."""

import errno
import json
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from loadtests.adapters.fitting import Fitted
from loadtests.generator import judged
from loadtests.guard import THIS_MACHINE, Guard
from loadtests.job import Job
from loadtests.processes import ALONE, STOP_S, Processes, Shape
from loadtests.target import Target, target_at
from scenarios.attempts import Attempt, header_line, read_attempts
from scenarios.measurement import Generator
from scenarios.plan import Plan
from scenarios.plan_file import write_plan
from scenarios.reading import sha256_of
from scenarios.rows import longest_s
from scenarios.scenario import Scenario

PLAN: Final = "plan.csv"
RECORD: Final = "attempts.jsonl"
VERDICT: Final = "generator.json"
LOG: Final = "locust.log"

_START_S: Final = 60.0  # ASSUMPTION: importing Locust and reading a plan takes seconds even on a busy machine
_JOIN_S: Final = 3600.0  # ASSUMPTION: somebody who starts workers by hand on other machines has done so within an hour


class OutFolderError(OSError):
    """The folder for the results cannot take them, or already holds others; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadtestRun:
    """What a load test brought back.

    `run` begins every idempotency key the server was sent;
    `partial` where it ended before every journey did (`interrupted` if by Ctrl-C); `reason` says why the generator's
    verdict is not `pass`. The clocks of the workers are known to `clock_error_s`, seconds on the wall.
    """

    attempts: list[Attempt]
    generator: Generator
    run: str
    partial: bool
    interrupted: bool
    reason: str | None
    clock_error_s: float = 0.0


def run(
    scenario: Scenario,
    plan: Plan,
    *,
    base_url: str,
    speedup: float,
    out: Path,
    progress: Callable[[int, int], None] | None = None,
    deadline_s: float | None = None,
    begin_s: float = 0.0,
    warm_up_s: float = 0.0,
    shape: Shape = ALONE,
    listening: Callable[[int], None] | None = None,
    guard: Guard = THIS_MACHINE,
    admin_token: str | None = None,
    adapted: Fitted | None = None,
) -> LoadtestRun:
    """Live a plan against a booking server.

    Parameters
    ----------
    speedup : float
        Seconds of the plan in one second of the wall; the server must run at the same.
    out : Path
        Made if need be; gets plan.csv, attempts.jsonl, generator.json and locust.log, and may hold none of them.
    progress : callable, optional
        Called with the number of journeys that are over, and of all.
    deadline_s : float, optional
        Stop at this moment of the plan's time. If not given: when every journey must be over.
    begin_s : float
        The moment of the plan's time to begin at; nobody of the plan may act before.
    warm_up_s : float
        Seconds on the wall before that, in which connections are opened and pages read, beside the record.
    shape : Shape
        How many processes share the plan, and where they come from.
    listening : callable, optional
        Called with the port at which a conductor waits for workers.
    guard : Guard
        Where load may go.
    admin_token : str, optional
        Opens the switch of the server's record system, for a scenario in which that stands still.
    adapted : Fitted, optional
        What speaks to a server with another API.

    Raises
    ------
    ForbiddenTarget
        The server is where load may not go.
    TargetUnreachable
        It does not answer, or serves something else.
    OutFolderError
        The folder cannot take the results; nothing in it was overwritten.
    GeneratorFailed
        The generator could not run.
    """
    if adapted is None:
        target = target_at(base_url, scenario_sha256=sha256_of(scenario), speedup=speedup, guard=guard)
    else:
        guard.require(base_url)
        target = Target(base_url=base_url.rstrip("/"), login_url="")
    out = out.resolve()
    _prepare(out, plan)
    with tempfile.TemporaryDirectory(prefix="bolk-") as empty:
        job = replace(
            _job(scenario, plan, target, speedup, out, deadline_s, shape),
            begin_s=begin_s,
            warm_up_s=warm_up_s,
            may_load=guard.pinned(),
        )
        if adapted is not None:
            job = replace(job, adapter=adapted.name, adapter_folder=adapted.folder, names=adapted.books)
        if scenario.platform.ehr.stopped and not shape.workers:
            job = replace(job, admin_token=admin_token)
        job.write(Path(empty) / "job.json")
        limit_s = _START_S + warm_up_s + job.deadline_s / speedup + STOP_S + (_JOIN_S if shape.listen else 0.0)
        processes = Processes(Path(empty), target.base_url, shape, out / LOG, limit_s)
        planned = int((plan.acts == 1).sum())
        processes.follow(
            lambda done: progress(done, planned) if progress else None,
            lambda port: listening(port) if listening else None,
        )
    processes.raise_problem(out / LOG)
    if processes.problem is not None:
        said = f"the record broke off ({processes.problem.problem})"
        raise OutFolderError(processes.problem.errno, said, out / RECORD)
    return _result(plan, job, out, processes)


def _prepare(out: Path, plan: Plan) -> None:
    held = [name for name in (PLAN, RECORD, VERDICT, LOG) if (out / name).exists()]
    if held:
        raise OutFolderError(errno.EEXIST, f"already holds a load test ({', '.join(held)}); give another folder", out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_plan(out / PLAN, plan)
        (out / RECORD).write_text(header_line(plan.sha256) + "\n", encoding="utf-8")
    except OSError as problem:
        raise OutFolderError(problem.errno, f"cannot write the load test here ({problem.strerror})", out) from problem


def _job(
    scenario: Scenario, plan: Plan, target: Target, speedup: float, out: Path, deadline_s: float | None, shape: Shape
) -> Job:
    return Job(
        plan=str(out / PLAN),
        scenario=scenario.model_dump(mode="json", by_alias=True),
        record=str(out / RECORD),
        base_url=target.base_url,
        login_url=target.login_url,
        run=uuid.uuid4().hex[:12],
        speedup=speedup,
        deadline_s=longest_s(plan) if deadline_s is None else deadline_s,
        workers=shape.workers,
        seed=plan.seed,
        replication=plan.replication,
        citizens=plan.citizens,
    )


def _result(plan: Plan, job: Job, out: Path, processes: Processes) -> LoadtestRun:
    _, attempts = read_attempts(out / RECORD)
    healths = (processes.last.healths if processes.last else ()) or (None,) * max(1, job.workers)
    generator, reason = judged(plan, attempts, job.speedup, healths)
    said = generator.model_dump() | {"reason": reason, "healths": [one and asdict(one) for one in healths]}
    (out / VERDICT).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    return LoadtestRun(
        attempts=attempts,
        generator=generator,
        run=job.run,
        partial=not processes.complete,
        interrupted=processes.interrupted,
        reason=reason,
        clock_error_s=max((one.clock.error_s for one in healths if one is not None), default=0.0),
    )
