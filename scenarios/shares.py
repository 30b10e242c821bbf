"""A plan dealt out among several who live it together: every citizen who acts is in exactly one share."""

import io
import json
from collections.abc import Iterator

import numpy as np

from scenarios.plan import Plan
from scenarios.rows import Citizen, citizens_of, opening_order


def share_bytes(plan: Plan, index: int, shares: int) -> bytes:
    """Pack every `shares`-th of those who act, counted from `index` in the order in which they open the page.

    Dealt out like cards, each share has its part of every burst. The digest of the whole plan does not go with it.
    """
    numbers = opening_order(plan)[index::shares]
    rows = {name: getattr(plan, name)[numbers] for name in plan.columns}
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, header=np.array(json.dumps(plan.header)), numbers=numbers, **rows)
    return packed.getvalue()


def citizens_in(share: bytes) -> Iterator[Citizen]:
    """The citizens of a share, with the numbers that they have in the whole plan, in the order of opening."""
    with np.load(io.BytesIO(share), allow_pickle=False) as packed:
        header = json.loads(str(packed["header"]))
        numbers = packed["numbers"].tolist()
        rows = {name: packed[name] for name in packed.files if name not in ("header", "numbers")}
    made_of = {name: header[name] for name in ("seed", "replication", "poll_s")}
    return citizens_of(Plan(scenario_name=header["scenario"], **made_of, **rows), numbers)
