"""The lint of the address register as text: findings by severity, and what citizens would see."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from reference_server.address_register.citizen_view import ServiceView, name_of, other_municipality_view, view_of
from reference_server.address_register.finding import Finding, Language, Severity
from reference_server.address_register.lint import findings_of, is_refused
from reference_server.address_register.reading import FileProblem, set_up_in
from reference_server.address_register.set_up import SetUp

SEVERITY_WORDS: Final = {
    Severity.REFUSED: {"nb": "Avvist", "en": "Refused"},
    Severity.WARNING: {"nb": "Advarsler", "en": "Warnings"},
    Severity.ADVICE: {"nb": "Råd", "en": "Advice"},
}
_WIDTH: Final = 110
_WORDS: Final = {
    "nb": {
        "guide": "veilederen", "seen": "innbyggerne ser", "mend": "gjør slik", "sees": "Innbyggerne ser",
        "none": "ingenting å bemerke", "no_button": "ingen [Bestill time]", "nothing": "(tom liste)",
        "problem": "kan ikke brukes som oppsett, {count} feil", "line": "linje",
        "refused": "{count} avvist", "warning": "{count} advarsler", "advice": "{count} råd",
    },
    "en": {
        "guide": "the guide", "seen": "citizens see", "mend": "mend", "sees": "Citizens see",
        "none": "nothing to remark", "no_button": "no [Bestill time]", "nothing": "(empty list)",
        "problem": "not a set-up, problems: {count}", "line": "line",
        "refused": "{count} refused", "warning": "warnings: {count}", "advice": "advice: {count}",
    },
}  # fmt: skip


def check_register_text(path: Path, lang: Language) -> tuple[str, int]:
    """The lint of a set-up file.

    Returns
    -------
    text, exit code
        0 where nothing is refused, warnings and advice or not; 1 where something is; 2 where the file is no set-up.
    """
    set_up = set_up_in(path)
    if not isinstance(set_up, SetUp):
        return _problems_text(path, set_up, lang), 2
    findings = findings_of(set_up)
    blocks = [f"{path}: {_counts(findings, lang)}", *_findings_text(findings, lang), _seen_text(set_up, lang)]
    return "\n\n".join(blocks), 1 if is_refused(findings) else 0


def _problems_text(path: Path, problems: Sequence[FileProblem], lang: Language) -> str:
    words = _WORDS[lang]
    lines = [
        f"  {one.where}  " + (f"{words['line']} {one.line}: " if one.line else "") + one.said(lang) for one in problems
    ]
    return "\n".join([f"{path}: {words['problem'].format(count=len(problems))}", "", *lines])


def _counts(findings: Sequence[Finding], lang: Language) -> str:
    counts = [(one, sum(finding.severity is one for finding in findings)) for one in Severity]
    said = [_WORDS[lang][one].format(count=count) for one, count in counts if count]
    return " · ".join(said) or _WORDS[lang]["none"]


def _findings_text(findings: Sequence[Finding], lang: Language) -> Iterator[str]:
    for severity in Severity:
        ours = [_finding_text(finding, lang) for finding in findings if finding.severity is severity]
        if ours:
            yield "\n\n".join([SEVERITY_WORDS[severity][lang], *ours])


def _finding_text(finding: Finding, lang: Language) -> str:
    said, guide, words = finding.said(lang), finding.guide, _WORDS[lang]
    rows = (
        (words["guide"], f"{guide.heading}: «{guide.quote}»"),
        (words["seen"], said.seen),
        (words["mend"], said.mend),
    )
    widest = max(len(name) for name, _ in rows)
    body = [_wrapped(f"    {name:<{widest}}  ", text) for name, text in rows]
    return "\n".join([_wrapped(f"  {finding.where}  ", said.what), *body])


def _wrapped(name: str, text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=name, subsequent_indent=" " * min(len(name), 21))


def _seen_text(set_up: SetUp, lang: Language) -> str:
    lines = [_WORDS[lang]["sees"]]
    for service in set_up.services:
        view = view_of(set_up, service)
        if view is None:
            lines.append(f"  {name_of(service)}: {_WORDS[lang]['no_button']}")
        else:
            lines += [f"  {view.heading}", "    Velg behandler", *_choices(view, lang)]
    lines.append("  Bestill koronatest i annen kommune")
    lines += _flat(_choices(view, lang) for view in other_municipality_view(set_up)) or [_nothing(lang)]
    return "\n".join(lines)


def _choices(view: ServiceView, lang: Language) -> list[str]:
    named = [f"      {one.label}" + (f" – {one.text}" if one.text else "") for one in view.choices]
    return named or [_nothing(lang)]


def _nothing(lang: Language) -> str:
    return f"      {_WORDS[lang]['nothing']}"


def _flat(blocks: Iterable[list[str]]) -> list[str]:
    return [line for block in blocks for line in block]
