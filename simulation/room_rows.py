"""The waiting room of a scenario, laid out for the kernel."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from reference_server.waiting_room import ASK_AGAIN_S, FORGOTTEN_S, MINUTE_S
from scenarios.booking_platform import WaitingRoomRules
from scenarios.columns import NONE, Rows
from scenarios.plan import Plan
from scenarios.plan_source import PlanSource
from scenarios.strategy import QueueOrder
from scenarios.streams import FloatArray
from simulation.kernel import layout
from simulation.lots import lots

_ENDLESS: Final = 1 << 62


@dataclass(slots=True)
class RoomRows:
    """The room and its visitors, and the arrays that it has by address, which live as long."""

    room: Rows
    visitors: Rows
    _chance: Iterator[FloatArray]
    _arrays: dict[str, NDArray[Any]] = field(default_factory=dict[str, NDArray[Any]])

    @classmethod
    def of(cls, rules: WaitingRoomRules, plan: Plan | PlanSource, acting: int) -> Self:
        """An empty room, before which nobody stands."""
        visitors = np.zeros(acting, layout.VISITOR)
        visitors["until_s"] = -np.inf
        visitors["at"] = NONE
        rows = cls(np.zeros(1, layout.ROOM), visitors, lots(plan))
        random = rules.order is QueueOrder.RANDOM
        # As much again as can wait at a time: the empty entries are seldom taken out.
        line_room = 2 * acting + 16
        rows._put(
            line=np.empty(line_room, np.int64),
            tree=np.zeros(line_room + 1 if random else 1, np.int64),
            inside=np.empty(acting + 1, np.int64),
            admitted=np.empty(rules.new_users_per_minute, np.float64),
        )
        rows._set(
            random=random,
            places=rules.total_active_users,
            per_minute=rules.new_users_per_minute,
            line_room=line_room,
            tree_top=1 << (line_room.bit_length() - 1),
            inside_room=acting + 1,
            lots_room=0 if random else _ENDLESS,
            oldest=NONE,
            newest=NONE,
            session_s=rules.session_duration,
            per_s=min(rules.new_users_per_minute / MINUTE_S, rules.total_active_users / rules.session_duration),
            forgotten_s=FORGOTTEN_S,
            ask_again_s=ASK_AGAIN_S,
            minute_s=MINUTE_S,
        )
        return rows

    def draw_lots(self) -> None:
        """Have one more lot for each citizen."""
        self._put(lots=np.concatenate([self._arrays.get("lots", np.empty(0)), next(self._chance)]))
        self._set(lots_room=len(self._arrays["lots"]))

    def _put(self, **arrays: NDArray[Any]) -> None:
        for name, array in arrays.items():
            self._arrays[name] = array
            self.room[name] = array.ctypes.data

    def _set(self, **values: float) -> None:
        for name, value in values.items():
            self.room[name] = value
