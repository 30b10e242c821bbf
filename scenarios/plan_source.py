"""What a plan is drawn from: small, where the plan itself is half a kilobyte for each citizen."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from scenarios.inventory import inventory_of
from scenarios.plan import NotKnownBefore, Plan, plan_of
from scenarios.policies.feedback import Feedback
from scenarios.policy import Policy
from scenarios.scenario import Scenario
from scenarios.sending import sent_s
from scenarios.streams import FloatArray


@dataclass(frozen=True, kw_only=True)
class PlanSource:
    """A scenario under a policy, and one replication of it; the seed is the scenario's."""

    scenario: Scenario
    policy: Policy
    replication: int

    @property
    def seed(self) -> int:
        """The seed of all streams."""
        return self.scenario.experiment.seed

    @property
    def citizens(self) -> int:
        """N, everybody who is invited."""
        return self._citizens

    @cached_property
    def _citizens(self) -> int:
        return sum(one.invited for one in inventory_of(self.scenario))

    def sent_s(self) -> Iterator[FloatArray]:
        """When each SMS leaves the gateway, municipality by municipality.

        Raises
        ------
        NotKnownBefore
            The policy is one with feedback.
        """
        if isinstance(self.policy, Feedback):
            raise NotKnownBefore
        yield from sent_s(self.scenario, self.policy)

    def plan(self) -> Plan:
        """Draw it all at once."""
        return plan_of(self.scenario, self.policy, self.replication)

    @property
    def sha256(self) -> str:
        """A digest of all that the plan is drawn from: those that share it have the same plan."""
        drawn_from = self.scenario.model_dump(mode="json", include={"municipality", "invitation", "slots", "behaviour"})
        parts = [drawn_from, self.policy.model_dump(mode="json"), self.seed, self.replication]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
