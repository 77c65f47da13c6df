from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.safetext import REPLACEMENT, clean, clean_line

HOSTILE = [
    "\x1b]52;c;aGk=\x07",
    "\x1b]0;title\x1b\\",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\u202eabc\u202c",
    "\U0010eeee",
    "\U000e0041",
    "\ud800",
    "\x7f\x08\x0b",
]


def _is_dangerous(char: str) -> bool:
    if char in "\n\t":
        return False
    return unicodedata.category(char) in ("Cc", "Cs") or char in "\u202e\u2066\u200f\U0010eeee"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    cleaned = clean(text)

    assert not any(_is_dangerous(char) for char in cleaned)
    assert REPLACEMENT in cleaned


def test_newlines_and_tabs_stay_and_crlf_becomes_lf() -> None:
    assert clean("a\r\n\tb") == "a\n\tb"


def test_ordinary_text_of_any_script_stays() -> None:
    text = "Grüße 世界 👩‍👩‍👧 café"

    assert clean(text) == text


@given(st.text(), st.integers(0, 50))
def test_cleaning_in_pieces_equals_cleaning_at_once(text: str, cut: int) -> None:
    assert clean(text[:cut]) + clean(text[cut:]) == clean(text)


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert not any(_is_dangerous(char) for char in clean(text))


def test_a_line_is_one_line_and_not_longer_than_asked() -> None:
    assert clean_line("a\nb\tc") == "a b c"
    assert clean_line("abcdef", 4) == "abc…"
