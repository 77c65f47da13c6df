from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.errors import CommandError
from tui.domain.script_fuzzy import errors, meant

LETTERS = st.text(alphabet="abc", max_size=12)


def by_table(wanted: str, text: str) -> int:
    """The same by the whole table of edit distances."""
    row = [0] * (len(text) + 1)
    for at, letter in enumerate(wanted, 1):
        before, row = row, [at]
        for place, other in enumerate(text):
            row.append(min(before[place] + (letter != other), before[place + 1] + 1, row[-1] + 1))
    return min(row)


@given(LETTERS, LETTERS)
def test_errors_are_those_of_the_table(wanted: str, text: str) -> None:
    assert errors(wanted, text) == by_table(wanted, text)


def test_a_long_name_is_compared_too() -> None:
    assert errors("ab" * 100, "x" + "ab" * 50 + "y" + "ab" * 50) == 1


@pytest.mark.parametrize(
    ("text", "threshold", "name"),
    [
        ("let us go to the casle", 0.4, "Castle"),
        ("into the dark FOREST", 0.4, "forest"),
        ("into the forrest, from the castle", 0.4, "Castle"),
        ("nothing of it", 0.1, ""),
        ("castl", 0.0, ""),
        ("castle", 0.0, "Castle"),
        ("anything", 1.0, "Castle"),
    ],
)
def test_the_first_name_that_fits_is_meant(text: str, threshold: float, name: str) -> None:
    assert meant(text, ["", "Castle", "forest"], threshold) == name


def test_the_best_name_may_be_wanted_instead() -> None:
    assert meant("into the forest", ["forets", "forest"], 0.4) == "forets"
    assert meant("into the forest", ["forets", "forest"], 0.4, "best") == "forest"
    assert meant("nothing", ["forest"], 0.1, "best") == ""


def test_too_much_text_is_refused() -> None:
    with pytest.raises(CommandError, match="too long"):
        meant("a" * 100_000, ["b"] * 100, 0.4)
