"""What is said of a plan that is made from the middle of a send-out."""

from reports.blocks import Paragraph, Section
from reports.language import Language
from reports.sending import sending_text
from scenarios.recommendation import Recommendation


def replan_sentence(recommendation: Recommendation, language: Language) -> str | None:
    """Say that a plan is made from the middle, and what had been sent by then; None where nothing had."""
    replan = recommendation.replan
    if replan is None:
        return None
    policy = replan.followed
    how = language.text("replan.evenly") if policy is None else sending_text(language, policy)
    return language.text("replan.said", sent=replan.sent, at=replan.at, how=how, left=replan.left)


def replanned(recommendation: Recommendation, language: Language) -> list[Section]:
    """Say it at the head of the answer, with what that means for the figures; nothing where all is still to come."""
    said = replan_sentence(recommendation, language)
    if said is None:
        return []
    notes = [language.text("replan.their_journeys"), language.text("replan.limits")]
    blocks = [Paragraph(said, "lead"), *(Paragraph(words, "note") for words in notes)]
    return [Section(id="replan", title=language.text("replan.title"), blocks=blocks)]
