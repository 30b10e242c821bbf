"""Records made up by Hypothesis: any attempts with any requests, as a simulation or a load test could leave them."""

from hypothesis import strategies as st

from scenarios.attempts import Attempt, Operation, Outcome, Request, Status

moments_s = st.integers(0, 2**40).map(lambda ticks: ticks * 2.0**-24) | st.sampled_from([0.0, 1.0, 2.0, 2.5])
requests = st.builds(Request, st.sampled_from(Operation), moments_s, moments_s, moments_s, st.sampled_from(Status))
texts = st.none() | st.sampled_from(["a", "b", "ø/2", ""])


@st.composite
def records(draw: st.DrawFn) -> list[Attempt]:
    """Attempts of a few citizens: numbered from 1 for each of them, settled in any order of citizens."""
    numbers: dict[int, int] = {}
    made: list[Attempt] = []
    for citizen in draw(st.lists(st.integers(0, 6), max_size=25)):
        numbers[citizen] = numbers.get(citizen, 0) + 1
        made.append(
            Attempt(
                citizen=citizen,
                number=numbers[citizen],
                planned_s=draw(moments_s),
                ended_s=draw(moments_s),
                outcome=draw(st.sampled_from(Outcome)),
                book=draw(texts),
                asked=draw(texts),
                slot=draw(texts),
                reserved_s=draw(st.none() | moments_s),
                requests=tuple(draw(st.lists(requests, max_size=3))),
            )
        )
    return made
