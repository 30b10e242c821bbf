"""A municipality's set-up on the books that the server offers: which entry belongs to which book, and what it says."""

import dataclasses
import datetime as dt
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_server.address_register.check import check_register_text
from reference_server.address_register.reading import set_up_in
from reference_server.address_register.same_name import grouped
from reference_server.address_register.server_set_up import is_of
from reference_server.address_register.set_up import Book, BookUse, ServiceKind, SetUp
from reference_server.booking import Terms
from reference_server.doses import DoseTie
from scenarios.inventory import AppointmentBook


class SetUpRefused(ValueError):
    """The file is no set-up, goes against a demand of the guide, or is not that of these books; str() says all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a set-up says of one of the server's books."""

    entry: Book
    service: ServiceKind | None
    terms: Terms


def set_up_for(books: Sequence[AppointmentBook], path: Path) -> SetUp:
    """The set-up in a file, which must be that of a municipality of these books.

    Raises
    ------
    SetUpRefused
        With every problem of the file, or every finding, or every book without a counterpart.
    """
    said, code = check_register_text(path, "en")
    set_up = set_up_in(path)
    if code != 0 or not isinstance(set_up, SetUp):
        raise SetUpRefused(said)
    problems = list(_unmatched(set_up, books))
    if problems:
        raise SetUpRefused("\n".join([f"{path}: not the set-up of what is served", *(f"  {one}" for one in problems)]))
    return set_up


def offers_of(set_up: SetUp | None, books: Sequence[AppointmentBook]) -> Mapping[str, Offer]:
    """What the set-up says of its municipality's books, by id; the others are not in it."""
    if set_up is None:
        return {}
    ours = [book for book in books if is_of(set_up.municipality, book)]
    ids = {book.name: book.id for book in reversed(ours)}
    entries = {entry.name: entry for entry in _resources(set_up)}
    return {book.id: _offer(set_up, entries[book.name], ids) for book in ours if book.name in entries}


def _unmatched(set_up: SetUp, books: Sequence[AppointmentBook]) -> Iterator[str]:
    owner = set_up.municipality
    ours = {book.name: book for book in books if is_of(owner, book)}
    entries = {entry.name: entry for entry in _resources(set_up)}
    if not ours:
        served = ", ".join(sorted({f"{one.municipality_name} ({one.municipality_number})" for one in books}))
        yield f"municipality: {owner.name} ({owner.number or 'no number'}) is none of those served: {served}"
        return
    for name, entry in entries.items():
        if name not in ours:
            yield f"books.{entry.id}: no book of the scenario has the name «{name}»{_near(name, ours)}; leave it out"
        elif entry.type is not ours[name].type:
            yield f"books.{entry.id}: «{name}» is of type {entry.type} here and {ours[name].type} in the scenario"
        if entry.follows not in (None, *entries):
            yield f"books.{entry.id}: «{entry.follows}», which it follows, is no book that one books in as a resource"
    for name, ids in grouped((entry.name, entry.id) for entry in _resources(set_up)):
        yield f"books.{ids[0]}: {', '.join(ids)} have one name, «{name}», so it is not clear which is which"
    for name in ours.keys() - entries.keys():
        yield f"«{name}» is a book of the scenario, and no [[books]] has that name{_near(name, entries)}; add it"


def _near(name: str, known: Mapping[str, Any]) -> str:
    nearest = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean «{nearest[0]}»?)" if nearest else ""


def _resources(set_up: SetUp) -> Iterator[Book]:
    """The books that citizens book in by resource; practitioners' own lists have no counterpart in a scenario."""
    return (book for book in set_up.books if book.is_used_as(BookUse.RESOURCE))


def _offer(set_up: SetUp, entry: Book, ids: Mapping[str, str]) -> Offer:
    service = next(set_up.services_of(entry), None)
    ties = [_tie(one, ids) for one in _resources(set_up) if one.follows is not None]
    return Offer(entry=entry, service=None if service is None else service.kind, terms=_terms(entry, ids, ties))


def _tie(entry: Book, ids: Mapping[str, str]) -> DoseTie:
    interval = entry.interval
    return DoseTie(
        first=ids[entry.follows or ""],
        second=ids[entry.name],
        at_least=dt.timedelta(seconds=interval.at_least),
        at_most=dt.timedelta(seconds=interval.at_most),
    )


def _terms(entry: Book, ids: Mapping[str, str], ties: Sequence[DoseTie]) -> Terms:
    own = ids[entry.name]
    said: dict[str, Any] = {
        "follows": next((tie for tie in ties if tie.second == own), None),
        "followed_by": tuple(tie for tie in ties if tie.first == own),
        "unasked": entry.meetings[0],
    }
    if entry.most_active is not None:
        said["most_active"] = None if entry.most_active == "unlimited" else entry.most_active
    if entry.cancel_ahead is not None:
        said["cancel_ahead"] = dt.timedelta(seconds=entry.cancel_ahead)
    if entry.change_ahead is not None:
        said["change_ahead"] = dt.timedelta(seconds=entry.change_ahead)
    return dataclasses.replace(Terms(), **said)
