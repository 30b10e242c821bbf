"""The attempts of some scenarios are pinned: a key that is left out changes nothing, to the last bit.

A change here changes every result: it belongs in the changelog under «Changes results».
"""

from typing import Any

import pytest

from scenarios.columns import columns_of
from scenarios.plan import plan_of
from scenarios.scenario import Scenario
from simulation.replication import simulate
from tests import a

RUSH: dict[str, Any] = {
    "policy.batch_size": "all",
    "behaviour.response": {"median": "20 s", "sigma": 1.0},
    "behaviour.patience": {"page": "8 s", "answer": "20 s"},
    "platform.service_time": {"list": "60 ms", "confirm": "1200 ms"},
    "platform.ehr": {"workers": 1, "service_time": "4 s"},
}
ROOM = {"total_active_users": 12, "new_users_per_minute": 100}
PINNED: dict[str, tuple[Scenario, str]] = {
    "queued": (a.scenario({**RUSH, "platform.strategy": "queued"}), "951a97403fd49579"),
    "immediate": (a.scenario({**RUSH, "platform.strategy": "immediate"}), "7351caa98456c049"),
    "hold": (a.scenario({**RUSH, "platform.strategy": "hold"}), "931f454139eb73b5"),
    "assign": (a.scenario({**RUSH, "platform.strategy": "assign"}), "3eb8f625aa7ffaa7"),
    "smoke": (a.scenario(), "9621b481641e9f7c"),
    "spread": (a.scenario({"platform.listing": "spread"}), "60461c6dd9d8acd0"),
    "three municipalities": (a.scenario_of_three_municipalities(RUSH), "a1d8ea03d46b7008"),
    "waiting room": (a.scenario({"platform.waiting_room": ROOM}), "d8b63d9f535927ec"),
}


@pytest.mark.parametrize("name", PINNED)
def test_the_attempts_of_a_scenario_are_pinned(name: str) -> None:
    scenario, digest = PINNED[name]
    assert columns_of(simulate(scenario, plan_of(scenario, scenario.policy, 0))).digest()[:16] == digest
