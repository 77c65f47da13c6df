"""The rows of an open block of code; its finished lines are read and made once."""

from __future__ import annotations

from tui.domain.safetext import clean
from tui.ui.transcript.highlight import OpenCode, highlight
from tui.ui.transcript.lines import Line
from tui.ui.transcript.markdown import code_lines, code_rows


class Fence:
    """A block of code at the end of a text that grows.

    Args:
        place: Tells the block from other ones: offset, line, language.
        room: Cells of a row.
        marks: What opened it: three or more backticks or tildes.
        start: Offset of the code in the text; None where it is indented, and so must be parsed.
    """

    def __init__(
        self, place: tuple[int, int, str], room: int, marks: str, start: int | None
    ) -> None:
        self.place = place
        self.row = 0
        """Number of its first row."""
        self.shown = 0
        """How many rows there were when it was last given whole."""
        self.given = 0
        """How many rows of finished lines were given."""
        self._language = place[2]
        self._room = room
        self._marks = marks
        self._next = start
        self._read = 0
        self._code = OpenCode(self._language)
        self._rows: list[Line] = []

    def rows(self, text: str) -> list[Line]:
        """All rows for the code so far."""
        lines = text.split("\n")
        for line in lines[len(self._code.lines) : -1]:
            self._add(line)
        # The last one is known as finished when the line behind it turned out to close the block.
        rows = self._rows + (self._last(lines[-1]) if len(self._code.lines) < len(lines) else [])
        self.shown, self.given = len(rows), len(self._rows)
        return rows

    def more(self, text: str) -> list[Line] | None:
        """Read the whole text on from the last finished line of code; `new` gives their rows.

        Gives the rows of the line that is not finished; None where the block may have ended.
        """
        if self._next is None or "\r" in text:
            return None
        *lines, last = clean(text[self._next :]).split("\n")
        if any(map(self._closes, lines)) or self._closes(last):
            return None
        known = len(self._code.lines) - self._read
        for line in lines[max(0, known) :]:
            self._add(code_lines(line))
        self._read += len(lines)
        self._next += sum(len(line) + 1 for line in lines)
        return self._last(code_lines(last)) if last.strip() else []

    def new(self) -> list[Line]:
        """Rows of finished lines that were not given yet."""
        rows = self._rows[self.given :]
        self.given = len(self._rows)
        return rows

    def _add(self, line: str) -> None:
        self._code.add(line)
        self._rows.extend(code_rows([self._code.lines[-1]], self._room))

    def _last(self, line: str) -> list[Line]:
        return code_rows(highlight(line, self._language)[:1], self._room)

    def _closes(self, line: str) -> bool:
        bare = line.strip()
        return bare.startswith(self._marks) and not bare.strip(self._marks[0])
