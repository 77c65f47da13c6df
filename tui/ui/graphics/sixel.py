"""Sixel: bands of six rows of pixels, one layer for each colour, drawn at the cursor.

Format: DEC STD 070; https://vt100.net/docs/vt3xx-gp/chapter14.html
"""

from __future__ import annotations

import re
from functools import lru_cache

from tui.ui.terminal.graphics import BAND

_RUN = re.compile(rb"(.)\1{3,}", re.DOTALL)
_TO_TEXT = bytes((value + 63) % 256 for value in range(256))


@lru_cache(maxsize=256)
def _only(colour: int) -> bytes:
    """A table that makes one colour 1 and all others 0."""
    return bytes(int(value == colour) for value in range(256))


def sixel(indexes: bytes, width: int, palette: bytes) -> str:
    """The sequence that draws pixels at the cursor; no pixel beyond them is touched.

    Args:
        indexes: The palette index of each pixel, row by row.
        width: Pixels in a row.
        palette: Red, green and blue of each colour.
    """
    height = len(indexes) // width
    colours = sorted(set(indexes))
    out = [f'\x1bP0;1;0q"1;1;{width};{height}'.encode()]
    for colour in colours:
        shares = [round(value * 100 / 255) for value in palette[3 * colour : 3 * colour + 3]]
        out.append(b"#%d;2;%d;%d;%d" % (colour, *shares))
    for top in range(0, height, BAND):
        if top:
            out.append(b"-")
        out.append(_band(indexes[top * width : (top + BAND) * width], width))
    out.append(b"\x1b\\")
    return b"".join(out).decode("ascii")


def _band(indexes: bytes, width: int) -> bytes:
    layers = []
    for colour in sorted(set(indexes)):
        lit = indexes.translate(_only(colour))
        # Six rows of zeros and ones become bits: all columns at once, as one large number.
        columns = 0
        for row in range(len(lit) // width):
            columns |= int.from_bytes(lit[row * width : (row + 1) * width], "big") << row
        text = columns.to_bytes(width, "big").translate(_TO_TEXT).rstrip(b"?")
        layers.append(b"#%d%b" % (colour, _RUN.sub(_shorter, text)))
    return b"$".join(layers)


def _shorter(match: re.Match[bytes]) -> bytes:
    return b"!%d%b" % (len(match.group()), match[1])
