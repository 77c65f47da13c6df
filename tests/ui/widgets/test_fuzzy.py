from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ui.widgets.fuzzy import best, fit

NAMES = ["model-list", "ollama", "Moondream", "offline model", "mellow"]


def test_what_starts_with_the_query_comes_first() -> None:
    assert best("mo", NAMES, str)[:2] == ["Moondream", "model-list"]


def test_scattered_characters_fit_too() -> None:
    assert best("mdrm", NAMES, str) == ["Moondream"]


def test_words_may_come_in_any_order() -> None:
    assert best("model off", NAMES, str) == ["offline model"]


def test_an_empty_query_keeps_everything_in_order() -> None:
    assert best("  ", NAMES, str) == NAMES


@pytest.mark.parametrize("query", ["xyz", "mom"])
def test_what_does_not_fit_is_left_out(query: str) -> None:
    assert "ollama" not in best(query, NAMES, str)


@given(st.text(), st.text())
def test_any_text_can_be_compared(query: str, text: str) -> None:
    assert fit(query, text) is None or isinstance(fit(query, text), int)


@given(st.text(min_size=1), st.integers(0, 5))
def test_every_part_of_a_text_fits_it(text: str, start: int) -> None:
    assert fit(text[start:], text) is not None
