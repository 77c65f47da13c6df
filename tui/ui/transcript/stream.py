"""Markdown that grows: finished blocks are laid out once, only the open end again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.domain.safetext import clean
from tui.ui.transcript import paragraph
from tui.ui.transcript.fence import Fence
from tui.ui.transcript.lines import EMPTY, Line
from tui.ui.transcript.markdown import (
    code_text,
    is_too_much,
    language,
    layout,
    parse,
    plain,
    rows_of,
)

if TYPE_CHECKING:
    from markdown_it.token import Token


_ENDED = frozenset(
    {"paragraph_close", "heading_close", "blockquote_close", "table_close", "fence", "hr"}
)
"""What an empty line ends, or was over before; indented code may go on behind one."""
_LISTS = frozenset({"bullet_list_close", "ordered_list_close"})
"""What also may, with an item; but no item begins with a letter."""
_PARAGRAPH = ["paragraph_open", "inline", "paragraph_close"]


class MarkdownStream:
    """The rows of a text that is appended to.

    A block counts as finished when a later one has begun for certain: later text, whatever it
    is, cannot change how finished blocks look, except by defining a reference for their links.
    The items of the last list count as blocks, too, although seen alone they may in rare cases
    be read differently. `finish` therefore lays texts of both kinds out once more as a whole.
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
        self._text = ""
        self._stable = 0
        self._seen = 0
        self._done = 0
        self._doubt = False
        self._number: int | None = None
        self._joins = False
        self._tokens: list[Token] = []
        self._code: Fence | None = None
        self._plain = False
        self._longest = paragraph.LONG

    def update(self, text: str) -> list[Line]:
        """Take the whole text so far and give all rows; a shorter text than before starts anew."""
        if text == self._text:
            self.kept = len(self.lines)
            return self.lines
        if len(text) < self._seen or is_too_much(text) or not self._in_code(text):
            self._read(text)
        self._text = text
        return self.lines

    def _in_code(self, text: str) -> bool:
        """Go on with a block of code that is certainly not closed, without parsing any of it."""
        code = self._code
        if code is None or (last := code.more(text)) is None:
            return False
        self._seen = len(text)
        self.kept = code.row + code.given
        del self.lines[self.kept :]
        self.lines.extend(code.new())
        self.lines.extend(last)
        return True

    def _read(self, text: str) -> list[Line]:
        if "\r" in text:
            text = clean(text)
        if len(text) < self._seen:
            self._start()
        if is_too_much(text):
            return self._plainly(text)
        self._seen = len(text)
        tail = clean(text[self._stable :])
        tokens = self._parse(tail)
        self.kept = self._done
        index = _first_open(tokens, tail)
        if index:
            tail = self._finish_before(index, tokens, tail)
            tokens = self._parse(tail)
        del self.lines[self._done :]
        self._tokens = tokens
        self._append(self._open_rows(tokens, tail))
        if self._code:
            self._code.row = len(self.lines) - self._code.shown
        elif len(tail) > self._longest:
            self._cut(tokens, tail)
        return self.lines

    def _cut(self, tokens: list[Token], tail: str) -> None:
        """Let the beginning of a paragraph that does not end be finished."""
        self._longest = len(tail) + paragraph.LONG
        if [token.type for token in tokens] != _PARAGRAPH:
            return
        open_rows = self.lines[self._done :]
        if open_rows[:1] == [EMPTY]:
            del open_rows[0]
        first = len(self.lines) - len(open_rows)
        found = paragraph.cut(tail, open_rows, self.room, self.base)
        if found is not None:
            self._done = first + found[0]
            self._stable += found[1]
            self._joins, self._number = True, None
            self._doubt = True
            self._longest = paragraph.LONG

    def finish(self, text: str) -> list[Line]:
        """The rows of the complete text, as if it had come in one piece."""
        before = self._read(text)[:]
        if self._doubt:
            self.lines = layout(text, self.room, self.base)
            self._done = 0
        elif self._code:
            del self.lines[self._done :]
            self._append(self._rows(self._tokens))
        self.kept = min(self.kept, _common(before, self.lines))
        return self.lines

    def _plainly(self, text: str) -> list[Line]:
        """Go on as `layout` does with a text that is too long for Markdown, from its last line."""
        if not self._plain:
            self._start()
            self._plain = True
        self._seen = len(text)
        del self.lines[self._done :]
        self.kept = self._done
        end = text.rfind("\n", self._stable) + 1
        if end:
            self.lines.extend(plain(clean(text[self._stable : end - 1]), self.room, self.base))
            self._stable, self._done = end, len(self.lines)
        self.lines.extend(plain(clean(text[self._stable :]), self.room, self.base))
        return self.lines

    def _parse(self, tail: str) -> list[Token]:
        environment: dict[str, Any] = {}
        tokens = parse(tail, environment)
        self._doubt = self._doubt or bool(environment.get("references"))
        return tokens

    def _finish_before(self, index: int, tokens: list[Token], tail: str) -> str:
        """Lay out for good what comes before a token, and give the text from there on."""
        del self.lines[self._done :]
        self._append(self._rows(tokens[:index]))
        self._done = len(self.lines)
        self._code = None
        lines = tail.split("\n")
        start = (tokens[index].map or [0])[0]
        number = self._next_number(tokens[:index])
        self._joins = tokens[index].type == "list_item_open"
        if self._joins:
            self._doubt = True
            self._number = number
            if not lines[start - 1].strip():
                self.lines.append(EMPTY)
                self._done += 1
        self._stable += sum(len(line) + 1 for line in lines[:start])
        return "\n".join(lines[start:])

    def _next_number(self, tokens: list[Token]) -> int:
        """The number of the item that follows the tokens."""
        items = 0
        for index in range(len(tokens) - 1, -1, -1):
            token = tokens[index]
            items += token.level == 1 and token.type == "list_item_open"
            if token.level == 0:
                if not index and self._joins and self._number is not None:
                    return self._number + items
                first = token.attrGet("start")
                return items + (1 if first is None else int(first))
        return 1

    def _rows(self, tokens: list[Token]) -> list[Line]:
        return rows_of(tokens, self.room, self.base, self._number if self._joins else None)

    def _append(self, rows: list[Line]) -> None:
        if self.lines and rows and not self._joins:
            self.lines.append(EMPTY)
        self.lines.extend(rows)

    def _open_rows(self, tokens: list[Token], tail: str) -> list[Line]:
        token = tokens[-1] if tokens else None
        if token is None or token.type != "fence" or token.level or not token.content:
            self._code = None
            return self._rows(tokens)
        rows = self._rows(tokens[:-1])
        if rows:
            rows.append(EMPTY)
        line = (token.map or [0])[0]
        place = self._stable, line, language(token)
        if self._code is None or self._code.place != place:
            *before, code = tail.split("\n", line + 1)
            flush = before[line].startswith(token.markup)
            start = self._stable + len(tail) - len(code) if flush else None
            self._code = Fence(place, self.room, token.markup, start)
        return rows + self._code.rows(code_text(token))


def _first_open(tokens: list[Token], tail: str) -> int:
    """Index of the first block, or item of the last list, that later text may still change.

    It has begun for certain when its first line and the next one (a table needs two) are complete,
    or, behind what an empty line ends whatever follows, with its first character. Before the first
    such block nothing is finished.
    """
    lines = tail.split("\n")
    for index in range(len(tokens) - 1, 0, -1):
        token = tokens[index]
        block = token.level == 0 and token.nesting >= 0
        item = token.level == 1 and token.type == "list_item_open" and tokens[index - 1].level
        if not (block or item) or not token.map:
            continue
        first = token.map[0]
        if first + 1 < len(lines) - 1:
            return index
        if block and not lines[first - 1].strip() and _ends(tokens[index - 1], lines[first][:1]):
            return index
    return 0


def _ends(before: Token, letter: str) -> bool:
    """Whether a block is over for certain, since another begins so behind an empty line."""
    if before.type in _LISTS:
        return letter.isalpha()
    return before.type in _ENDED and letter not in ("", " ", "\t")


def _common(old: list[Line], new: list[Line]) -> int:
    """How many rows at the beginning are the same."""
    count = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        count += 1
    return count
