"""What the answer rests on: every value of the scenario and where it comes from, and where the answer stops holding."""

from typing import Final

from reports.assumptions_platform import platform_lines
from reports.blocks import Items, Section, Table, text
from reports.cases import scenario_of
from reports.language import Language
from reports.limits import joined
from reports.sending import sending_text
from reports.validity import limits_of_validity
from scenarios.behaviour import Behaviour, ResponseCrowd
from scenarios.booking_platform import Platform
from scenarios.inventory import inventory_of
from scenarios.policies.capacity_matched import CapacityMatched
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.policies.feedback_on_response_time import FeedbackOnResponseTime
from scenarios.policy_value import BatchesValue, policy_value
from scenarios.quantities import clock_text
from scenarios.result import Result
from scenarios.scenario import Scenario

_NAMED: Final = 5
_Row = tuple[str, str, str]  # message id of the name, value in words, message id of the source


_COUNTED: Final = ("uptake", "response", "response_group")
_TIMED: Final = (
    "books_time", "days_time", "slots_time", "inbox_time", "reserve_time", "hold_time", "login_time", "platform_sigma",
)  # fmt: skip


def assumptions(result: Result, language: Language) -> Section:
    """List every value of the scenario, then the limits of validity."""
    scenario = scenario_of(result)
    tables = [
        _table("choices", [*_choices(scenario, language), *_sending(result, language)], language),
        _table("people", _people(scenario, language), language),
        _table("platform", _platform(scenario, language), language),
    ]
    validity = Section(
        id="validity",
        title=language.text("validity.title"),
        blocks=[Items(limits_of_validity(result, language))],
    )
    return Section(id="assumptions", title=language.text("assumptions.title"), blocks=tables, parts=[validity])


def _table(group: str, rows: list[_Row], language: Language) -> Table:
    return Table(
        caption=language.text(f"assumptions.{group}"),
        head=[language.text(f"assumptions.{column}") for column in ("name", "value", "source")],
        rows=[
            [text(language.text(f"assumption.{name}")), text(value), text(language.text(f"source.{source}"))]
            for name, value, source in rows
        ],
    )


def _choices(scenario: Scenario, language: Language) -> list[_Row]:
    notation, invitation, search = language.notation, scenario.invitation, scenario.search
    inventory = inventory_of(scenario)
    sizes = [language.text("sending.everyone") if one == "all" else notation.number(one) for one in search.batch_size]
    rows: list[_Row] = [
        (
            "invited",
            notation.number(sum(one.invited for one in inventory)),
            "register" if invitation.cohort else "chosen",
        ),
        ("send_date", f"{notation.weekday(invitation.send_date)} {notation.day(invitation.send_date)}", "chosen"),
        ("window", f"{clock_text(invitation.window.from_)}–{clock_text(invitation.window.to)}", "chosen"),
        ("days", language.text(f"sending_days.{invitation.days}"), "chosen"),
        ("finish_by", clock_text(search.finish_by), "chosen"),
        ("sizes", joined(language, sizes), "chosen"),
        ("pauses", joined(language, [notation.duration(one) for one in search.pause]), "chosen"),
    ]
    if scenario.today:
        own = BatchesValue(batch_size=scenario.today.batch_size, pause_s=scenario.today.pause, start="")
        rows.append(("today", f"{language.pick(scenario.today.name)}: {sending_text(language, own)}", "chosen"))
    if scenario.municipality.population is None:
        names = [one.name for one in inventory]
        if len(names) > _NAMED:
            names = [*names[:_NAMED], language.text("assumption.more", municipalities=len(names) - _NAMED)]
        rows.insert(0, ("municipalities", joined(language, names), "register"))
    rows += _rules(scenario, language)
    books = [book for one in inventory for book in one.books]
    if len(inventory) > 1:
        rows.append(("capacity", notation.number(sum(book.capacity for book in books)), "chosen"))
    else:
        for book in books:
            places = language.text("assumption.book_places", count=book.places)
            times = language.text("assumption.book_times", count=len(book.starts))
            rows.append(("book", f"{book.name}: {times} × {places} = {notation.number(book.capacity)}", "chosen"))
    return [
        *rows,
        ("sms_rate", language.text("assumption.per_second", rate=notation.shortest(invitation.sms_rate)), "assumed"),
        ("delivered", notation.percent(invitation.delivered), "assumed"),
    ]


def _rules(scenario: Scenario, language: Language) -> list[_Row]:
    """Who sends by a rule of their own."""
    return [
        (
            "their_rule",
            language.text(
                "assumption.their_rule_value",
                names=joined(language, list(one.names)),
                sending=sending_text(language, policy_value(one.policy)),
                start=clock_text(one.policy.start),
            ),
            "chosen",
        )
        for one in scenario.municipality.rules
    ]


def _sending(result: Result, language: Language) -> list[_Row]:
    """What a policy takes for granted that is no plain choice."""
    notation = language.notation
    match result.policy:
        case FeedbackOnRejections() | FeedbackOnResponseTime():
            return [
                ("feedback_window", notation.duration(result.policy.window), "assumed"),
                ("feedback_delay", notation.duration(result.policy.delay), "assumed"),
                ("feedback_decrease", notation.percent(result.policy.decrease), "assumed"),
                ("feedback_least", notation.number(result.policy.least), "chosen"),
            ]
        case CapacityMatched():
            return [("utilisation", notation.percent(result.policy.utilisation), "assumed")]
        case _:
            return []


