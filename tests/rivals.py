"""Processes that work on one storage at the same time, forked from one that has loaded the code."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from multiprocessing.synchronize import Barrier

RIVALS = 4


def fork_server() -> ForkServerContext:
    """Where the processes of tests come from; the server's own come from there too."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["reference_server.process", "tests.databases", "tests.test_pacing_crash", "pytest"])
    return context


def let_loose(work: Callable[[str, int, Barrier], None], address: str) -> None:
    """Let all rivals loose on a storage at the same moment; each must end well."""
    context = fork_server()
    start = context.Barrier(RIVALS)
    rivals = [context.Process(target=work, args=(address, rival, start)) for rival in range(RIVALS)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(timeout=60)
    assert [rival.exitcode for rival in rivals] == [0] * RIVALS
