"""How the model has been tried: the five ways of the literature, and which of them were gone here.

Source of the five: Eddy et al., "Model transparency and validation: a report of the ISPOR-SMDM task force 7", Medical
Decision Making 32 (2012).
"""

from typing import Final

from reports.blocks import Cell, Section, Table, text
from reports.cases import scenario_of
from reports.language import Language
from scenarios.evidence import Evidence
from scenarios.result import Result

_WAYS: Final = ("face", "verification", "cross", "external", "predictive")


def validation(result: Result, language: Language) -> Section:
    """Say of each way to try a model whether it was gone, and how."""
    scenario = scenario_of(result)
    evidence = scenario.evidence or Evidence()
    tests = evidence.tests_of(scenario.platform)
    done = {
        "face": False,
        "verification": True,
        "cross": True,
        "external": evidence.people is not None or evidence.platform is not None,
        "predictive": bool(tests) and tests[-1].held,
    }
    how = {way: "yes" if done[way] else "no" for way in _WAYS}
    if tests and not tests[-1].held:
        how["predictive"] = "missed"
    table = Table(
        caption=language.text("tried.caption"),
        head=[language.text(f"tried.{column}") for column in ("way", "done", "how")],
        rows=[
            [
                text(language.text(f"tried_name.{way}")),
                _done(done[way], language),
                text(language.text(f"tried_how.{way}_{how[way]}")),
            ]
            for way in _WAYS
        ],
    )
    return Section(id="validation", title=language.text("tried.title"), blocks=[table])


def _done(done: bool, language: Language) -> Cell:
    return Cell((f"✓ {language.text('tried.yes')}",), "good") if done else Cell((language.text("tried.no"),), "none")
