"""Markdown as rows of styled text: own layout of markdown-it's blocks, no widgets, no Rich."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tui.domain.safetext import clean
from tui.ui.transcript import inline, prose
from tui.ui.transcript.highlight import highlight
from tui.ui.transcript.lines import EMPTY, Line, Run, prefixed, wrap
from tui.ui.transcript.loading import parser_class
from tui.ui.transcript.tables import Cell, table

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_NARROWEST = 12
"""Cells that nesting never takes away from the text."""
MOST_CHARACTERS = 100_000
"""Longer texts are shown as they are written: nothing else on the screen moves meanwhile."""
MOST_MARKS = 40_000
"""And so are texts with more of these; some cost 40 µs each, where a letter costs one."""
_MARKS = "[!<&|*`_"
_BULLETS = ("•", "◦", "▪")
TAB = 4


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """CommonMark with tables and strike-through; HTML is text like any other."""
    return parser_class()("commonmark", {"html": False}).enable(["table", "strikethrough"])


def parse(text: str, environment: dict[str, Any] | None = None) -> list[Token]:
    """Tokens of the text, which must be clean."""
    return parser().parse(text, {} if environment is None else environment)


def warm() -> None:
    """Load what reads Markdown and colours code, so that the first reply doesn't wait for it."""
    parse("`x`")
    highlight("x = 1", "python")


def code_rows(lines: Sequence[Sequence[Run]], room: int) -> list[Line]:
    """Lines of code within a width; long ones are wrapped."""
    out: list[Line] = []
    for runs in lines:
        rows = wrap(runs, room - 2)
        out.extend(
            Line(((" ", "block", ""), *row.runs), "block", row.joint, 1 + row.gutter)
            for row in rows
        )
    return out


def code_text(token: Token) -> str:
    """The code of a block without its last newline, tabs as spaces."""
    return code_lines(token.content.removesuffix("\n"))


def code_lines(text: str) -> str:
    """Lines of code as they are shown, tabs as spaces."""
    return inline.safe(text.expandtabs(TAB)).expandtabs(TAB)


def language(token: Token) -> str:
    """What a fence says after its marks, first word; empty for none."""
    words = token.info.split() if token.info else []
    return str(words[0]).lower() if words else ""


