"""What a scenario can say and a load test cannot live: refused before anything is started."""

from scenarios.scenario import Scenario


def unlived(scenario: Scenario, *, can_switch: bool = False, alone: bool = True) -> str | None:
    """Why a load test of this scenario would not be one, and what to do; None where it can be lived.

    `can_switch` says whether the record system can be told to stand still: by one process with the admin token.
    `alone` says whether one process lives the whole plan, and so knows whether anything can still come free.
    """
    platform, behaviour = scenario.platform, scenario.behaviour
    others, room = platform.background, platform.waiting_room is not None
    later = behaviour.cancel or behaviour.waitlist
    door = "its waiting room would have to be passed again"
    reasons = {
        "platform.ehr.stopped": (
            platform.ehr.stopped and not can_switch,
            "its switch takes one worker and the admin token",
        ),
        "platform.background.ehr": (others and others.ehr, "work of the record system's own has no request"),
        "platform.background": (others and not alone, "one worker lives it"),
        "platform.background behind platform.waiting_room": (others and room, "those were inside before"),
        "behaviour.waitlist": (
            behaviour.waitlist and not alone,
            "one worker knows whether anything can still come free",
        ),
        "behaviour.cancel and behaviour.waitlist behind platform.waiting_room": (later and room, door),
    }
    found = [f"{key} ({why})" for key, (value, why) in reasons.items() if value]
    if not found:
        return None
    return f"a load test cannot live {' or '.join(found)}. Leave it out of the scenario, or use bolk simulate"


def unlived_by_adapters(scenario: Scenario) -> str | None:
    """The same of what goes through an adapter, which knows of booking alone."""
    platform, behaviour = scenario.platform, scenario.behaviour
    asked = {
        "platform.ehr.stopped": platform.ehr.stopped,
        "platform.background": platform.background,
        "platform.waiting_room": platform.waiting_room,
        "behaviour.cancel": behaviour.cancel,
        "behaviour.waitlist": behaviour.waitlist,
    }
    found = [key for key, value in asked.items() if value]
    return f"{' and '.join(found)} cannot be lived through an adapter. Leave it out of the scenario" if found else None
