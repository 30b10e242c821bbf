"""The part of the API for those who act for others: whom they may act for, and the header that says so.

Whatever a citizen can do, another can do on the citizen's behalf; the record keeps both (`Wish.acting`).
"""

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Response, g, jsonify, request

from reference_server.api_schemas import EXAMPLES
from reference_server.asking import citizen
from reference_server.openapi import Answer, Parameter, Route, Who, named
from reference_server.relations import Person, Relation
from reference_server.web import refuse

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HEADER: Final = "On-Behalf-Of"
_IN_ENVIRON: Final = "HTTP_ON_BEHALF_OF"
_PARAMETER: Final = Parameter(
    name=HEADER,
    place="header",
    says="The citizen whom this is about, as /represented names those you may act for. Without it: yourself.",
    schema={"type": "string", "pattern": "^[0-9a-f]{32}$"},
    example="5e" * 16,
    required=False,
)
_REFUSAL: Final = "You may not act for this citizen, or no longer."


def is_for_another(environ: "WSGIEnvironment") -> bool:
    """Whether a request says that it is on behalf of somebody."""
    return _IN_ENVIRON in environ


class Representing:
    """Lets citizens act for others, as long as the register says that they may.

    Parameters
    ----------
    now : callable
        Local time in Norway, without zone, that relations are held against.
    """

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        self._now = now

    def represented(self) -> Response:
        """GET /represented."""
        citizen()
        person: Person = g.person
        return jsonify(
            represented=[
                {"citizen": one.whom, "name": one.name, "relation": one.kind, "until": one.until.isoformat()}
                for one in self._standing(person)
            ]
        )

    def routes(self) -> Sequence[Route]:
        """The one route, as it is mounted and described."""
        return (
            Route(
                method="GET",
                path="/represented",
                does=self.represented,
                says=f"Whom you may act for today. The header {HEADER} takes one of them.",
                who=Who.CITIZEN,
                answers={
                    HTTPStatus.OK: Answer(
                        says="Your children, and those who gave you a mandate.",
                        schema=named("Represented"),
                        example=EXAMPLES["Represented"],
                    )
                },
            ),
        )

    def open_to_others(self, routes: Iterable[Route]) -> Sequence[Route]:
        """The same routes, which heed the header and say so."""
        return [
            dataclasses.replace(
                route,
                does=self._heeding(route.does),
                parameters=[*route.parameters, _PARAMETER],
                refuses=dict(route.refuses) | {HTTPStatus.FORBIDDEN: _REFUSAL},
            )
            for route in routes
        ]

    def _heeding(self, does: Callable[..., Response]) -> Callable[..., Response]:
        @functools.wraps(does)
        def heeding(**values: str) -> Response:
            wanted = request.environ.get(_IN_ENVIRON)
            if wanted is not None:
                self._act_for(wanted)
            return does(**values)

        return heeding

    def _act_for(self, wanted: str) -> None:
        asks, person = citizen(), g.person
        if wanted not in {one.whom for one in self._standing(person)}:
            refuse(HTTPStatus.FORBIDDEN, "you may not act for this citizen, or no longer")
        g.citizen, g.acting = wanted, asks

    def _standing(self, person: Person) -> list[Relation]:
        today = self._now().date()
        return [one for one in person.relations if one.holds(today)]
