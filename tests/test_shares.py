"""A plan dealt out: nobody is left out, nobody is there twice, and nothing of a row is lost on the way."""

from hypothesis import given, settings
from hypothesis import strategies as some

from scenarios.plan import plan_of
from scenarios.rows import citizens_of
from scenarios.shares import citizens_in, share_bytes
from tests import a


@settings(max_examples=8, deadline=None)
@given(some.integers(1, 40), some.integers(0, 3))
def test_the_shares_together_are_the_plan(shares: int, replication: int):
    scenario = a.scenario()
    plan = plan_of(scenario, scenario.policy, replication)
    dealt = [list(citizens_in(share_bytes(plan, index, shares))) for index in range(shares)]
    whole = list(citizens_of(plan))
    assert [dealt[rank % shares][rank // shares] for rank in range(len(whole))] == whole
    assert sum(map(len, dealt)) == len(whole)
