from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.ui.pictures.cells import GAP, divide, two_lines


@given(st.integers(0, 400), st.integers(0, 200), st.booleans())
def test_the_columns_fit_into_the_room(width: int, height: int, draws: bool) -> None:
    cells = divide(width, height, draws=draws)

    assert cells.columns >= 1
    assert cells.width >= 1
    assert cells.height >= 1
    assert cells.left(cells.columns) - GAP <= max(width, 1)
    if not draws:
        assert cells.picture == 0
    if cells.picture:
        assert 2 * cells.height <= height + 1


@given(st.text(), st.integers(0, 60))
def test_two_lines_fit_and_hold_no_control_character(text: str, width: int) -> None:
    for line in two_lines(text, width):
        assert cell_len(line) <= width
        assert "\n" not in line
        assert "\x1b" not in line


def test_lines_break_at_spaces_and_long_words_anywhere() -> None:
    assert two_lines("a red boat on a lake", 12) == ("a red boat", "on a lake")
    assert two_lines("a red boat on the wide lake", 12) == ("a red boat", "on the wide…")
    assert two_lines("abcdefghijklmnop", 6) == ("abcdef", "ghijk…")
    assert two_lines("湖の上の赤い船", 6) == ("湖の上", "の赤…")
    assert two_lines("short", 12) == ("short", "")
