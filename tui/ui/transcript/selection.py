"""Selecting text across messages: where a cell is in the text, and what was selected."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset
from textual.selection import Selection
from textual.strip import Strip

from tui.ui.transcript.document import Document
from tui.ui.transcript.layout import Laid
from tui.ui.transcript.lines import cut
from tui.ui.transcript.strips import FastStrip

BAR = 2
"""Characters before the text of every row."""
_LINES = 1 << 20
_WORD = re.compile(r"\w+(?:['’-]\w+)*")


def coordinate(item: int, line: int) -> int:
    """The vertical part of an offset: it stays right when other messages change their height."""
    return item * _LINES + line


def position(y: int) -> tuple[int, int]:
    """Item and line of a coordinate."""
    return divmod(y, _LINES)


def span(selection: Selection, y: int) -> tuple[int, int | None] | None:
    """Selected characters of a row, None for "to the end"; None when nothing of it is."""
    start, end = selection.start, selection.end
    if (start is not None and y < start.y) or (end is not None and y > end.y):
        return None
    first = max(0, start.x) if start is not None and y == start.y else 0
    last = max(0, end.x) if end is not None and y == end.y else None
    return first, last


def highlighted(strip: Strip, first: int, last: int | None, style: Style) -> Strip:
    """The strip with the characters of the text between two offsets in another style."""
    out: list[Segment] = []
    at = -BAR
    for text, own, _ in strip:
        size = len(text)
        left = min(max(0, first - at), size)
        right = size if last is None else min(max(left, last - at), size)
        chosen = own + style if own else style
        parts = ((text[:left], own), (text[left:right], chosen), (text[right:], own))
        out.extend(Segment(part, now) for part, now in parts if part)
        at += size
    return FastStrip(out, strip.cell_length)


def placed(strip: Strip, length: int, y: int) -> Strip:
    """The strip with the place of each segment, as Textual's mouse selection looks for it.

    Args:
        strip: A row.
        length: Characters of its text; what follows is padding and has no place.
        y: The row's coordinate.
    """
    out: list[Segment] = []
    at = -BAR
    for text, style, _ in strip:
        size = max(0, length - at)
        if text[:size]:
            place = Style.from_meta({"offset": (at, y)})
            out.append(Segment(text[:size], style + place if style else place))
        if text[size:]:
            out.append(Segment(text[size:], style))
        at += len(text)
    return Strip(out, strip.cell_length)


def _rows(laid: Laid, item: int, selection: Selection) -> Iterator[str]:
    """The selected text of a message in pieces, its ends of line included."""
    for number, line in enumerate(laid.lines):
        part = span(selection, coordinate(item, number))
        if part is None:
            continue
        first, last = part
        if first == 0 or number:
            first = max(first, line.gutter)
        yield line.text[first:last]
        if last is None:
            yield "\n" if line.joint is None else line.joint


def selected_text(document: Document, selection: Selection) -> str:
    """What was selected, as it stood in the source: wrapped rows joined, decoration left out."""
    first = position(selection.start.y)[0] if selection.start else 0
    last = position(selection.end.y)[0] if selection.end else len(document) - 1
    last = min(last, len(document) - 1)
    if selection.start is None and selection.end is None:
        return "\n\n".join(
            document.source.message(index).text
            for index in range(len(document) - 1)
            if document.source is not None
        )
    return "".join(
        piece
        for item in range(first, last + 1)
        for piece in _rows(document.entry(item).laid, item, selection)
    )


def character_at(text: str, cell: int) -> int:
    """Index of the character that covers a cell of the text; its length behind the end."""
    return cut(text + " ", cell) if cell > 0 else 0


def word_at(text: str, index: int) -> tuple[int, int]:
    """Start and end of the word around a character, or of the character alone."""
    for match in _WORD.finditer(text):
        if match.start() <= index < match.end():
            return match.span()
    return index, min(index + 1, len(text))


def between(item: int, line: int, first: int, last: int) -> Selection:
    """A selection inside one row."""
    y = coordinate(item, line)
    return Selection(Offset(first, y), Offset(last, y))
