"""What each municipality of a scenario has to send, by which rule, and when each SMS leaves."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scenarios import register
from scenarios.carrying import carried_sms_per_s
from scenarios.inventory import InvitingMunicipality, inventory_of
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policies.send_out import SendOut
from scenarios.policy import OpenLoop, Policy, sent_times
from scenarios.quantities import seconds_since_midnight
from scenarios.scenario import Scenario
from scenarios.streams import FloatArray
from scenarios.under_way import told_by_policy


@dataclass(frozen=True, slots=True)
class TheirSendOut:
    """A send-out by a rule of their own, which begins `after_s` seconds after the first SMS."""

    rule: OpenLoop
    send_out: SendOut
    after_s: float

    def sent_s(self) -> FloatArray:
        """When each SMS leaves the gateway, as `sent_times`."""
        return sent_times(self.rule, self.send_out) + self.after_s


def send_outs(scenario: Scenario, policy: Policy) -> tuple[SendOut, ...]:
    """One send-out for each municipality, in the order of the inventory, as if all sent by this policy.

    Those on one platform share what it carries by the number they invite, so that they are done at the same time.
    """
    inventory = inventory_of(scenario)
    total, carried_per_s = sum(one.invited for one in inventory), carried_sms_per_s(scenario)
    return tuple(_send_out(scenario, policy, owner, carried_per_s * owner.invited / total) for owner in inventory)


def their_send_outs(scenario: Scenario, policy: Policy) -> dict[int, TheirSendOut]:
    """The send-outs by rules of their own, by the place of the municipality in the inventory.

    A rule whose hour has passed when the first SMS goes, which only another policy than the scenario's can bring about,
    begins with it.
    """
    rules = scenario.rules
    if not rules:
        return {}
    first_s, found = seconds_since_midnight(policy.start), dict[int, TheirSendOut]()
    for index, (owner, usual) in enumerate(zip(inventory_of(scenario), send_outs(scenario, policy), strict=True)):
        rule = rules.get(owner.number)
        if rule is not None:
            start = max(rule.start, policy.start)
            rule = rule.model_copy(update={"start": start})
            send_out = _send_out(scenario, rule, owner, usual.carried_per_s)
            found[index] = TheirSendOut(rule, send_out, seconds_since_midnight(start) - first_s)
    return found


def sent_s(scenario: Scenario, policy: OpenLoop) -> Iterator[FloatArray]:
    """When each SMS leaves the gateway, municipality by municipality, each by its rule."""
    theirs = their_send_outs(scenario, policy)
    for index, one in enumerate(send_outs(scenario, policy)):
        yield theirs[index].sent_s() if index in theirs else sent_times(policy, one)


def followers(scenario: Scenario, policy: Policy) -> list[SendOut]:
    """The send-outs of those who send by the policy itself."""
    theirs = their_send_outs(scenario, policy)
    return [one for index, one in enumerate(send_outs(scenario, policy)) if index not in theirs]


def largest_send_out(scenario: Scenario, policy: Policy) -> SendOut:
    """That of the municipality which invites most, of those who send by the policy."""
    return max(followers(scenario, policy), key=lambda one: one.invited)


def with_rule_followed(scenario: Scenario) -> Scenario:
    """The same send-out, under way by its own policy where that tells when so many SMS had gone."""
    under_way, how = scenario.invitation.already, scenario.invitation
    if under_way is None or under_way.followed is not None:
        return scenario
    fresh = scenario.model_copy(update={"invitation": how.model_copy(update={"already": None})})
    followed = told_by_policy(under_way, scenario.policy, largest_send_out(fresh, scenario.policy))
    known = under_way.model_copy(update={"followed": followed})
    return scenario.model_copy(update={"invitation": how.model_copy(update={"already": known})})


def _send_out(scenario: Scenario, policy: Policy, owner: InvitingMunicipality, carried_per_s: float) -> SendOut:
    from_the_first = SendOut(
        invited=owner.invited,
        hours=scenario.hours(policy),
        sms_per_s=scenario.invitation.sms_rate,
        carried_per_s=carried_per_s,
        cohorts=_cohorts(scenario, policy, owner),
    )
    under_way = scenario.invitation.already
    if under_way is None:
        return from_the_first
    return replace(
        from_the_first,
        cohorts=_left_of(from_the_first.cohorts, under_way.sent),
        gone=under_way.gone(from_the_first, policy.start),
        goes_on_s=under_way.after_s(policy.start),
    )


def _left_of(cohorts: Sequence[int], gone: int) -> tuple[int, ...]:
    """Age groups without the first so many people."""
    before = itertools.accumulate(cohorts, initial=0)
    return tuple(count - min(count, max(0, gone - first)) for count, first in zip(cohorts, before, strict=False))


def _cohorts(scenario: Scenario, policy: Policy, owner: InvitingMunicipality) -> tuple[int, ...]:
    if not isinstance(policy, CohortPerDay):
        return ()
    entries = {entry.number: entry for entry in scenario.registered}
    return tuple(register.inhabitants(entries[owner.number], cohort) for cohort in policy.cohorts)
