"""Markdown that grows: finished blocks are laid out once, only the open end again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.domain.safetext import clean
from tui.ui.transcript.highlight import OpenCode, highlight
from tui.ui.transcript.lines import EMPTY, Line
from tui.ui.transcript.markdown import code_rows, code_text, language, layout, parse, rows_of

if TYPE_CHECKING:
    from markdown_it.token import Token


class MarkdownStream:
    """The rows of a text that is appended to.

    A block counts as finished when a later one has begun for certain: later text, whatever it
    is, cannot change how finished blocks look, except by defining a reference for their links.
    `finish` therefore lays such a text out once more as a whole.
    """

    def __init__(self, room: int, base: str = "text") -> None:
        self.room = room
        self.base = base
        self.lines: list[Line] = []
        """All rows so far."""
        self.kept = 0
        """How many rows the last `update` surely left as they were."""
        self._start()

    def _start(self) -> None:
        self.lines = []
        self._stable = 0
        self._seen = 0
        self._done = 0
        self._references = False
        self._tokens: list[Token] = []
        self._code: _Fence | None = None

    def update(self, text: str) -> list[Line]:
        """Take the whole text so far and give all rows; a shorter text than before starts anew."""
        if "\r" in text:
            text = clean(text)
        if len(text) < self._seen:
            self._start()
        self._seen = len(text)
        tail = clean(text[self._stable :])
        environment: dict[str, Any] = {}
        tokens = parse(tail, environment)
        self._references = self._references or bool(environment.get("references"))
        self.kept = self._done
        first, start = self._first_open(tokens, tail.count("\n"))
        if first:
            self._finish_blocks(tokens[:first])
            self._stable += sum(len(line) + 1 for line in tail.split("\n")[:start])
            tokens = tokens[first:]
        del self.lines[self._done :]
        self._tokens = tokens
        self._append(self._open_rows(tokens, start))
        return self.lines

    def finish(self, text: str) -> list[Line]:
        """The rows of the complete text, as if it had come in one piece."""
        before = self.update(text)[:]
        if self._references:
            self.lines = layout(text, self.room, self.base)
            self._done = 0
        elif self._code:
            del self.lines[self._done :]
            self._append(rows_of(self._tokens, self.room, self.base))
        self.kept = min(self.kept, _common(before, self.lines))
        return self.lines

    @staticmethod
    def _first_open(tokens: list[Token], complete: int) -> tuple[int, int]:
        """Index and line of the first block that later text may still change.

        A block has begun for certain when its first line and the next one (a table needs two)
        are complete. Before the first such block nothing is finished.
        """
        for index in range(len(tokens) - 1, 0, -1):
            token = tokens[index]
            if token.level == 0 and token.nesting >= 0 and token.map:
                start = token.map[0]
                if start + 1 < complete:
                    return index, start
        return 0, 0

    def _finish_blocks(self, tokens: list[Token]) -> None:
        del self.lines[self._done :]
        self._append(rows_of(tokens, self.room, self.base))
        self._done = len(self.lines)
        self._code = None

    def _append(self, rows: list[Line]) -> None:
        if self.lines and rows:
            self.lines.append(EMPTY)
        self.lines.extend(rows)

    def _open_rows(self, tokens: list[Token], removed: int) -> list[Line]:
        token = tokens[-1] if tokens else None
        if token is None or token.type != "fence" or token.level or not token.content:
            self._code = None
            return rows_of(tokens, self.room, self.base)
        rows = rows_of(tokens[:-1], self.room, self.base)
        if rows:
            rows.append(EMPTY)
        place = self._stable + (token.map or [0])[0] - removed
        if self._code is None or (self._code.place, self._code.language) != (
            place,
            language(token),
        ):
            self._code = _Fence(place, language(token), self.room)
        return rows + self._code.rows(code_text(token))


class _Fence:
    """The rows of an open block of code; its finished lines are made once."""

    def __init__(self, place: int, language: str, room: int) -> None:
        self.place = place
        """Tells the block from other ones."""
        self.language = language
        self._room = room
        self._code = OpenCode(language)
        self._rows: list[Line] = []

    def rows(self, text: str) -> list[Line]:
        """All rows for the code so far."""
        *finished, last = text.split("\n")
        for line in finished[len(self._code.lines) :]:
            self._code.add(line)
            self._rows.extend(code_rows([self._code.lines[-1]], self._room))
        return self._rows + code_rows(highlight(last, self.language)[:1], self._room)


def _common(old: list[Line], new: list[Line]) -> int:
    """How many rows at the beginning are the same."""
    count = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        count += 1
    return count
