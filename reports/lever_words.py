"""The levers in words: what each is called, what it does, and the sentences that name the one that would help."""

import math

from reports.cases import scenario_of
from reports.language import Language
from reports.sending import sending_text
from scenarios.lever_effects import Change, LeverEffect
from scenarios.levers import Lever, invited_now, turned
from scenarios.result import Result


def lever_name(change: Change, language: Language) -> str:
    """Name a change as in a table."""
    return language.text(f"lever.{change}.name")


def lever_does(result: Result, change: Change, language: Language) -> str:
    """Say what a change is, and who can make it."""
    scenario = scenario_of(result)
    match change:
        case "fewer_invited":
            return language.text("lever.fewer_invited.does", now=invited_now(scenario))
        case "waiting_room":
            changed = turned(scenario, Lever.WAITING_ROOM)
            room = changed.platform.waiting_room if changed else None
            return language.text("lever.waiting_room.does", each_minute=room.new_users_per_minute if room else 0)
        case _:
            return language.text(f"lever.{change}.does")


def effect_of(result: Result, change: Change) -> LeverEffect | None:
    """Find what a change did."""
    effects = result.turning.effects if result.turning else []
    return next((one for one in effects if one.change == change), None)


def no_plan_headline(result: Result, language: Language) -> str:
    """Say that no plan keeps the limits, and the cheapest change that would help."""
    turning = result.turning
    if turning is None:
        return language.text("headline.no_feasible_plan")
    if turning.cheapest is None:
        return language.text("headline.no_change_is_enough")
    return language.text("headline.a_change_is_enough", lever=lever_name(turning.cheapest, language))


def would_help(result: Result, language: Language) -> str | None:
    """Say which plan keeps the limits after the cheapest change that is enough, if any is known."""
    turning = result.turning
    effect = effect_of(result, turning.cheapest) if turning and turning.cheapest else None
    if turning is None or effect is None:
        return None
    return language.text(
        "levers.enough",
        lever=lever_name(effect.change, language),
        does=lever_does(result, effect.change, language),
        sending=sending_text(language, turning.policy),
        kept=effect.kept,
        runs=effect.runs,
    )


def strongest(result: Result, measure: str) -> LeverEffect | None:
    """Find the lever that takes most off a measure, where that is shown; sending to everyone at once is none."""
    lower = [
        (difference.mean, one)
        for one in (result.turning.effects if result.turning else [])
        if one.change != "all_at_once" and (difference := one.differences.get(measure)) and difference.shown == "lower"
    ]
    return min(lower, key=lambda pair: pair[0], default=(math.nan, None))[1]
