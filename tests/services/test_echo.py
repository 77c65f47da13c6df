from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.services.echo import Echo

BEFORE = "The sea is dark. I"


def said(before: str, pieces: list[str]) -> str:
    echo = Echo(before)
    return "".join(echo.new(piece) for piece in pieces) + echo.rest()


@given(st.lists(st.integers(0, 40)))
def test_a_repetition_is_dropped_however_it_is_cut(cuts: list[int]) -> None:
    whole = BEFORE + " saw it once."
    marks = sorted({0, *cuts, len(whole)})
    pieces = [whole[a:b] for a, b in pairwise(marks)]

    assert said(BEFORE, pieces) == " saw it once."


@pytest.mark.parametrize(
    ("before", "pieces", "new"),
    [
        (BEFORE, [" saw", " it."], " saw it."),
        (BEFORE, ["The ", "moon."], "The moon."),
        (BEFORE, ["The "], "The "),
        (BEFORE, [BEFORE], ""),
        ("", ["The sea"], "The sea"),
        ("It was ", ["It was", " late."], "late."),
        ("It was ", ["late."], "late."),
        (BEFORE, [BEFORE + " ", BEFORE], " " + BEFORE),
    ],
)
def test_what_is_new_is_kept(before: str, pieces: list[str], new: str) -> None:
    assert said(before, pieces) == new
