"""Names that people cannot tell apart."""

from collections import defaultdict
from collections.abc import Iterable


def grouped(named: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """The ids behind each name that stands more than once, whatever its spaces and capitals.

    Parameters
    ----------
    named : iterable of (name, id)
        In any order; the answer does not depend on it.
    """
    known: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, one in sorted(named):
        known[" ".join(name.casefold().split())].append((one, name))
    return [(same[0][1], sorted(one for one, _ in same)) for same in known.values() if len(same) > 1]


def listed(names: Iterable[str]) -> str:
    """Names for a sentence that puts quotation marks around them all: A», «B."""
    return "», «".join(names)
