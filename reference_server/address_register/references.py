"""Whether the ids of a set-up fit together, on the tables as parsed, so that it can be said beside other problems."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from scenarios.problems import KeyPath

_LISTS: Final = ("ehrs", "services", "books")


@dataclass(frozen=True, slots=True)
class Repeated:
    """The id, or the member of a list, stands there twice."""

    where: KeyPath


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing in `table` has this id; `nearest` is what may have been meant."""

    where: KeyPath
    table: str
    nearest: str | None


def reference_faults(table: dict[str, Any]) -> list[Repeated | Missing]:
    """Every id that stands twice, and every one that is named but not there; what is no table is passed over."""
    parts = {name: list(_tables(table.get(name))) for name in _LISTS}
    ids: dict[str, list[str]] = {name: [] for name in _LISTS}
    faults: list[Repeated | Missing] = []
    for name in _LISTS:
        for index, part in parts[name]:
            one = part.get("id")
            if isinstance(one, str):
                faults += [Repeated((name, index, "id"))] if one in ids[name] else []
                ids[name].append(one)
    for index, service in parts["services"]:
        faults += _in_service(service, ("services", index), ids)
    return faults


def _in_service(service: dict[str, Any], where: KeyPath, ids: dict[str, list[str]]) -> Iterator[Repeated | Missing]:
    ehr = service.get("ehr")
    if isinstance(ehr, str) and ehr not in ids["ehrs"]:
        yield Missing((*where, "ehr"), "ehrs", _nearest(ehr, ids["ehrs"]))
    for key in ("books", "processes"):
        members = service.get(key)
        for index, one in enumerate(cast(list[object], members) if isinstance(members, list | tuple) else []):
            place = (*where, key, index)
            if key == "books" and isinstance(one, str) and one not in ids["books"]:
                yield Missing(place, "books", _nearest(one, ids["books"]))
            elif one in cast(list[object], members)[:index]:
                yield Repeated(place)


def _tables(value: object) -> Iterator[tuple[int, dict[str, Any]]]:
    members = cast(list[object], value) if isinstance(value, list | tuple) else []
    return ((index, cast(dict[str, Any], one)) for index, one in enumerate(members) if isinstance(one, dict))


def _nearest(one: str, known: list[str]) -> str | None:
    return next(iter(difflib.get_close_matches(one, known, n=1)), None)
