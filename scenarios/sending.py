"""What each municipality of a scenario has to send, as its policy sees it."""

from scenarios import register
from scenarios.carrying import carried_sms_per_s
from scenarios.inventory import InvitingMunicipality, inventory_of
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policies.send_out import SendOut
from scenarios.policy import Policy
from scenarios.scenario import Scenario


def send_outs(scenario: Scenario, policy: Policy) -> tuple[SendOut, ...]:
    """One send-out for each municipality, in the order of the inventory.

    Those on one platform share what it carries by the number they invite, so that they are done at the same time.
    """
    inventory = inventory_of(scenario)
    total, carried_per_s, hours = (
        sum(one.invited for one in inventory),
        carried_sms_per_s(scenario),
        scenario.hours(policy),
    )
    return tuple(
        SendOut(
            invited=owner.invited,
            hours=hours,
            sms_per_s=scenario.invitation.sms_rate,
            carried_per_s=carried_per_s * owner.invited / total,
            cohorts=_cohorts(scenario, policy, owner),
        )
        for owner in inventory
    )


def largest_send_out(scenario: Scenario, policy: Policy) -> SendOut:
    """That of the municipality which invites most."""
    return max(send_outs(scenario, policy), key=lambda one: one.invited)


def _cohorts(scenario: Scenario, policy: Policy, owner: InvitingMunicipality) -> tuple[int, ...]:
    if not isinstance(policy, CohortPerDay):
        return ()
    entries = {entry.number: entry for entry in scenario.registered}
    return tuple(register.inhabitants(entries[owner.number], cohort) for cohort in policy.cohorts)
