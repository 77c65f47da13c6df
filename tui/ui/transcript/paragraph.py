"""Where a paragraph that does not end can be cut, so that its beginning is laid out once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui.ui.transcript.lines import Line
from tui.ui.transcript.markdown import parse, rows_of

LONG = 3000
"""Characters that an open paragraph may have before it is cut."""
_OPEN = 12
"""Rows at the end that stay open, and how many more are tried."""
_MARKS = 8
"""Characters that may stand between two rows: marks that end, white space."""
_UNSURE = re.compile(r"[*`~<\\]|(?<!\w)_|\[[^\]]*$")
"""Marks that are shown as they are may be the beginning of something that ends later."""


def cut(text: str, rows: Sequence[Line], room: int, base: str) -> tuple[int, int] | None:
    """How many rows of a paragraph are done, and at what character the next one begins.

    The beginning must look alone as it does in the whole, and hold no mark that waits for its
    other half; None where no such place is found.

    Args:
        text: The paragraph so far.
        rows: As it is laid out.
        room: Cells that a row may take.
        base: Style key of plain text.
    """
    least = len(rows) - _OPEN
    for count in range(least, max(0, least - _OPEN), -1):
        start = _start(text, rows, count)
        if start is None:
            continue
        done = rows[:count]
        before = text[: start - len(_gap(done[-1]))]
        alone = rows_of(parse(before), room, base)
        if [row.runs for row in alone] == [row.runs for row in done]:
            return None if _UNSURE.search(_words(done)) else (count, start)
    return None


def _words(rows: Sequence[Line]) -> str:
    return "".join(row.text + _gap(row) for row in rows)


def _gap(row: Line) -> str:
    return "\n" if row.joint is None else row.joint


def _start(text: str, rows: Sequence[Line], count: int) -> int | None:
    """Where in the text a row seems to begin: behind what the rows before it show."""
    place = 0
    for row in rows[:count]:
        for run in row.runs:
            place = text.find(run[0], place) + len(run[0])
            if place < len(run[0]):
                return None
    head = rows[count].runs[0][0] if rows[count].runs else ""
    start = text.find(head, place, place + len(head) + _MARKS)
    fits = head[:1].isalpha() and text[:start].endswith(_gap(rows[count - 1]))
    return start if start > 0 and fits else None
