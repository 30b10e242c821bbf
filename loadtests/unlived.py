"""What a scenario can say and a load test cannot live: refused before anything is started."""

from scenarios.scenario import Scenario


def unlived(scenario: Scenario, *, can_switch: bool = False) -> str | None:
    """Why a load test of this scenario would not be one, and what to do; None where it can be lived.

    `can_switch` says whether the record system can be told to stand still: by one process with the admin token.
    """
    stopped = scenario.platform.ehr.stopped and not can_switch
    reasons = {
        "platform.ehr.stopped": (stopped, "its switch takes one worker and the admin token"),
        "platform.background": (scenario.platform.background, "only the citizens of the plan ask the server"),
        "behaviour.cancel": (scenario.behaviour.cancel, "its citizens leave once they have an answer"),
        "behaviour.waitlist": (scenario.behaviour.waitlist, "its citizens leave once they have an answer"),
    }
    found = [f"{key} ({why})" for key, (value, why) in reasons.items() if value]
    if not found:
        return None
    return f"a load test cannot live {' or '.join(found)}. Leave it out of the scenario, or use bolk simulate"
