"""Everything the guide has to say about a set-up, gravest first."""

from reference_server.address_register.book_rules import book_findings
from reference_server.address_register.finding import Finding, Severity
from reference_server.address_register.service_rules import service_findings
from reference_server.address_register.set_up import SetUp


def findings_of(set_up: SetUp) -> tuple[Finding, ...]:
    """Every finding; the order of services, books and processes in the file makes no difference."""
    found = {*service_findings(set_up), *book_findings(set_up)}
    return tuple(sorted(found, key=lambda finding: finding.key))


def is_refused(findings: tuple[Finding, ...]) -> bool:
    """Whether something stands against a demand of the guide; warnings and advice never do."""
    return any(finding.severity is Severity.REFUSED for finding in findings)
