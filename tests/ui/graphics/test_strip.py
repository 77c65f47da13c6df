from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.ui.graphics.strip import PixelStrip, put


class Row:
    """Draws the letters of its columns."""

    columns = 6
    floats = True

    def code(self, first: int, last: int) -> str:
        return f"<{'abcdef'[first:last]}>"


TEXT = "..######.."


def strip() -> Strip:
    return put(Strip([Segment(TEXT[:4]), Segment(TEXT[4:])], 10), Row(), 2)


def drawn(part: Strip) -> str:
    return part.render(Console())


def test_the_terminal_gets_pixels_and_all_others_cells() -> None:
    assert drawn(strip()) == "..<abcdef>.."
    assert strip().text == TEXT
    assert drawn(Strip.join([strip(), Strip([])])) == TEXT


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda row: row.crop(0, 5), "..<abc>"),
        (lambda row: row.crop(3, 6), "<bcd>"),
        (lambda row: row.crop(3), "<bcdef>.."),
        (lambda row: row.crop(-1, 5), "..<abc>"),
        (lambda row: row.crop(8, 10), ".."),
        (lambda row: row.crop(0, 10), "..<abcdef>.."),
        (lambda row: row.crop(1, 9).crop(2, 4), "<bc>"),
        (lambda row: row.crop_extend(3, 12, Style()), "<bcdef>..  "),
        (lambda row: row.adjust_cell_length(12), "..<abcdef>..  "),
        (lambda row: row.adjust_cell_length(7), "..<abcde>"),
        (lambda row: row.adjust_cell_length(10), "..<abcdef>.."),
    ],
)
def test_a_part_of_the_row_is_a_part_of_the_picture(
    change: Callable[[Strip], Strip], expected: str
) -> None:
    assert drawn(change(strip())).replace("\x1b[0m", "") == expected


@pytest.mark.parametrize(
    ("cuts", "expected"),
    [
        ([10], ["..<abcdef>.."]),
        ([1, 10], [".", ".<abcdef>.."]),
        ([4, 6, 10], ["..<ab>", "<cd>", "<ef>.."]),
        ([2, 8, 10], ["..", "<abcdef>", ".."]),
    ],
)
def test_something_above_leaves_what_is_beside_it(cuts: list[int], expected: list[str]) -> None:
    parts = strip().divide(cuts)

    assert [drawn(part) for part in parts] == expected
    assert "".join(part.text for part in parts) == TEXT


@pytest.mark.parametrize(("at", "expected"), [(-2, "<cdef>......"), (7, ".......<abc>")])
def test_what_does_not_fit_is_cut_off(at: int, expected: str) -> None:
    assert drawn(put(Strip([Segment("." * 10)], 10), Row(), at)) == expected


def test_outside_of_the_row_there_is_no_picture() -> None:
    assert not isinstance(put(Strip([Segment("." * 10)], 10), Row(), 10), PixelStrip)
    assert not isinstance(put(Strip([Segment("." * 10)], 10), Row(), -6), PixelStrip)
