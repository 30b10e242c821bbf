"""The levers besides the plan: one thing changed in a question, everything else as it was.

Batches cure queues and hardly cure collisions on the first free time (DECISIONS), so a reader must see what else can be
turned, and what each turn does to this municipality.
"""

import math
from enum import StrEnum
from typing import Any, Final, assert_never

from scenarios.booking_platform import WaitingRoomRules
from scenarios.carrying import carried_sms_per_s
from scenarios.inventory import expected_takers, inventory_of, total_capacity
from scenarios.scenario import Scenario, SlotBlock
from scenarios.strategy import Listing, Strategy

FEWER: Final = 0.8
"""So large a part is invited now and the others later, where there are places enough. ASSUMPTION."""
BUSY: Final = 0.7
"""How busy a waiting room keeps the busiest part of the platform. ASSUMPTION: as `capacity_matched`."""


class Lever(StrEnum):
    """One change, in the order of what it costs, the cheapest first.

    ASSUMPTION (the order is a judgement): what a municipality does alone comes first, sooner the less it gives up; then
    what the supplier of the platform must switch on, sooner the less it changes for citizens; then what takes people
    and rooms. No price is known.
    """

    COARSER_TIMES = "coarser_times"
    FEWER_INVITED = "fewer_invited"
    SPREAD = "spread"
    HOLD = "hold"
    WAITING_ROOM = "waiting_room"
    ASSIGN = "assign"
    MORE_PLACES = "more_places"


def turned(scenario: Scenario, lever: Lever) -> Scenario | None:
    """The same question with one thing changed; None where it has that already, or it cannot be done."""
    match lever:
        case Lever.COARSER_TIMES:
            return _with_slots(scenario, [_coarser(block) for block in scenario.slots])
        case Lever.FEWER_INVITED:
            return _with_fewer(scenario)
        case Lever.SPREAD:
            already = scenario.platform.listing is Listing.SPREAD or scenario.platform.strategy is Strategy.ASSIGN
            return None if already else _on_platform(scenario, listing=Listing.SPREAD)
        case Lever.HOLD:
            return _giving(scenario, Strategy.HOLD)
        case Lever.WAITING_ROOM:
            room = _room(scenario)
            return None if scenario.platform.waiting_room else _on_platform(scenario, waiting_room=room)
        case Lever.ASSIGN:
            return _giving(scenario, Strategy.ASSIGN)
        case Lever.MORE_PLACES:
            return _with_slots(scenario, [_with_places(block, 2) for block in scenario.slots])
        case _:
            assert_never(lever)


def invited_now(scenario: Scenario) -> int:
    """How many get an SMS under `FEWER_INVITED`: as many as there are places for, and at most `FEWER` of all."""
    invited = sum(one.invited for one in inventory_of(scenario))
    enough = invited * total_capacity(scenario) / max(1e-9, expected_takers(scenario))
    return max(1, math.floor(min(FEWER * invited, enough) + 1e-9))


def _giving(scenario: Scenario, strategy: Strategy) -> Scenario | None:
    settled = (Strategy.ASSIGN, strategy)  # who has no choice gains nothing from a hold
    return None if scenario.platform.strategy in settled else _on_platform(scenario, strategy=strategy)


def _on_platform(scenario: Scenario, **changes: Any) -> Scenario:
    return scenario.model_copy(update={"platform": scenario.platform.model_copy(update=changes)})


def _room(scenario: Scenario) -> WaitingRoomRules:
    """Let in as many as keep the platform at `BUSY`, and let nobody's place be taken for lack of places."""
    citizens_per_s = carried_sms_per_s(scenario) * scenario.invitation.delivered * scenario.behaviour.uptake
    each_minute = max(1, math.floor(BUSY * 60 * citizens_per_s))
    stay_min = WaitingRoomRules.model_fields["session_duration"].default / 60
    return WaitingRoomRules(total_active_users=math.ceil(each_minute * stay_min), new_users_per_minute=each_minute)


def _with_fewer(scenario: Scenario) -> Scenario | None:
    if len(inventory_of(scenario)) > 1:
        return None  # each municipality invites its own age group: one number does not fit them all
    if scenario.invitation.already is not None and scenario.invitation.already.sent >= invited_now(scenario):
        return None  # they have been invited
    changes = {"invited": invited_now(scenario), "cohort": None}
    return scenario.model_copy(update={"invitation": scenario.invitation.model_copy(update=changes)})


def _with_slots(scenario: Scenario, blocks: list[SlotBlock | None]) -> Scenario | None:
    whole = tuple(block for block in blocks if block is not None)
    return scenario.model_copy(update={"slots": whole}) if len(whole) == len(blocks) else None


def _coarser(block: SlotBlock) -> SlotBlock | None:
    """Half as many times with twice as many places; None where the times of a day cannot be halved."""
    day_s = (block.open.to.hour - block.open.from_.hour) * 3600 + (block.open.to.minute - block.open.from_.minute) * 60
    if (day_s // block.length) % 2:
        return None
    return _with_places(block.model_copy(update={"length": 2 * block.length}), 2 if block.parallel else 1)


def _with_places(block: SlotBlock, times: int) -> SlotBlock:
    share = block.free_per_100_invited
    if block.parallel is not None:
        return block.model_copy(update={"parallel": times * block.parallel})
    return block.model_copy(update={"free_per_100_invited": None if share is None else times * share})
