"""A verification as JUnit's XML, which every CI server reads: a test case for each case in each book, and the verdict.

A case with anomalies is a failure, with the witness drawn in it; one that was left out is skipped. The verdict of each
trial is a test case of its own: what belongs to no case alone is told there, and *unknown* is an error, never a pass.
"""

import re
from typing import Final
from xml.etree import ElementTree

from reports.verification_screen import witness_text
from scenarios.verification import Trial, Tried, Verification, Witness

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def verification_junit(verification: Verification) -> str:
    """The whole file."""
    root = ElementTree.Element("testsuites", name="bolk verify")
    for trial in verification.trials:
        suite = ElementTree.SubElement(root, "testsuite", name=f"bolk verify ({trial.strategy})")
        for one in trial.tried:
            _tried(suite, one, trial)
        _verdict(suite, trial)
        _count(suite, trial)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _tried(suite: ElementTree.Element, one: Tried, trial: Trial) -> None:
    case = _case(suite, one.case, f"bolk.{trial.strategy}.{one.book}", one.took_s)
    if one.skipped is not None:
        ElementTree.SubElement(case, "skipped", message=_text(one.skipped))
    found = [witness for witness in trial.anomalies if (witness.case, witness.book) == (one.case, one.book)]
    if found:
        _failure(case, found)


def _verdict(suite: ElementTree.Element, trial: Trial) -> None:
    case = _case(suite, "verdict", f"bolk.{trial.strategy}", 0.0)
    homeless = [witness for witness in trial.anomalies if witness.case is None]
    match trial.ruling:
        case "anomaly" if homeless:
            _failure(case, homeless)
        case "anomaly":
            ElementTree.SubElement(case, "failure", message=_text(trial.reason or ""), type="anomaly")
        case "unknown":
            ElementTree.SubElement(case, "error", message=_text(trial.reason or ""), type="unknown")
        case _:
            pass


def _case(suite: ElementTree.Element, name: str, where: str, took_s: float) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", name=_text(name), classname=_text(where), time=f"{took_s:.3f}")


def _failure(case: ElementTree.Element, found: list[Witness]) -> None:
    kinds = ", ".join(dict.fromkeys(one.kind for one in found))
    failure = ElementTree.SubElement(case, "failure", message=_text(kinds), type="anomaly")
    failure.text = _text(witness_text(found))


def _count(suite: ElementTree.Element, trial: Trial) -> None:
    for kind, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{kind}"))))
    suite.set("tests", str(len(suite)))
    suite.set("time", f"{sum(one.took_s for one in trial.tried):.3f}")


def _text(text: str) -> str:
    """Without what XML cannot hold: ids and answers are another server's words."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
