"""What `bolk scenario` prints, as text."""

from collections.abc import Sequence
from pathlib import Path

from scenarios import catalogue, schema
from scenarios.authoring import Invitees, write_new
from scenarios.differences import differences
from scenarios.inventory import expected_takers, total_capacity, total_invited
from scenarios.policies.batches import Batches
from scenarios.policies.feedback import Feedback
from scenarios.policy import clock_at, schedule
from scenarios.problems import KeyPath, Problem, ScenarioError, key_text, screen
from scenarios.quantities import length_text
from scenarios.reading import load, scenario_of
from scenarios.resolved import resolved_values
from scenarios.scenario import Scenario
from scenarios.sending import largest_send_out
from scenarios.sense import warnings_of
from scenarios.source import Document, document_of, text_of
from scenarios.writing import scenario_toml


def list_text() -> str:
    """The catalogue: a line for each scenario."""
    known = [(name, load(name)) for name in catalogue.names()]
    widest = max(len(name) for name, _ in known)
    return "\n".join(
        f"{name:<{widest}}  {total_invited(one):>7,} SMS  {total_capacity(one):>7,} free  {one.title.en}"
        for name, one in known
    )


def show_text(source: str | Path, overrides: Sequence[str] = (), *, resolved: bool = False) -> str:
    """The file as it stands; with overrides the scenario they make; resolved, every value with its origin.

    Raises
    ------
    ScenarioError
        The file is not a scenario.
    """
    document, scenario = _read(source, overrides)
    if resolved:
        return _resolved_text(document, scenario)
    text = text_of(source)
    return scenario_toml(scenario) if overrides or isinstance(text, Problem) else text


def check_text(source: str | Path, overrides: Sequence[str] = ()) -> tuple[str, bool]:
    """What is wrong with a file, or that nothing is; and whether it can be used."""
    document = document_of(source, overrides)
    if not isinstance(document, Document):
        return screen(str(source), document), False
    scenario = scenario_of(document)
    if not isinstance(scenario, Scenario):
        return screen(str(source), scenario), False
    doubts = [f"  {key_text(one.where)}  {_place(document, one.where)}{one.what}" for one in warnings_of(scenario)]
    count = {0: "", 1: ", 1 warning"}.get(len(doubts), f", {len(doubts)} warnings")
    supply = (
        f"  {total_invited(scenario):,} SMS · {total_capacity(scenario):,} free appointments · "
        f"about {expected_takers(scenario):,.0f} people will want one"
    )
    return "\n".join([f"{source}: fit to use{count}", supply, *_sending(scenario), *doubts]), True


def _sending(scenario: Scenario) -> list[str]:
    """What a policy makes of the SMS, where its own keys do not say that already."""
    policy = scenario.policy
    if isinstance(policy, Batches):
        return []
    if isinstance(policy, Feedback):
        often = length_text(policy.pause)
        return [f"  {policy.first:,} SMS first, then {policy.least:,} to {policy.most:,} every {often} as figures say"]
    batches = schedule(policy, largest_send_out(scenario, policy))
    sizes = sorted({batch.count for batch in batches})
    size = " to ".join(f"{size:,}" for size in dict.fromkeys((sizes[0], sizes[-1])))
    last = clock_at(policy, scenario.invitation.send_date, batches[-1].at_s, scenario.zone)
    return [f"  {len(batches):,} batches of {size} SMS, the last one on {last:%Y-%m-%d} at {last:%H:%M}"]


def diff_text(first: str | Path, second: str | Path) -> str:
    """The keys that differ, with both values, and nothing else; empty where the two ask the same.

    Raises
    ------
    ScenarioError
        One of them is not a scenario.
    """
    found = differences(load(first), load(second))
    return "\n".join(f"{one.key}\n  - {one.first or 'not given'}\n  + {one.second or 'not given'}" for one in found)


def schema_text() -> str:
    """The JSON Schema of scenario files."""
    return schema.schema_text()


def new_file(
    path: Path,
    *,
    origin: str = "medium",
    municipality: str | None = None,
    cohort: str | None = None,
    invited: int | None = None,
) -> str:
    """Write a new file, begun from a scenario of the catalogue, and say what to do next.

    Raises
    ------
    ScenarioError
        Nothing was written: the file exists, or what was asked for makes no scenario.
    """
    invitees = Invitees(municipality=municipality, cohort=cohort, invited=invited)
    write_new(path, invitees, example=origin)
    checked, _ = check_text(path)
    return f"wrote {path}\n\n{checked}\n\nNext: bolk recommend {path}"


def _read(source: str | Path, overrides: Sequence[str]) -> tuple[Document, Scenario]:
    document = document_of(source, overrides)
    scenario = scenario_of(document) if isinstance(document, Document) else document
    if isinstance(document, Document) and isinstance(scenario, Scenario):
        return document, scenario
    raise ScenarioError(str(source), scenario if isinstance(scenario, tuple) else ())


def _resolved_text(document: Document, scenario: Scenario) -> str:
    values = resolved_values(document, scenario)
    key = max(len(one.key) for one in values)
    value = min(44, max(len(one.value) for one in values))
    return "\n".join(f"{one.key:<{key}}  {one.value:<{value}}  {one.origin}" for one in values)


def _place(document: Document, path: KeyPath) -> str:
    line = document.line_of(path)
    return "--set: " if document.was_set(path) else f"line {line}: " if line else ""
