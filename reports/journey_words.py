"""One citizen's journey in words, line by line with the time of day."""

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reports.language import Language, language_of
from reports.notation import LanguageCode
from reports.plain_text import joined
from scenarios.attempts import Attempt, Operation, Outcome, Request, Status
from scenarios.choice import Pick
from scenarios.one_journey import OneJourney, Sight
from scenarios.policy import clock_at
from scenarios.rows import Citizen, Try
from scenarios.scenario import Scenario

SCHEMA: Final = "bolk.journey/1"
_LISTS: Final = {Operation.DAYS: "days", Operation.SLOTS: "times"}
_WAITS: Final = {Operation.LOGIN: "logged_in", Operation.BOOKS: "books"}
_SENDS: Final = {Operation.HOLD: "hold", Operation.RESERVE: "sent"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, seconds from the first SMS, in words."""

    at_s: float
    text: str


def journey_screen(scenario: Scenario, journey: OneJourney, lang: LanguageCode = "en") -> str:
    """Tell a journey in a terminal."""
    language = language_of(lang)
    number = str(journey.citizen)
    head = [language.pick(scenario.title), language.text("journey.title", citizen=number, book=journey.book)]
    told = [f"  {_clock(scenario, one.at_s, language)}  {one.text}" for one in events_of(journey, language)]
    return joined([[" · ".join(head)], told])


def journey_json(scenario: Scenario, journey: OneJourney, lang: LanguageCode = "en") -> str:
    """The same as data: one entry for each line."""
    language = language_of(lang)
    told = [
        {"at": _moment(scenario, one.at_s).isoformat(timespec="milliseconds"), "at_s": one.at_s, "text": one.text}
        for one in events_of(journey, language)
    ]
    data = {"schema": SCHEMA, "citizen": journey.citizen, "book": journey.book, "events": told}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def events_of(journey: OneJourney, language: Language) -> list[Event]:
    """Everything that happened to a citizen, in order."""
    told = [Event(journey.sent_s, language.text("journey.sms"))]
    nothing = language.text("journey.not_acting")
    if journey.link_of is not None:
        told = [Event(journey.sent_s, language.text("journey.sms_of_another", citizen=str(journey.link_of)))]
        nothing = language.text("journey.not_passed_on")
    if journey.row is None:
        return [*told, Event(journey.sent_s, nothing)]
    for attempt in journey.attempts:
        told += _Telling(language, journey, journey.row, attempt).events()
    last = journey.attempts[-1]
    if last.outcome is Outcome.REJECTED:
        told.append(Event(last.ended_s, language.text("journey.no_more")))
    tried = next(one for one in reversed(journey.attempts) if one.requests)
    if journey.waits and tried.outcome is Outcome.NO_SLOT:
        told.append(Event(tried.ended_s, language.text("journey.waits")))
    return sorted(told, key=lambda one: one.at_s)  # stable: what the record system decides lies between two looks


@dataclass(frozen=True, slots=True)
class _Telling:
    """One try, being told."""

    language: Language
    journey: OneJourney
    row: Citizen
    attempt: Attempt

    def events(self) -> Iterator[Event]:
        begins = "opened" if self.attempt.number == 1 else "again" if self.attempt.requests else "given"
        yield Event(self.attempt.planned_s, self._say(begins, number=str(self.attempt.number)))
        again = False
        for request in self.attempt.requests:
            if not again and request.operation in _SENDS:
                yield Event(request.started_s, self._say(_SENDS[request.operation]))
            again = request.status is Status.ABANDONED and request is not self.attempt.requests[-1]
            if again:
                waited = self.language.notation.waiting(request.ended_s - request.started_s)
                yield Event(request.ended_s, self._say("reloaded", waited=waited))
            elif request.status is Status.OK:
                yield from self._request(request)
        yield from self._at_the_door()
        if self.attempt.reserved_s is not None:
            yield from self._decided(self.attempt.reserved_s)
        yield Event(self.attempt.ended_s, self._ending())
        if self.attempt.cancelled_s is not None:
            yield Event(self.attempt.cancelled_s, self._say("cancelled"))

    def _request(self, request: Request) -> Iterator[Event]:
        operation = request.operation
        if operation in _WAITS:
            waited = self.language.notation.waiting(request.ended_s - request.started_s)
            yield Event(request.ended_s, self._say(_WAITS[operation], waited=waited))
        elif operation in _LISTS:
            yield from self._list(request)

    def _at_the_door(self) -> Iterator[Event]:
        """The waiting room: somebody who does not come straight in asks again and again, which is told once."""
        requests = self.attempt.requests
        for operation, group in itertools.groupby(requests, key=lambda one: one.operation):
            visits = list(group)
            if operation is not Operation.ENTER:
                continue
            if len(visits) > 1:
                yield Event(visits[0].started_s, self._say("queued"))
            if visits[-1] is not requests[-1]:
                yield Event(visits[-1].ended_s, self._say("entered"))

    def _list(self, request: Request) -> Iterator[Event]:
        """What the list showed, and after a list of times what was chosen from it."""
        kind = _LISTS[request.operation]
        offered = next((one.offered for one in self._sights(by_ehr=False) if one.asked_s == request.started_s), None)
        if offered is not None:
            yield Event(request.ended_s, self._say(kind if offered else f"no_{kind}", count=offered))
        if request.operation is Operation.SLOTS and self.attempt.asked is not None:
            chosen_s = request.ended_s + self._try.choose_s
            yield Event(chosen_s, self._say(f"chose_{_PICKS[self._try.pick]}", time=self._time(self.attempt.asked)))

    def _decided(self, sent_s: float) -> Iterator[Event]:
        sights = [one for one in self._sights(by_ehr=True) if sent_s <= one.begun_s <= self.attempt.ended_s]
        for sight in sights:
            set_aside = self.attempt.outcome is Outcome.FAILED and sight is sights[-1]
            failed = "set_aside" if set_aside else "not_done"
            yield Event(sight.begun_s, self._say(failed if sight.failed else "decided"))

    def _ending(self) -> str:
        place = (self.attempt.slot or "").rpartition("/")[2]
        time = "" if self.attempt.asked is None else self._time(self.attempt.asked)
        return self._say(f"end_{self.attempt.outcome}", time=time, place=place)

    def _sights(self, *, by_ehr: bool) -> Iterator[Sight]:
        return (one for one in self.journey.sights if one.by_ehr is by_ehr)

    @property
    def _try(self) -> Try:
        return self.row.tries[self.attempt.number - 1]

    def _time(self, asked: str) -> str:
        return self.language.notation.moment(dt.datetime.fromisoformat(asked))

    def _say(self, message: str, *, count: int | None = None, **values: str) -> str:
        if count == 0:
            count = None
        return self.language.text(f"journey.{message}", count=count, **values)


_PICKS: Final = {Pick.FIRST: "first", Pick.PREFERRED: "preferred", Pick.UNIFORM: "uniform"}


def _moment(scenario: Scenario, at_s: float) -> dt.datetime:
    return clock_at(scenario.policy, scenario.invitation.send_date, at_s, scenario.zone)


def _clock(scenario: Scenario, at_s: float, language: Language) -> str:
    """The time of day to the second; with the date where it is another day than that of the SMS."""
    moment = _moment(scenario, at_s)
    day = "" if moment.date() == scenario.invitation.send_date else f"{language.notation.short_day(moment.date())} "
    return f"{day}{moment:%H:%M:%S}"
