"""How predictions about this platform have fared, as a sentence; part of how far a report can be trusted."""

from reports.cases import scenario_of
from reports.language import Language
from scenarios.result import Result


def evidence_meaning(result: Result, language: Language) -> str:
    """Say what the evidence level means, and what became of the predictions so far, those that missed too."""
    words = [language.text(f"evidence.{result.evidence_level}.meaning"), track_record(result, language)]
    return " ".join(word for word in words if word)


def track_record(result: Result, language: Language) -> str:
    """Count the tests, and say how far off the latest was; empty without any."""
    scenario = scenario_of(result)
    tests = () if scenario.evidence is None else scenario.evidence.tests_of(scenario.platform)
    if not tests:
        return ""
    last = tests[-1]
    return language.text(
        "evidence.tested",
        count=len(tests),
        held=sum(one.held for one in tests),
        on=language.notation.day(last.on),
        citizens=last.citizens,
        rejections=language.notation.shortest(abs(last.rejections_off), 1),
        response=language.notation.percent(abs(last.response_off)),
    )
