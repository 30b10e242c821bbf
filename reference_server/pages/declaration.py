"""The self-declaration: its questions, and what the citizen has answered so far. The answers are not kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

QUESTIONS: Final = ("ill", "allergy", "anticoagulant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The questions that a page asks, the answers given, "" for none, and the questions it must be told are missing."""

    questions: Sequence[str]
    answers: Mapping[str, str]
    missing: Sequence[str]

    def unjudged(self) -> "Declaration":
        """The same while the citizen is still at it."""
        return Declaration(questions=self.questions, answers=self.answers, missing=())


def declaration_of(form: Mapping[str, str], *, asked: bool = True) -> Declaration:
    """What was posted, empty for a new page; a book that asks for no form has no questions."""
    questions = QUESTIONS if asked else ()
    answers = {question: form.get(question, "") for question in questions}
    missing = [question for question, answer in answers.items() if answer not in ("yes", "no")]
    return Declaration(questions=questions, answers=answers, missing=missing)
