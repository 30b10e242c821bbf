"""The API described once, beside its routes: from the same table come Flask's rules and the OpenAPI document."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from flask import Blueprint, Response

Schema: TypeAlias = dict[str, Any]

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
_NAMED: Final = re.compile(r"\{(\w+)\}")


class Who(StrEnum):
    """Who may ask; the values name the security schemes of the document."""

    EVERYBODY = ""
    CITIZEN = "citizen"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something a request carries beside its body."""

    name: str
    place: str
    says: str
    schema: Schema
    example: str | int
    required: bool = True

    def described(self) -> Schema:
        """As the document has it."""
        return {
            "name": self.name,
            "in": self.place,
            "description": self.says,
            "required": self.required,
            "schema": self.schema,
            "example": self.example,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One way a request can end well; no schema is no body.

    `links` lead on: the operation that comes next, with the parameters it takes from this answer.
    """

    says: str
    schema: Schema | None = None
    example: object = None
    media: str = JSON
    headers: Sequence[str] = ()
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    def described(self) -> Schema:
        """As the document has it."""
        said: Schema = {"description": self.says, "headers": {name: _ref("headers", name) for name in _SENT_ALWAYS}}
        said["headers"] |= {name: _ref("headers", name) for name in self.headers}
        if self.schema is not None:
            said["content"] = {self.media: {"schema": self.schema, "example": self.example}}
        if self.links:
            said["links"] = {to: {"operationId": to, "parameters": dict(by)} for to, by in self.links.items()}
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation: where it is, what it does and everything that can come of it.

    `path` is below the part it belongs to; `refuses` says why each status comes that is not the same for all.
    """

    method: str
    path: str
    does: Callable[..., Response]
    says: str
    who: Who
    answers: Mapping[HTTPStatus, Answer]
    refuses: Mapping[HTTPStatus, str] = field(default_factory=dict[HTTPStatus, str])
    parameters: Sequence[Parameter] = ()
    body: tuple[Schema, object] | None = None

    @property
    def name(self) -> str:
        """What Flask calls its endpoint."""
        return self.does.__name__

    def described(self) -> Schema:
        """As the document has it."""
        said: Schema = {"operationId": self.name, "summary": self.says, "parameters": [], "responses": {}}
        said["parameters"] = [one.described() for one in self.parameters]
        said["responses"] = {str(status.value): answer.described() for status, answer in self.answers.items()}
        said["responses"] |= {str(status.value): _refusal(status, why) for status, why in self._all_refusals().items()}
        said["security"] = [{self.who: []}] if self.who else []
        if self.body is not None:
            schema, example = self.body
            said["requestBody"] = {"required": True, "content": {JSON: {"schema": schema, "example": example}}}
        return said

    def _all_refusals(self) -> dict[HTTPStatus, str]:
        refusals = dict(_ALL_REFUSE)
        if self.who:
            refusals[HTTPStatus.UNAUTHORIZED] = f"Not the token of a{'n' * (self.who is Who.ADMIN)} {self.who}."
        if self.body is not None:
            refusals |= _BODY_REFUSED
        return {status: why for status, why in sorted((refusals | dict(self.refuses)).items())}


def mount(part: Blueprint, routes: Iterable[Route]) -> None:
    """Register the routes with a part of the application."""
    for route in routes:
        part.add_url_rule(_NAMED.sub(r"<\1>", route.path), route.name, route.does, methods=[route.method])


def document(parts: Mapping[str, Iterable[Route]], schemas: Mapping[str, Schema], about: Schema) -> Schema:
    """The OpenAPI 3.1 document of some parts, given by the prefix of their paths."""
    paths: dict[str, Schema] = {}
    for prefix, routes in parts.items():
        for route in routes:
            paths.setdefault(prefix + route.path, {})[route.method.lower()] = route.described()
    return {
        "openapi": "3.1.0",
        "info": about,
        "paths": paths,
        "components": {
            "schemas": dict(schemas) | {"Problem": _PROBLEM},
            "headers": _HEADERS,
            "securitySchemes": {who.value: {"type": "http", "scheme": "bearer"} for who in Who if who},
        },
    }


def named(schema: str) -> Schema:
    """A reference to one of the document's schemas."""
    return _ref("schemas", schema)


def closed(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these members and no others."""
    properties = dict(required) | dict(optional or {})
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def listed(items: Schema) -> Schema:
    """An array."""
    return {"type": "array", "items": items}


def _ref(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


def _refusal(status: HTTPStatus, why: str) -> Schema:
    example = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": why}
    headers = _HEADERS_OF_REFUSALS.get(status, ())
    return Answer(says=why, schema=named("Problem"), example=example, media=PROBLEM, headers=headers).described()


_ALL_REFUSE: Final = {
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests, or the waiting room is not yet through.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "An error of ours; nothing about its cause is told.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database does not answer.",
}
_BODY_REFUSED: Final = {
    HTTPStatus.BAD_REQUEST: "The body is not JSON.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not sent as application/json.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The body is JSON, but not the object that is asked for.",
}
_SENT_ALWAYS: Final = ("X-Request-ID",)
_HEADERS_OF_REFUSALS: Final = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After",),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
}
_TEXT: Final[Schema] = {"type": "string"}
_HEADERS: Final[Schema] = {
    "X-Request-ID": {"description": "Names the request in the server's log.", "required": True, "schema": _TEXT},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}},
    "WWW-Authenticate": {"description": "What is asked for.", "required": True, "schema": {"const": "Bearer"}},
    "ETag": {"description": "Names this very list.", "required": True, "schema": _TEXT},
    "Link": {"description": "The next page, where there is one, as rel=next.", "schema": _TEXT},
}
_PROBLEM: Final = {
    "description": "RFC 9457. The last two are there for somebody who has to wait in the waiting room.",
    **closed(
        {
            "type": {"const": "about:blank"},
            "title": _TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _TEXT,
        },
        {"position": {"type": "integer", "minimum": 1}, "wait_s": {"type": "number", "minimum": 0}},
    ),
}
