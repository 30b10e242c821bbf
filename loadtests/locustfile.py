# pyright: basic
"""The load generator: one Locust process that starts every citizen of a plan at the planned moment (an open model).

Locust spawns a single user, the driver. It walks the plan in order of time and gives each citizen a greenlet of their
own. Citizens share connections: a request takes one that is idle, or opens one, so that nobody waits for anybody.

Started by `loadtests.run` as a process of its own, never imported.
"""

from pathlib import Path

from locust import User, events, task
from locust.exception import StopUser

from loadtests.driving.load import Load, tell
from loadtests.job import News, read_job


@events.init_command_line_parser.add_listener
def _add_job(parser):
    parser.add_argument("--job", type=Path, help="file that says what to do")


class Driver(User):
    """The one user Locust knows of."""

    @task
    def drive(self):
        """Live the plan, then let Locust shut down."""
        try:
            job = read_job(self.environment.parsed_options.job)
            load = Load(job, self.environment.events.request)
            self.environment.events.quitting.add_listener(load.close)
            load.run()
        except BrokenPipeError:
            pass  # the parent is gone, and nobody is left to tell
        except Exception as problem:  # whatever it is, the parent must hear of it
            tell(News(done=0, problem=f"{type(problem).__name__}: {problem}", errno=getattr(problem, "errno", None)))
        finally:
            self.environment.runner.quit()  # or Locust would begin again
        raise StopUser
