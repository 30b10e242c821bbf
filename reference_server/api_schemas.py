"""What goes over the wire, as closed JSON schemas with an example of each."""

from typing import Final

from reference_server.meeting import Meeting
from reference_server.openapi import Schema, closed, listed, named

_TEXT: Final[Schema] = {"type": "string"}
_ID: Final[Schema] = {"type": "string", "format": "uuid"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 1}
_ANY_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_DATE: Final[Schema] = {"type": "string", "format": "date"}
START: Final[Schema] = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$"}
"""Local time in Norway, to the minute."""

_MEETING: Final[Schema] = {"enum": [*Meeting]}
_APPOINTMENT: Final[dict[str, Schema]] = {
    "appointment": _ID,
    "slot": _TEXT,
    "start": START,
    "meeting": _MEETING,
    "title": _TEXT,
}
_KEPT: Final[dict[str, Schema]] = {
    "reservation": _ID,
    "citizen": _TEXT,
    "acting": {"type": ["string", "null"]},
    "idempotency_key": _TEXT,
    "book": _TEXT,
    "start": START,
    "state": {"enum": ["SENT", "HELD", "CONFIRMED", "REJECTED", "CANCELLED", "EXPIRED", "DEAD_LETTER"]},
    "cancelled_by": {"type": ["string", "null"]},
}
_PLACE: Final[dict[str, Schema]] = {
    "slot": _TEXT,
    "book": _TEXT,
    "start": START,
    "place": _COUNT,
    "citizen": _TEXT,
    "reservation": _ID,
    "appointment": _ID,
}
_IN_LINE: Final[dict[str, Schema]] = {"book": _TEXT, "since_s": {"type": "number"}, "ahead": _ANY_COUNT}
_WAITED: Final[dict[str, Schema]] = {
    "citizen": _TEXT,
    "book": _TEXT,
    "since_s": {"type": "number"},
    "ended_s": {"type": ["number", "null"]},
    "given": {"oneOf": [_ID, {"type": "null"}]},
}

SCHEMAS: Final[dict[str, Schema]] = {
    "Front": closed(
        {
            "service": _TEXT,
            "login_url": {"type": "string", "format": "uri"},
            "scenario": _TEXT,
            "scenario_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "pace": {"enum": ["scenario", "none"]},
            "speedup": {"type": "number", "exclusiveMinimum": 0},
        }
    ),
    "Books": closed(
        {"books": listed(closed({"id": _TEXT, "name": _TEXT, "municipality": _TEXT, "meetings": listed(_MEETING)}))}
    ),
    "Days": closed({"days": listed(closed({"date": _DATE, "free": _COUNT}))}),
    "Slots": closed({"slots": listed(closed({"start": START, "free": _COUNT}))}),
    "Wish": closed({"book": _TEXT, "start": START}, {"meeting": _MEETING}),
    "AnyTime": closed({"book": _TEXT}, {"meeting": _MEETING}),
    "Held": closed({"reservation": _ID, "status": {"const": "HELD"}, "held_until_s": {"type": "number"}}),
    "Sent": closed({"reservation": _ID, "status": {"const": "SENT"}}),
    "Confirmation": closed(
        {
            "reservation": _ID,
            "outcome": {"enum": ["CONFIRMED", "CANCELLED"]},
            "from_waitlist": {"type": "boolean"},
            **_APPOINTMENT,
        }
    ),
    "Rejection": closed(
        {
            "reservation": _ID,
            "outcome": {"enum": ["REJECTED", "DEAD_LETTER"]},
            "message": closed({"nb": _TEXT, "en": _TEXT}),
        }
    ),
    "Reminder": closed({"reservation": _ID, "outcome": {"const": "REMINDER"}, **_APPOINTMENT}),
    "Inbox": closed({"messages": listed({"oneOf": [named("Confirmation"), named("Rejection"), named("Reminder")]})}),
    "Appointments": closed({"appointments": listed(closed(_APPOINTMENT))}),
    "Appointment": closed(
        _APPOINTMENT | {"reservation": _ID, "book": _TEXT, "status": {"enum": ["CONFIRMED", "CANCELLED"]}}
    ),
    "InLine": closed(_IN_LINE),
    "Waitlist": closed({"waitlist": listed(closed(_IN_LINE))}),
    "NewStart": closed({"start": START}, {"meeting": _MEETING}),
    "Represented": closed(
        {
            "represented": listed(
                closed({"citizen": _TEXT, "name": _TEXT, "relation": {"enum": ["child", "mandate"]}, "until": _DATE})
            )
        }
    ),
    "Admission": closed(
        {"status": {"const": "admitted"}, "admission": _TEXT, "stay_s": {"type": "number", "minimum": 0}}
    ),
    "Queued": closed(
        {
            "status": {"const": "queued"},
            "position": _COUNT,
            "wait_s": {"type": "number", "minimum": 0},
            "ask_again_s": {"type": "number", "exclusiveMinimum": 0},
        }
    ),
    "Status": closed({"status": {"enum": ["live", "ready"]}}),
    "Switch": closed({"status": {"enum": ["stopped", "running"]}}),
    "Record": closed(
        {
            "reservations": listed(closed(_KEPT)),
            "appointments": listed(closed(_PLACE)),
            "waitlist": listed(closed(_WAITED)),
            "free": _ANY_COUNT,
            "capacity": _ANY_COUNT,
        }
    ),
}

