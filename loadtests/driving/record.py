# pyright: basic
"""What the generator writes: the record on disk, and news to its parent."""

from pathlib import Path
from typing import Final

from loadtests.job import News, news_line

NEWS_S: Final = 0.25  # ASSUMPTION: often enough for a progress line


class Record:
    """The file of attempts, added to."""

    def __init__(self, path):
        self._file = Path(path).open("a", encoding="utf-8", newline="\n")  # noqa: SIM115  (closed by close)

    def add(self, lines):
        """Write whole lines, so that a kill can tear none but the last."""
        self._file.writelines(lines)
        self._file.flush()

    def close(self):
        """No more."""
        self._file.close()


def tell(news):
    """Send news to the parent; each line is proof of life too: a parent that is gone breaks the pipe.

    Raises
    ------
    BrokenPipeError
        Nobody is left to tell.
    """
    print(news_line(news), flush=True)  # noqa: T201


def tell_problem(problem):
    """Tell what broke the run."""
    number = getattr(problem, "errno", None)
    tell(News(problem=f"{type(problem).__name__}: {problem}", errno=number))
