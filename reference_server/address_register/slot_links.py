"""Offered times as SMART Scheduling Links: a bulk-publish manifest with NDJSON files of Location, Schedule and Slot.

Source: SMART Scheduling Links, specification.md of smart-on-fhir/smart-scheduling-links, commit fb490f1.
"""

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, Final, cast

from reference_server.address_register.offered_times import (
    MAX_BYTES,
    MAX_MINUTES,
    MAX_PLACES,
    OSLO,
    KnownBook,
    OfferedTime,
    Placed,
    SlotFile,
    SlotProblem,
    local_start,
)
from scenarios.book_type import BookType

MANIFEST: Final = "$bulk-publish"
CAPACITY: Final = "http://fhir-registry.smarthealthit.org/StructureDefinition/slot-capacity"
"""The extension that says how many alike slots a Slot stands for; without it, one."""

_IMMUNIZATION: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/service-type",
    "code": "57",
    "display": "Immunization",
}
_COVID19: Final = {
    "system": "http://fhir-registry.smarthealthit.org/CodeSystem/service-type",
    "code": "covid19-immunization",
    "display": "COVID-19 Immunization Appointment",
}
_SERVICE_TYPES: Final = {BookType.KORONAVAKSINE: [_IMMUNIZATION, _COVID19], BookType.VAKSINE: [_IMMUNIZATION]}
_TYPES: Final = ("Location", "Schedule", "Slot")


def published(
    books: Sequence[KnownBook], times: Sequence[OfferedTime], *, municipality: str, address: str, now: dt.datetime
) -> dict[str, str]:
    """Free times as the files of a publication, by name.

    Telephone and address of the Location, which the specification asks for, are left out: the server knows neither.

    Parameters
    ----------
    books, times : sequence of KnownBook, sequence of OfferedTime
        The times are free, with as many places as are free.
    municipality, address : str
        Name of the publisher, and where the files will lie (without the last slash).
    now : datetime
        Aware: the moment the times were read.
    """
    place = {"resourceType": "Location", "id": "municipality", "name": municipality}
    schedules = [_schedule(book) for book in books]
    slots = [_slot(time) for time in times]
    files = {"locations.ndjson": [place], "schedules.ndjson": schedules, "slots.ndjson": slots}
    manifest = {
        "transactionTime": now.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "request": f"{address}/{MANIFEST}",
        "output": [
            {"type": kind, "url": f"{address}/{name}"} for kind, name in zip(_TYPES, files, strict=True)
        ],
    }  # fmt: skip
    lines = {name: "".join(f"{_json(one)}\n" for one in resources) for name, resources in files.items()}
    return {MANIFEST: _json(manifest) + "\n"} | lines


def read_publication(files: Mapping[str, bytes]) -> SlotFile:
    """The free times in the files of a publication, and everything wrong with them.

    Parameters
    ----------
    files : mapping of str to bytes
        By name: the manifest (named `$bulk-publish`, or ending in .json) and the files that it lists, which are found
        by the last part of their address.
    """
    manifests = [name for name in files if name.endswith((MANIFEST, ".json"))]
    if len(manifests) != 1:
        nb, en = "ventet ett manifest ($bulk-publish eller .json)", "expected one manifest ($bulk-publish or .json)"
        return SlotFile((), (SlotProblem(", ".join(manifests) or MANIFEST, None, nb, en),))
    problems: list[SlotProblem] = []
    listed = _listed(manifests[0], files, problems)
    schedules: set[str] = set()
    for name in listed["Schedule"]:
        for line, schedule in _resources(name, files, "Schedule", problems):
            identity = schedule.get("id")
            if isinstance(identity, str) and identity:
                schedules.add(identity)
            else:
                problems.append(_problem(name, line, "id"))
    for name in listed["Location"]:
        list(_resources(name, files, "Location", problems))
    found: list[Placed] = []
    for name in listed["Slot"]:
        found += _free_slots(name, files, schedules, problems)
    return SlotFile(tuple(_aggregated(found)), tuple(problems))


def _schedule(book: KnownBook) -> dict[str, Any]:
    schedule = {
        "resourceType": "Schedule",
        "id": book.id,
        "actor": [{"reference": "Location/municipality", "display": book.name}],
    }
    coding = _SERVICE_TYPES.get(book.type) if book.type else None
    return schedule | ({"serviceType": [{"coding": coding}]} if coding else {})


def _slot(time: OfferedTime) -> dict[str, Any]:
    return {
        "resourceType": "Slot",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{time.book}/{time.start_text}")),
        "schedule": {"reference": f"Schedule/{time.book}"},
        "status": "free",
        "start": time.start.astimezone(OSLO).isoformat(timespec="seconds"),
        "end": time.end.isoformat(timespec="seconds"),
        "extension": [{"url": CAPACITY, "valueInteger": time.places}],
    }