_RESERVATION: Final = "a58bf8d8-4949-4a1e-95f8-7d17b88898b0"
_CONFIRMED: Final[dict[str, object]] = {
    "appointment": "0b1c4f3a-0c0e-4a5e-9a3f-3f5f0a8d2b11",
    "slot": "9999-1/2021-05-10T08:30/1",
    "start": "2021-05-10T08:30",
    "meeting": "place",
    "title": "10. mai 2021, kl. 08:30: Time til koronavaksine hos Vaksine covid19 Beste kommune",
}
EXAMPLES: Final[dict[str, object]] = {
    "Front": {
        "service": "bolk reference server",
        "login_url": "http://127.0.0.1:8001/login",
        "scenario": "ci-smoke",
        "scenario_sha256": "0" * 64,
        "pace": "none",
        "speedup": 1.0,
    },
    "Books": {"books": [{"id": "9999-1", "name": "Vaksine covid19", "municipality": "9999", "meetings": ["place"]}]},
    "Days": {"days": [{"date": "2021-05-10", "free": 72}]},
    "Slots": {"slots": [{"start": "2021-05-10T08:30", "free": 3}]},
    "Wish": {"book": "9999-1", "start": "2021-05-10T08:30"},
    "AnyTime": {"book": "9999-1"},
    "Held": {"reservation": _RESERVATION, "status": "HELD", "held_until_s": 1620000600.0},
    "Confirmation": {"reservation": _RESERVATION, "outcome": "CONFIRMED", "from_waitlist": False} | _CONFIRMED,
    "Sent": {"reservation": _RESERVATION, "status": "SENT"},
    "Inbox": {
        "messages": [
            {"reservation": _RESERVATION, "outcome": "CONFIRMED", "from_waitlist": False} | _CONFIRMED,
            {"reservation": _RESERVATION, "outcome": "REMINDER"} | _CONFIRMED,
        ]
    },
    "Appointments": {"appointments": [_CONFIRMED]},
    "Appointment": {"reservation": _RESERVATION, "book": "9999-1", "status": "CONFIRMED"} | _CONFIRMED,
    "InLine": {"book": "9999-1", "since_s": 1620000600.0, "ahead": 2},
    "Waitlist": {"waitlist": [{"book": "9999-1", "since_s": 1620000600.0, "ahead": 2}]},
    "NewStart": {"start": "2021-05-11T09:00"},
    "Represented": {
        "represented": [
            {"citizen": "5e" * 16, "name": "Liten Lerke", "relation": "child", "until": "2033-09-14"},
        ]
    },
    "Admission": {"status": "admitted", "admission": "WyJhIiwxXQ.c2lnbmVk", "stay_s": 900.0},
    "Queued": {"status": "queued", "position": 12, "wait_s": 34.5, "ask_again_s": 15.0},
    "Status": {"status": "live"},
    "Switch": {"status": "stopped"},
    "Record": {"reservations": [], "appointments": [], "waitlist": [], "free": 144, "capacity": 144},
}