def _people(scenario: Scenario, language: Language) -> list[_Row]:
    notation, behaviour = language.notation, scenario.behaviour
    session, choice, after = behaviour.session, behaviour.slot_choice, behaviour.after_rejection
    values = [
        ("uptake", notation.percent(behaviour.uptake)),
        *_responses(behaviour, language),
        ("login", notation.duration(session.login)),
        ("choose", notation.duration(session.choose)),
        ("form", notation.duration(session.form)),
        ("session_sigma", notation.shortest(session.sigma)),
        ("poll", notation.duration(session.poll)),
        ("first", notation.percent(choice.first)),
        ("preferred", notation.percent(choice.preferred)),
        ("uniform", notation.percent(choice.uniform)),
        ("retry", notation.percent(after.retry)),
        ("decay", notation.shortest(after.decay)),
        ("retry_wait", notation.duration(after.wait)),
        ("give_up_after", language.text("assumption.tries", count=after.give_up_after)),
        ("page_patience", notation.duration(behaviour.patience.page)),
        ("answer_patience", notation.duration(behaviour.patience.answer)),
        *_queue_patience(behaviour, scenario.platform, language),
        ("patience_sigma", notation.shortest(behaviour.patience.sigma)),
        *_reload(behaviour, language),
        *_afterwards(behaviour, language),
        *_forwarded(behaviour, language),
    ]
    counted = () if scenario.evidence is None or scenario.evidence.people is None else _COUNTED
    return [(name, value, "measured" if name in counted else "assumed") for name, value in values]


def _responses(behaviour: Behaviour, language: Language) -> list[tuple[str, str]]:
    notation, response = language.notation, behaviour.response
    lognormal = language.text(
        "assumption.response_value",
        median=notation.duration(response.median),
        sigma=notation.shortest(response.sigma),
        least=notation.duration(response.least),
    )
    groups = [
        language.text(
            "assumption.response_group_value",
            share=notation.percent(group.share),
            median=notation.duration(group.median),
            sigma=notation.shortest(group.sigma),
        )
        for group in response.groups
    ]
    crowds = [line for crowd in response.crowds for line in _crowd(crowd, language)]
    awake = behaviour.awake
    hours = [] if awake is None else [f"{clock_text(awake.from_)}–{clock_text(awake.to)}"]
    return [
        ("response", lognormal),
        *(("response_group", group) for group in groups),
        *(("response_crowd", line) for line in crowds),
        *(("awake", one) for one in hours),
    ]


def _crowd(crowd: ResponseCrowd, language: Language) -> list[str]:
    """Who answers in a way of their own, and the groups among them."""
    notation = language.notation
    who = ", ".join([*([crowd.cohort] if crowd.cohort else []), *crowd.municipalities])
    median, sigma = notation.duration(crowd.median), notation.shortest(crowd.sigma)
    told = [language.text("assumption.response_crowd_value", who=who, median=median, sigma=sigma)]
    for group in crowd.groups:
        value = language.text(
            "assumption.response_group_value",
            share=notation.percent(group.share),
            median=notation.duration(group.median),
            sigma=notation.shortest(group.sigma),
        )
        told.append(f"{who}: {value}")
    return told


def _reload(behaviour: Behaviour, language: Language) -> list[tuple[str, str]]:
    how = behaviour.reload
    if how is None:
        return []
    value = language.text(
        "assumption.reload_value",
        share=language.notation.percent(how.share),
        after=language.notation.duration(how.after),
        sigma=language.notation.shortest(how.sigma),
        most=language.text("assumption.reload_times", count=how.most),
    )
    return [("reload", value)]


def _afterwards(behaviour: Behaviour, language: Language) -> list[tuple[str, str]]:
    cancel, waitlist, notation = behaviour.cancel, behaviour.waitlist, language.notation
    lines: list[tuple[str, str]] = []
    if cancel is not None:
        value = language.text(
            "assumption.cancel_value",
            share=notation.percent(cancel.share),
            median=notation.duration(cancel.median),
            sigma=notation.shortest(cancel.sigma),
        )
        lines.append(("cancel", value))
    if waitlist is not None:
        lines.append(("waitlist", notation.percent(waitlist)))
    return lines


def _forwarded(behaviour: Behaviour, language: Language) -> list[tuple[str, str]]:
    how = behaviour.forwarded
    if how is None:
        return []
    value = language.text(
        "assumption.forwarded_value",
        others=language.notation.number(how.to),
        share=language.notation.percent(how.share),
        after=language.notation.duration(how.after),
        sigma=language.notation.shortest(how.sigma),
    )
    return [("forwarded", value)]


def _queue_patience(behaviour: Behaviour, platform: Platform, language: Language) -> list[tuple[str, str]]:
    patience_s = behaviour.patience.queue or behaviour.patience.answer
    return [] if platform.waiting_room is None else [("queue_patience", language.notation.duration(patience_s))]


def _platform(scenario: Scenario, language: Language) -> list[_Row]:
    measured = () if scenario.evidence is None or scenario.evidence.platform is None else _TIMED
    return [
        (name, value, "measured" if name in measured else "assumed")
        for name, value in platform_lines(scenario.platform, language)
    ]
