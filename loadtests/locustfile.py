# pyright: basic
"""What Locust loads: who is alone lives the plan, a master conducts, a worker lives its share.

Locust spawns a single user in each process that sends load, the driver. It walks the plan in order of time and gives
each citizen a greenlet of their own. Citizens share connections: a request takes one that is idle, or opens one, so
that nobody waits for anybody.

Started by `loadtests.run` as a process of its own, never imported.
"""

from pathlib import Path

from locust import User, events, task
from locust.exception import StopUser
from locust.runners import MasterRunner, WorkerRunner

from loadtests.driving.alone import Alone
from loadtests.driving.conductor import Conductor
from loadtests.driving.live_page import leave
from loadtests.driving.record import tell_problem
from loadtests.driving.worker import Worker
from loadtests.job import read_job


@events.init_command_line_parser.add_listener
def _add_job(parser):
    parser.add_argument("--job", help="file that says what to do; a worker is told by its master")


@events.init.add_listener
def _take_part(environment, **_):
    match environment.runner:
        case MasterRunner():
            Conductor(environment, read_job(Path(environment.parsed_options.job)))
        case WorkerRunner():
            Driver.part = Worker(environment)
        case _:
            Driver.part = Alone(environment, read_job(Path(environment.parsed_options.job)))


class Driver(User):
    """The one user Locust knows of in each process."""

    part: Alone | Worker

    @task
    def drive(self):
        """Live the plan, then let Locust shut down."""
        try:
            self.part.drive()
        except BrokenPipeError:
            pass  # the parent is gone, and nobody is left to tell
        except Exception as problem:  # whatever it is, the parent must hear of it
            tell_problem(problem)
        finally:
            if isinstance(self.part, Alone):
                leave(self.environment)  # or Locust would begin again
        raise StopUser
