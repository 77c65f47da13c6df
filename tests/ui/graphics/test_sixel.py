from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ui.graphics.sixel import sixel

PALETTE = bytes(value for colour in range(16) for value in (colour * 17, 255 - colour * 17, 51))


def decode(text: str) -> tuple[list[list[int]], dict[int, tuple[int, ...]]]:
    """A small decoder of its own: pixels as colour numbers, -1 for untouched, and the palette."""
    head = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)(.*)\x1b\\', text, re.DOTALL)
    assert head is not None
    width, height = int(head[1]), int(head[2])
    # One band more than is promised, so that what is drawn too low is seen.
    rows = [[-1] * width for _ in range(height + 6)]
    palette: dict[int, tuple[int, ...]] = {}
    x = band = colour = 0
    for token in re.finditer(
        r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|([$-])", head[3]
    ):
        if token[1] is not None:
            colour = int(token[1])
            if token[2] is not None:
                palette[colour] = tuple(int(token[each]) for each in (2, 3, 4))
        elif token[8] is not None:
            x = 0
            band += token[8] == "-"
        else:
            bits = ord(token[6] or token[7]) - 63
            after = x + int(token[5] or 1)
            for bit in range(6):
                if bits >> bit & 1:
                    rows[band * 6 + bit][x:after] = [colour] * (after - x)
            x = after
    assert all(value == -1 for row in rows[height:] for value in row)
    return rows[:height], palette


def test_a_tiny_picture_byte_for_byte() -> None:
    # Two colours, five wide and seven high: two bands, the second with one row.
    indexes = b"\x00\x00\x00\x00\x01" * 7

    drawn = sixel(indexes, 5, bytes([255, 0, 0, 0, 128, 255]))

    assert drawn == ('\x1bP0;1;0q"1;1;5;7#0;2;100;0;0#1;2;0;50;100#0!4~$#1!4?~-#0!4@$#1!4?@\x1b\\')


@given(st.data(), st.integers(1, 40), st.integers(1, 20))
def test_what_is_drawn_is_what_was_meant(data: st.DataObject, width: int, height: int) -> None:
    size = width * height
    indexes = bytes(data.draw(st.lists(st.integers(0, 15), min_size=size, max_size=size)))

    rows, palette = decode(sixel(indexes, width, PALETTE))

    assert bytes(value for row in rows for value in row) == indexes
    assert set(palette) == set(indexes)


@pytest.mark.parametrize(("value", "share"), [(0, 0), (51, 20), (128, 50), (255, 100)])
def test_colours_are_hundredths(value: int, share: int) -> None:
    _, palette = decode(sixel(b"\0", 1, bytes([value, value, value])))

    assert palette == {0: (share, share, share)}
