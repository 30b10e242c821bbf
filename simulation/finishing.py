"""When a way of sending is done: known before for fixed kinds, a matter of chance where feedback decides.

A policy with feedback is asked for one thing more than the others: to be done in time in 9 of 10 runs, which is proven
with the other limits. Its place in the order of the search is the time by which 9 of 10 of its first runs were done.
Another place would make the answer slower or faster, and never wrong: what is called good has been shown to be.
"""

import datetime as dt
from collections.abc import Sequence

from scenarios.policies.feedback import Feedback
from scenarios.policy import OpenLoop, Policy, sent_times
from scenarios.quantities import seconds_since_midnight
from scenarios.run import Run
from scenarios.scenario import Scenario
from scenarios.sending import followers
from scenarios.thresholds import threshold_of

_TIME = "time_to_invite_all_s"


def latest_s(scenario: Scenario) -> float:
    """Say when the last SMS may go at the latest: seconds since the midnight before `send_date`.

    On the local clock: a day has 24 hours here, also where summer time begins or ends.
    """
    days = ((scenario.search.finish_on or scenario.invitation.send_date) - scenario.invitation.send_date).days
    return dt.timedelta(days=days).total_seconds() + seconds_since_midnight(scenario.search.finish_by)


def finishes_s(scenario: Scenario, policy: Policy, runs: Sequence[Run]) -> float:
    """Say when the last SMS goes, over all municipalities: seconds since the midnight before `send_date`.

    Of a policy with feedback: by when 9 of 10 of its first runs were done, infinity without any.
    """
    return seconds_since_midnight(policy.start) + (
        _in_nine_of_ten(runs[: scenario.experiment.runs.min])
        if isinstance(policy, Feedback)
        else last_sms_s(scenario, policy)
    )


def last_sms_s(scenario: Scenario, policy: OpenLoop) -> float:
    """Seconds from the first SMS to the last one, over all municipalities that send by the policy."""
    return max(float(sent_times(policy, one)[-1]) for one in followers(scenario, policy))


def may_finish_in_time(scenario: Scenario, policy: Policy) -> bool:
    """Whether the last SMS goes before `search.finish_by`, in every municipality; of feedback runs alone can tell."""
    return isinstance(policy, Feedback) or finishes_s(scenario, policy, ()) <= latest_s(scenario)


def asked_of(scenario: Scenario, policy: Policy) -> Scenario:
    """The question with the limits that a policy is held against."""
    if not isinstance(policy, Feedback):
        return scenario
    in_time_s = latest_s(scenario) - seconds_since_midnight(policy.start)
    limit = threshold_of(f"p90({_TIME}) <= {in_time_s} s").expression
    return scenario.model_copy(update={"thresholds": {**scenario.thresholds, "finish_by": limit}})


def _in_nine_of_ten(runs: Sequence[Run]) -> float:
    took_s = sorted(run.measures[_TIME] or 0.0 for run in runs)
    return took_s[-(-9 * len(took_s) // 10) - 1] if took_s else float("inf")
