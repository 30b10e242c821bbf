"""The line of each key: never a guess."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import catalogue
from scenarios.key_lines import key_lines
from scenarios.writing import leaves


@pytest.mark.parametrize("name", catalogue.names())
def test_the_line_of_every_key_is_the_line_it_is_written_on(name: str) -> None:
    path = catalogue.path_of(name)
    assert path is not None
    text = path.read_text(encoding="utf-8")
    lines = key_lines(text)
    for key, _ in leaves(tomllib.loads(text)):
        assert f"{key[-1]} " in text.split("\n")[lines[key] - 1], key


def test_a_key_in_a_string_a_comment_or_a_list_is_not_taken_for_one() -> None:
    strings = '# a = 1\nb = """\na = 2\n[t]\n"""\nc = [\n  "a = 3", # a = 4\n]\n'
    text = strings + "a = 5\n[t.u]\na = 6\n[[l]]\n[[l]]\na = { a = 7 }\n"
    assert key_lines(text) == {
        ("b",): 2,
        ("c",): 6,
        ("a",): 9,
        ("t", "u"): 10,
        ("t", "u", "a"): 11,
        ("l",): 12,
        ("l", 0): 12,
        ("l", 1): 13,
        ("l", 1, "a"): 14,
        ("l", 1, "a", "a"): 14,
    }


@given(st.text(alphabet="ab=[]{}\"'#\n .1,", max_size=60))
@settings(max_examples=300, deadline=None)
def test_every_text_that_parses_has_its_keys_on_lines_that_hold_them(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    rows = text.split("\n")
    assert all(str(key[-1]) in rows[line - 1] or isinstance(key[-1], int) for key, line in key_lines(text).items())
