"""What a scenario can say and a load test cannot live: refused before anything is started."""

from scenarios.scenario import Scenario


def unlived(scenario: Scenario) -> str | None:
    """Why a load test of this scenario would not be one, and what to do; None where it can be lived."""
    if scenario.platform.ehr.stopped:
        return (
            "a load test cannot live platform.ehr.stopped: nothing tells the server when to stop its record system. "
            "Leave it out (--set platform.ehr.stopped=[]), or use bolk simulate"
        )
    return None
