"""kitty's graphics: a picture is sent once and drawn wherever its placeholders stand.

Placeholders are characters: one for each cell, whose colour is the picture's number and whose
diacritics say the row and the column. So scrolling, clipping and what lies above need no care.
Format: https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders
"""

from __future__ import annotations

import zlib
from base64 import b64encode

PLACEHOLDER = "\U0010eeee"
MOST = 297
"""Rows or columns that can be told."""
_CHUNK = 4096
_RANGES = (
    "305 30d-30e 310 312 33d-33f 346 34a-34c 350-352 357 35b 363-36f 483-487 592-595 597-599 "
    "59c-5a1 5a8-5a9 5ab-5ac 5af 5c4 610-617 657-65b 65d-65e 6d6-6dc 6df-6e2 6e4 6e7-6e8 6eb-6ec "
    "730 732-733 735-736 73a 73d 73f-741 743 745 747 749-74a 7eb-7f1 7f3 816-819 81b-823 825-827 "
    "829-82d 951 953-954 f82-f83 f86-f87 135d-135f 17dd 193a 1a17 1a75-1a7c 1b6b 1b6d-1b73 "
    "1cd0-1cd2 1cda-1cdb 1ce0 1dc0-1dc1 1dc3-1dc9 1dcb-1dcc 1dd1-1de6 1dfe 20d0-20d1 20d4-20d7 "
    "20db-20dc 20e1 20e7 20e9 20f0 2cef-2cf1 2de0-2dff a66f a67c-a67d a6f0-a6f1 a8e0-a8f1 aab0 "
    "aab2-aab3 aab7-aab8 aabe-aabf aac1 fe20-fe26 10a0f 10a38 1d185-1d189 1d1aa-1d1ad 1d242-1d244"
)
"""The marks above a letter of Unicode 6.0 that compose with none: kitty counts with them."""


def _marks() -> list[str]:
    out: list[str] = []
    for span in _RANGES.split():
        first, _, last = span.partition("-")
        out.extend(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return out


MARKS = _marks()


def through_tmux(sequence: str) -> str:
    """A sequence as tmux hands it on to the terminal outside."""
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def upload(
    number: int, pixels: bytes, size: tuple[int, int], cells: tuple[int, int], *, tmux: bool
) -> str:
    """What sends a picture, without drawing it anywhere.

    Args:
        number: From 1 to 2**24 - 1: it travels as a colour.
        pixels: Three bytes each, row by row.
        size: Width and height in pixels.
        cells: Columns and rows that it fills.
        tmux: Go through tmux.
    """
    data = b64encode(zlib.compress(pixels)).decode("ascii")
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    keys = f"a=T,U=1,q=2,f=24,o=z,i={number},s={size[0]},v={size[1]},c={cells[0]},r={cells[1]},"
    out = []
    for at, chunk in enumerate(chunks):
        more = int(at < len(chunks) - 1)
        command = f"\x1b_G{keys if at == 0 else 'q=2,'}m={more};{chunk}\x1b\\"
        out.append(through_tmux(command) if tmux else command)
    return "".join(out)


def delete(number: int, *, tmux: bool) -> str:
    """What makes the terminal forget a picture."""
    command = f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"
    return through_tmux(command) if tmux else command


class KittyRow:
    """A row of a picture that was sent."""

    floats = False

    def __init__(
        self, number: int, row: int, columns: int, ground: tuple[int, int, int] = (0, 0, 0)
    ) -> None:
        self.columns = columns
        red, green, blue = number >> 16, number >> 8 & 255, number & 255
        back = ";".join(map(str, ground))
        # 24 bits whatever is said of the terminal's colours: a nearby number is another picture.
        self._begin = f"\x1b[38;2;{red};{green};{blue};48;2;{back}m"
        self._row = MARKS[row]

    def code(self, first: int, last: int) -> str:
        """The cells from one column up to another."""
        cells = [f"{PLACEHOLDER}{self._row}{MARKS[column]}" for column in range(first, last)]
        return f"{self._begin}{''.join(cells)}\x1b[0m"
