"""What is said to people is said in numbers: no unquantified "probably", whole people, titles that state a finding."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from reports.language import LANGUAGES
from reports.notation import LanguageCode
from tests import a_result
from tests.test_report_page import said

VAGUE: dict[LanguageCode, str] = {
    "nb": "sannsynlig|usannsynlig|trolig|muligens|antakelig|antagelig|kanskje|formodentlig|neppe|knapt|signifikant",
    "en": "probably|likely|unlikely|possibly|perhaps|maybe|presumably|significant|significantly",
}
"""Words that mean different shares to different people, and in different languages."""
JARGON: dict[LanguageCode, str] = {
    "nb": "p95|p99|λ|lambda|409|503|SLO|throughput|endepunkt|konfidensintervall|kvantil",
    "en": "p95|p99|λ|lambda|409|503|SLO|throughput|endpoint|quantile",
}
"""Words of the trade that page one does without."""
ROOT = Path(__file__).resolve().parents[1]
PAGE_ONE = re.compile(r'<section id="(?:supply|plan|comparison|levers|caveats|changes)".*?</section>', re.S)


def messages(said: Any) -> list[str]:
    return [said] if isinstance(said, str) else [one for value in said.values() for one in messages(value)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_message_says_how_sure_it_is_without_a_number(code: LanguageCode) -> None:
    catalogues = [*ROOT.glob(f"reports/**/{code}.toml"), *ROOT.glob(f"loadtests/**/{code}.toml")]
    every = [one for path in catalogues for one in messages(tomllib.loads(path.read_text(encoding="utf-8")))]
    assert len(every) > 500
    assert [one for one in every if re.search(rf"\b(?:{VAGUE[code]})\b", one, re.I)] == []


def test_the_rules_see_what_they_forbid() -> None:
    assert re.search(rf"\b(?:{VAGUE['nb']})\b", "Det er trolig nok timer.", re.I)
    assert re.search(rf"\b(?:{JARGON['en']})\b", "The p95 is high", re.I)
    assert decimals_of_people("Får avslag, av 100 som prøver 2,4 (1–3) 38") == ["2,4"]
    assert decimals_of_people("Svartid 0,9 s 11 s") == []


def decimals_of_people(words: str) -> list[str]:
    return re.findall(r"\d+[.,]\d+", words) if re.search(r"av 100|of 100|timer|appointments", words) else []


@pytest.mark.parametrize("code", LANGUAGES)
def test_page_one_counts_whole_people_and_has_no_words_of_the_trade(code: LanguageCode) -> None:
    page = a_result.page("plan", code)
    first = "".join(
        re.sub(r"<details>.*?</details>|<svg.*?</svg>", "", one, flags=re.S) for one in PAGE_ONE.findall(page)
    )
    rows = [said(row) for row in re.findall(r"<tr>.*?</tr>", first, flags=re.S)]
    assert len(rows) > 8
    assert [row for row in rows if decimals_of_people(row)] == []
    assert not re.search(rf"\b(?:{JARGON[code]})\b", said(first), re.I)
    assert re.search(r"8 av 10|8 of 10", said(first))


def test_every_picture_has_a_title_that_states_a_finding() -> None:
    pages = [a_result.page("plan", "nb"), a_result.page("capacity", "nb")]
    titles = [said(one) for page in pages for one in re.findall(r'<p class="finding">(.*?)</p>', page, flags=re.S)]
    assert len(titles) > 6
    assert [one for one in titles if not re.search(r"\d|\bingen\b", one, re.I)] == []
