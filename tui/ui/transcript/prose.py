"""Plain paragraphs as rows, as Markdown would lay them out, without loading what reads Markdown.

Loading it takes longer than laying out a chat, and a greeting rarely has more marks than a name of
a command between backticks. Whatever might be more than that is not for here.
"""

from __future__ import annotations

from collections.abc import Iterator

from tui.ui.transcript.inline import plain_runs
from tui.ui.transcript.lines import EMPTY, Line, Run, wrap

_MARKS = frozenset("\\*_[<&~")
"""What may mean something within a line, but for backticks."""
_OPENING = frozenset("\"'“‘«(¿¡")
"""What a line may begin with besides a letter; anything else may begin another kind of block."""


def rows(text: str, room: int, base: str) -> list[Line] | None:
    """Rows of a text that has nothing but paragraphs and short code; None for any other.

    Args:
        text: Clean.
        room: Cells that a row may take.
        base: Style key of plain text.
    """
    lines = text.strip("\n").split("\n")
    if not all(_is_prose(line) for line in lines if line) or not any(lines):
        return None
    out: list[Line] = []
    paragraph: list[Run] = []
    for line in (*lines, ""):
        if line:
            if paragraph:
                paragraph.append(("\n", base, ""))
            paragraph.extend(_runs(line, base))
        elif paragraph:
            out.extend([EMPTY] if out else [])
            out.extend(wrap(paragraph, room))
            paragraph = []
    return out


def _is_prose(line: str) -> bool:
    if not (line[0].isalpha() or line[0] in _OPENING) or line[-1] == " ":
        return False
    if not line.isprintable() or not _MARKS.isdisjoint(line):
        return False
    parts = line.split("`")
    codes = parts[1::2]
    return len(parts) % 2 == 1 and all(parts[1:-1]) and not any(c != c.strip(" ") for c in codes)


def _runs(line: str, base: str) -> Iterator[Run]:
    for number, part in enumerate(line.split("`")):
        if number % 2:
            yield part, "code", ""
        else:
            yield from plain_runs(part, base)
