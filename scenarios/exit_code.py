"""How a command ends: the numbers that scripts and CI rely on (README, "Exit codes")."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command says to the shell; a closed set."""

    YES = 0
    NO = 1
    USAGE = 2
    INCONCLUSIVE = 3
    ENVIRONMENT = 4
    BUG = 5
    INTERRUPTED = 130
