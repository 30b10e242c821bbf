"""Whether the books that follow another one (dose 2 after dose 1) name one that is there, on the tables as parsed."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from scenarios.problems import KeyPath


@dataclass(frozen=True, slots=True)
class NothingToFollow:
    """No one book of this name can be followed: there is none or several, or it follows another one itself."""

    where: KeyPath
    nearest: str | None


def follow_faults(table: dict[str, Any]) -> Iterator[NothingToFollow]:
    """Every book that follows what cannot be followed.

    A book that is followed follows nothing itself, so there are no circles and a cancelled first dose takes one other
    appointment with it, not a chain of them.
    """
    listed = table.get("books")
    members = cast(list[object], listed) if isinstance(listed, list | tuple) else []
    books = {index: cast(dict[str, Any], one) for index, one in enumerate(members) if isinstance(one, dict)}
    firsts = [one.get("name") for one in books.values() if one.get("follows") is None]
    for index, book in books.items():
        wanted = book.get("follows")
        if isinstance(wanted, str) and firsts.count(wanted) != 1:
            near = difflib.get_close_matches(wanted, [name for name in firsts if isinstance(name, str)], n=1)
            yield NothingToFollow(("books", index, "follows"), next((one for one in near if one != wanted), None))
