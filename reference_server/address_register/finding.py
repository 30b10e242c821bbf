"""What is found in a set-up: the guide's rule, what citizens would see, and the mend, in bokmål and English."""

import functools
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict

Language: TypeAlias = Literal["nb", "en"]


class Severity(StrEnum):
    """How the guide puts it: a demand, something people stumble over, or a recommendation; gravest first."""

    REFUSED = "refused"
    WARNING = "warning"
    ADVICE = "advice"


class Rule(StrEnum):
    """The guide's rules; their words are in rules.toml."""

    TIMEBESTILLING_OFF = "timebestilling_off"
    PROCESS_OFF = "process_off"
    BOTH_USES = "both_uses"
    INTERMEDIATE_NOT_LEFT = "intermediate_not_left"
    INTERMEDIATE_HALF_LEFT = "intermediate_half_left"
    ROLE_AFTER_INTERMEDIATE = "role_after_intermediate"
    ROLE_BESIDE_RESOURCES = "role_beside_resources"
    LEAK = "leak"
    SEVERAL_TYPES = "several_types"
    URGENT_TYPES_COMBINED = "urgent_types_combined"
    VAGUE_NAME = "vague_name"
    REPEATED_TITLE = "repeated_title"
    SAME_BOOK_NAME = "same_book_name"
    SAME_SERVICE_NAME = "same_service_name"
    SITE_MISSING = "site_missing"
    SAME_EHR_NAME = "same_ehr_name"
    LOCATION_NOT_IN_NAME = "location_not_in_name"
    EMPTY_SERVICE = "empty_service"
    UNSEEN_BOOK = "unseen_book"
    PRACTITIONER_OVERVIEW_OFF = "practitioner_overview_off"
    COUPLING = "coupling"
    LEGEVAKT_CORONA = "legevakt_corona"
    LOCAL_ONLY = "local_only"
    INTERMEDIATE_IN_USE = "intermediate_in_use"
    NO_TEXT = "no_text"
    NO_LOCATION = "no_location"
    NEVER_AT_THE_PLACE = "never_at_the_place"


class Sentences(BaseModel):
    """What is wrong, what citizens would see, and the mend."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str
    seen: str
    mend: str


class GuideRule(BaseModel):
    """A rule of the guide: how grave it is, where it stands, and the guide's own words (bokmål)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: Severity
    heading: str
    quote: str
    nb: Sentences
    en: Sentences


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that one place of a set-up does not follow.

    `where` is the place ("services.smittevern", "books.lab"); `words` fill the rule's sentences.
    """

    rule: Rule
    where: str
    words: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, rule: Rule, where: str, **words: str) -> Self:
        """A finding with its words by name."""
        return cls(rule, where, tuple(sorted(words.items())))

    @property
    def key(self) -> tuple[int, int, str, tuple[tuple[str, str], ...]]:
        """The order findings are shown in: gravest first, then as the rules are listed, then by place."""
        return (list(Severity).index(self.severity), list(Rule).index(self.rule), self.where, self.words)

    @property
    def guide(self) -> GuideRule:
        """The rule in the guide."""
        return guide_rules()[self.rule]

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return self.guide.severity

    def said(self, language: Language) -> Sentences:
        """What is wrong here, what citizens would see, and the mend."""
        sentences = self.guide.nb if language == "nb" else self.guide.en
        words = dict(self.words)
        return Sentences(
            what=sentences.what.format_map(words),
            seen=sentences.seen.format_map(words),
            mend=sentences.mend.format_map(words),
        )


@functools.cache
def guide_rules() -> dict[Rule, GuideRule]:
    """Every rule with its words."""
    text = files("reference_server.address_register").joinpath("rules.toml").read_text(encoding="utf-8")
    return {Rule(name): GuideRule.model_validate(words) for name, words in tomllib.loads(text).items()}