def _listed(manifest: str, files: Mapping[str, bytes], problems: list[SlotProblem]) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {kind: [] for kind in _TYPES}
    table = _object(files[manifest])
    outputs = table.get("output") if table else None
    if not isinstance(outputs, list):
        problems.append(_problem(manifest, None, "output"))
        return listed
    for one in cast(list[object], outputs):
        entry = cast(dict[str, object], one) if isinstance(one, dict) else {}
        kind, url = entry.get("type"), entry.get("url")
        if not isinstance(url, str) or kind not in _TYPES:
            problems.append(_problem(manifest, None, "output.type, output.url"))
            continue
        name = url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        if name not in files:
            nb, en = f"filen {name} mangler", f"the file {name} is missing"
            problems.append(SlotProblem(manifest, None, nb, en))
        elif name not in listed[cast(str, kind)]:
            listed[cast(str, kind)].append(name)
    return listed


def _resources(
    name: str, files: Mapping[str, bytes], kind: str, problems: list[SlotProblem]
) -> Iterator[tuple[int, dict[str, Any]]]:
    if len(files[name]) > MAX_BYTES:
        problems.append(SlotProblem(name, None, "filen er for stor", "the file is too large"))
        return
    for line, text in enumerate(files[name].split(b"\n"), start=1):
        if not text.strip():
            continue
        resource = _object(text)
        if resource is None or resource.get("resourceType") != kind:
            problems.append(SlotProblem(name, line, f"ikke en {kind} i JSON", f"not a {kind} in JSON"))
        else:
            yield line, resource


def _free_slots(
    name: str, files: Mapping[str, bytes], schedules: Set[str], problems: list[SlotProblem]
) -> Iterator[Placed]:
    for line, slot in _resources(name, files, "Slot", problems):
        if slot.get("status") == "busy":
            continue
        faults, time = _time(slot, schedules)
        if time is None:
            problems += [_problem(name, line, key) for key in faults]
        else:
            yield Placed(time, name, line)


def _time(slot: dict[str, Any], schedules: Set[str]) -> tuple[list[str], OfferedTime | None]:
    book = _reference(slot)
    began, end = _instant(slot.get("start")), _instant(slot.get("end"))
    start, places = _local(began), _capacity(slot)
    faults = [] if slot.get("status") == "free" else ["status"]
    faults += [] if book in schedules else ["schedule.reference"]
    faults += ["start"] if start is None else []
    faults += ["slot-capacity"] if places is None else []
    minutes = (end - began) // dt.timedelta(minutes=1) if began and end else 0
    faults += ["end"] if not 0 < minutes <= MAX_MINUTES else []
    if faults or start is None or places is None:
        return faults, None
    return [], OfferedTime(book=book, start=start, minutes=minutes, places=places)


def _reference(slot: dict[str, Any]) -> str:
    schedule = slot.get("schedule")
    reference = cast(dict[str, object], schedule).get("reference") if isinstance(schedule, dict) else None
    return reference.removeprefix("Schedule/") if isinstance(reference, str) else ""


def _instant(text: object) -> dt.datetime | None:
    """A moment to the minute, in UTC: on the clock of Norway, two of them would be subtracted by the clock."""
    try:
        moment = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
        instant = moment.astimezone(dt.UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return instant if instant and instant.second == instant.microsecond == 0 else None


def _local(instant: dt.datetime | None) -> dt.datetime | None:
    try:
        local = instant.astimezone(OSLO) if instant else None
    except OverflowError:
        return None
    return local_start(local.date(), local.time()) if local else None


def _capacity(slot: dict[str, Any]) -> int | None:
    extensions = slot.get("extension", [])
    if not isinstance(extensions, list):
        return None
    named = [cast(dict[str, object], one) for one in cast(list[object], extensions) if isinstance(one, dict)]
    values = [one.get("valueInteger") for one in named if one.get("url") == CAPACITY]
    if not values:
        return 1
    value = values[0]
    fits = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_PLACES
    return cast(int, value) if fits and len(values) == 1 else None


def _aggregated(found: Sequence[Placed]) -> Iterator[Placed]:
    # Slots that are alike may be published one by one: together they are one time with so many places.
    alike = [(one.time.book, one.time.start, one.time.minutes) for one in found]
    places = Counter[tuple[str, dt.datetime, int]]()
    for key, one in zip(alike, found, strict=True):
        places[key] += one.time.places
    seen: set[tuple[str, dt.datetime, int]] = set()
    for key, one in zip(alike, found, strict=True):
        if key not in seen:
            book, start, minutes = key
            time = OfferedTime(book=book, start=start, minutes=minutes, places=places[key])
            yield Placed(time, one.file, one.line)
        seen.add(key)


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, Any], value) if isinstance(value, dict) else None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _problem(name: str, line: int | None, key: str) -> SlotProblem:
    return SlotProblem(
        name, line, f"{key} mangler eller er ikke slik det skal", f"{key} is missing or not as it should be"
    )
