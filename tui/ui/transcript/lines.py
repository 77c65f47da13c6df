"""A laid-out line as plain data, and how text is cut to a width in cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len, split_graphemes

Run = tuple[str, str, str]
"""Text, style key, link target (empty for none)."""

_WIDE = (
    "\u1100-\u115f\u2e80-\u2fff\u3001-\u303e\u3041-\ua4cf"
    "\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60"
)
_OPENERS = "「『（【《〈［｛"
_CLOSERS = "、。，．：；！？）」』】》〉］｝ー々…"
_WORDS = re.compile(
    rf"(?:[{_OPENERS}]*[{_WIDE}][{_CLOSERS}]*|[^\s{_WIDE}]+)|[^\S\xa0]+|[\xa0]+", re.UNICODE
)
"""Words, single wide characters with the punctuation that belongs to them, and white space."""


class Line(NamedTuple):
    """One row of text, not yet coloured."""

    runs: Sequence[Run] = ()
    fill: str = ""
    """Style key of the rest of the row; empty for the plain background."""
    joint: str | None = None
    """What stood in the source where the row was wrapped; None: a real end of line."""
    gutter: int = 0
    """How many leading characters are decoration that copying leaves out."""

    @property
    def text(self) -> str:
        """The characters alone."""
        return "".join(run[0] for run in self.runs)


EMPTY = Line()


def width(text: str) -> int:
    """Cells that the text takes."""
    return len(text) if text.isascii() else cell_len(text)


def runs_width(runs: Sequence[Run]) -> int:
    """Cells that the runs take together."""
    return sum(width(run[0]) for run in runs)


def cut(text: str, room: int) -> int:
    """How many characters fit in `room` cells without splitting a grapheme; at least one."""
    if text.isascii():
        return min(len(text), max(1, room))
    used = 0
    spans = split_graphemes(text)[0]
    for start, _end, cells in spans:
        used += cells
        if used > room:
            return start or spans[0][1]
    return len(text)


def _cuts(word: str, room: int, used: int) -> list[int]:
    """Where a word that is too long is cut, in one pass: a reply may be a single word.

    Nowhere, when its graphemes one by one take less room than the word does at once.

    Args:
        word: Takes more cells than are left.
        room: Cells of a row.
        used: Those of the first row that are taken.
    """
    if word.isascii():
        first = max(1, room - used)
        return list(range(first, max(first + 1, len(word)), room))
    ends: list[int] = []
    start = 0
    for left, right, cells in split_graphemes(word)[0]:
        if used + cells > room and left > start:
            ends.append(left)
            start, used = left, 0
        used += cells
        if used > room:
            ends.append(right)
            start, used = right, 0
    return ends


def _breaks(text: str, room: int) -> list[tuple[int, int]]:
    """Greedy line breaking: start and end of each row; white space between two rows is dropped."""
    rows: list[tuple[int, int]] = []
    start = end = used = gap = 0
    for match in _WORDS.finditer(text):
        left, right = match.span()
        cells = width(match.group())
        if text[left].isspace() and text[left] != "\xa0":
            gap += cells
            continue
        if used + gap + cells > room:
            if end > start or gap + 2 > room:
                rows.append((start, end))
                start, used, gap = left, 0, 0
            used += gap
            gap = 0
            if used + cells > room and (ends := _cuts(text[left:right], room, used)):
                rows.extend(pairwise((start, *(left + end for end in ends))))
                start = left + ends[-1]
                used, cells = 0, width(text[start:right])
        used += gap + cells
        gap, end = 0, right
    rows.append((start, max(start, end)))
    return rows


def _slices(runs: Sequence[Run], rows: Sequence[tuple[int, int]]) -> list[list[Run]]:
    """The parts of the runs between pairs of rising character offsets, in one pass."""
    out: list[list[Run]] = []
    index = at = 0
    for start, end in rows:
        part: list[Run] = []
        while index < len(runs):
            text, style, href = runs[index]
            left, right = max(start - at, 0), min(end - at, len(text))
            if left < right:
                part.append((text[left:right], style, href))
            if at + len(text) > end:
                break
            at += len(text)
            index += 1
        out.append(part)
    return out


def _lines(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """The runs of each line of the text, in one pass however many there are."""
    line: list[Run] = []
    for text, style, href in runs:
        for number, part in enumerate(text.split("\n")):
            if number:
                yield line
                line = []
            if part:
                line.append((part, style, href))
    yield line


def wrap(runs: Sequence[Run], room: int) -> list[Line]:
    """Cut styled text into rows of at most `room` cells.

    Words stay whole where they fit; wide (CJK) characters may break anywhere. Joining the rows
    with their joints gives the text back, but for white space at the very end.

    Args:
        runs: May contain newlines, which end a row.
        room: At least 2.
    """
    room = max(2, room)
    text = "".join(run[0] for run in runs)
    if "\n" in text:
        return [row for line in _lines(runs) for row in wrap(line, room)]
    if width(text) <= room:
        return [Line(runs)]
    rows = _breaks(text, room)
    parts = _slices(runs, rows)
    joints = [text[end:after] for (_, end), (after, _) in pairwise(rows)]
    return [Line(part, "", joint) for part, joint in zip(parts, [*joints, None], strict=True)]


def prefixed(lines: Sequence[Line], first: Sequence[Run], rest: Sequence[Run]) -> list[Line]:
    """Put decoration before rows: `first` before the first one, `rest` before the others.

    Only `rest` counts as gutter, so that copying keeps a list marker but not the indent.
    """
    out: list[Line] = []
    indent = sum(len(run[0]) for run in rest)
    for number, line in enumerate(lines):
        head, gutter = (rest, indent + line.gutter) if number else (first, 0)
        out.append(Line((*head, *line.runs), line.fill, line.joint, gutter))
    return out