class _Layout:
    """Walks block tokens and collects rows."""

    def __init__(self, room: int, base: str) -> None:
        self.base = base
        self.rooms = [room]
        self.outputs: list[list[Line]] = [[]]
        self.ends = [-1]
        """For each open container the source line after its last block; -1: no block yet."""
        self.opened: list[Token] = []
        self.numbers: list[int | None] = []
        """For each open list the number of the next item; None for bullets."""
        self.rows: list[list[Cell]] = []
        self.aligns: list[str] = []
        self.heading = 0
        self.continued: int | None = None
        """Number of the first item where the first block is the rest of an ordered list."""

    @property
    def room(self) -> int:
        """Cells for a row of the innermost container."""
        return self.rooms[-1]

    def walk(self, tokens: Sequence[Token]) -> list[Line]:
        """The rows of all tokens."""
        for token in tokens:
            handler = getattr(self, f"_on_{token.type}", None)
            if handler is not None:
                handler(token)
        return self.outputs[0]

    def _emit(self, lines: Sequence[Line], start: int, end: int) -> None:
        """Add a block; an empty row before it where the source has one or paragraphs meet."""
        out = self.outputs[-1]
        loose = len(self.outputs) == 1 and not self.numbers
        if out and (loose or start > self.ends[-1]):
            out.append(EMPTY)
        out.extend(lines)
        self.ends[-1] = end

    def _block(self, lines: Sequence[Line], token: Token) -> None:
        start, end = token.map or (0, 0)
        self._emit(lines, start, end)

    def _open(self, token: Token, indent: int) -> None:
        self.opened.append(token)
        room = self.room - indent
        self.rooms.append(room if room >= _NARROWEST else self.room)
        self.outputs.append([])
        self.ends.append(-1)

    def _close(self, prefix: Callable[[list[Line], bool], list[Line]]) -> None:
        """End a container: its rows, decorated where there was room for it, join the outer ones."""
        start = (self.opened.pop().map or (0, 0))[0]
        inner, lines, end = self.rooms.pop(), self.outputs.pop(), self.ends.pop()
        self._emit(prefix(lines or [EMPTY], inner < self.room), start, max(end, start + 1))

    def _on_heading_open(self, token: Token) -> None:
        self.heading = int(token.tag[1:])

    def _on_inline(self, token: Token) -> None:
        if self.rows:
            base = inline.flagged(self.base, "b") if len(self.rows) == 1 else self.base
            self.rows[-1].append(inline.runs(token.children, base))
            return
        runs = inline.runs(token.children, "heading" if self.heading else self.base)
        if self.heading > 2:
            runs.insert(0, ("#" * (self.heading - 2) + " ", "dim", ""))
        self._block(wrap(runs, self.room), token)
        self.heading = 0

    def _on_fence(self, token: Token) -> None:
        self._block(code_rows(highlight(code_text(token), language(token)), self.room), token)

    def _on_code_block(self, token: Token) -> None:
        self._block(code_rows(highlight(code_text(token), ""), self.room), token)

    def _on_hr(self, token: Token) -> None:
        self._block([Line([("─" * self.room, "rule", "")])], token)

    def _on_bullet_list_open(self, token: Token) -> None:
        self._open_list(token, None)

    def _on_ordered_list_open(self, token: Token) -> None:
        start = token.attrGet("start")
        self._open_list(token, 1 if start is None else int(start))

    def _open_list(self, token: Token, number: int | None) -> None:
        if len(self.outputs) == 1 and not self.numbers:
            if self.outputs[0]:
                self.outputs[0].append(EMPTY)
            self.ends[-1] = (token.map or (0, 0))[0]
        if number is not None and self.continued is not None:
            number, self.continued = self.continued, None
        self.numbers.append(number)

    def _on_bullet_list_close(self, token: Token) -> None:
        del token
        self.numbers.pop()

    _on_ordered_list_close = _on_bullet_list_close

    def _marker(self) -> str:
        number = self.numbers[-1]
        if number is None:
            depth = sum(each is None for each in self.numbers) - 1
            return f"{_BULLETS[depth % len(_BULLETS)]} "
        return f"{number}. "

    def _on_list_item_open(self, token: Token) -> None:
        self._open(token, len(self._marker()))

    def _on_list_item_close(self, token: Token) -> None:
        del token
        marker = self._marker()
        number = self.numbers[-1]
        if number is not None:
            self.numbers[-1] = number + 1

        def prefix(lines: list[Line], room: bool) -> list[Line]:
            if not room:
                return lines
            return prefixed(lines, [(marker, "marker", "")], [(" " * len(marker), self.base, "")])

        self._close(prefix)

    def _on_blockquote_open(self, token: Token) -> None:
        self._open(token, 2)

    def _on_blockquote_close(self, token: Token) -> None:
        del token
        bar: list[Run] = [("▌ ", "quote", "")]

        def prefix(lines: list[Line], room: bool) -> list[Line]:
            return prefixed([EMPTY, *lines], bar, bar)[1:] if room else lines

        self._close(prefix)

    def _on_table_open(self, token: Token) -> None:
        self.opened.append(token)
        self.aligns = []

    def _on_tr_open(self, token: Token) -> None:
        del token
        self.rows.append([])

    def _on_th_open(self, token: Token) -> None:
        self.aligns.append(str(token.attrGet("style") or "").removeprefix("text-align:"))

    def _on_table_close(self, token: Token) -> None:
        del token
        rows, self.rows = self.rows, []
        self._block(table(rows, self.aligns, self.room), self.opened.pop())


def rows_of(
    tokens: Sequence[Token], room: int, base: str = "text", number: int | None = None
) -> list[Line]:
    """Rows of parsed blocks, an empty row between blocks.

    Args:
        tokens: Of whole blocks.
        room: Cells that a row may take.
        base: Style key of plain text.
        number: Where the first block is the rest of an ordered list, the number of its next item.
    """
    state = _Layout(room, base)
    if tokens and tokens[0].type == "ordered_list_open":
        state.continued = number
    return state.walk(tokens)


def layout(text: str, room: int, base: str = "text") -> list[Line]:
    """Rows of a whole Markdown text.

    Args:
        text: Any text; it is cleaned first.
        room: Cells that a row may take, at least 2.
        base: Style key of plain text.
    """
    text = clean(text)
    if is_too_much(text):
        return plain(text, room, base)
    rows = prose.rows(text, room, base)
    return rows_of(parse(text), room, base) if rows is None else rows


def is_too_much(text: str) -> bool:
    """Whether a text would take too long to read as Markdown; so would any that begins with it."""
    if len(text) <= MOST_MARKS:
        return False  # asked for each frame
    return len(text) > MOST_CHARACTERS or sum(map(text.count, _MARKS)) > MOST_MARKS


def plain(text: str, room: int, base: str = "text") -> list[Line]:
    """Rows of a clean text in which nothing is a mark."""
    return wrap([(text.expandtabs(TAB), base, "")], room)
