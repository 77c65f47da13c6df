"""The last look at what is drawn: whatever slipped through the boundary stops here.

Every widget of Textual writes the text it is given as it is, so a control sequence in a model's
reply would be obeyed by the terminal. Text is cleaned where it comes in (`tui.domain.safetext`);
this stands behind all of it. It changes no line's width: what has no cells vanishes, what has one
becomes U+FFFD.

It also draws emoji the plain way where the terminal gives them another width than Rich does, since
one cell too many breaks every border to the right of it.

Not filtered are widgets that override `render_lines`: they ask the app for its filters themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter

from tui.domain.safetext import REPLACEMENT, clean_line
from tui.ui.terminal.probe import Mark

_CHARACTERS: dict[Mark, str] = {
    "zwj": "\u200d",
    "vs16": "\ufe0f",
    "skin": "\U0001f3fb-\U0001f3ff",
    "keycap": "\u20e3",
}
_EMOJI = "\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
_CLUSTER = re.compile(f"[0-9#*{_EMOJI}](?:[\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d[{_EMOJI}])+")


class _Mending(dict[int, int | str | None]):
    """For `str.translate`: looks at a character when it first comes up."""

    def __missing__(self, code: int) -> int | str | None:
        character = chr(code)
        mended: int | str | None = code
        if clean_line(character) != character:
            mended = REPLACEMENT if cell_len(character) else None
        self[code] = mended
        return mended


_MENDING = _Mending()


class SafeFilter(LineFilter):
    """Takes control characters out of every line; `drops` are the marks not to draw."""

    def __init__(self, drops: Iterable[Mark] = ()) -> None:
        super().__init__()
        self.drops = frozenset(drops)
        chosen = "".join(_CHARACTERS[mark] for mark in sorted(self.drops))
        self._dropped = re.compile(f"[{chosen}]") if chosen else None

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Give the line back as it may be written."""
        if all(map(self._is_fine, segments)):
            return segments
        return [
            segment if self._is_fine(segment) else self._mended(segment) for segment in segments
        ]

    def _is_fine(self, segment: Segment) -> bool:
        text, style, control = segment
        if control is not None or (style is not None and style._link is not None):
            return False
        return text.isprintable() and (self._dropped is None or text.isascii())

    def _mended(self, segment: Segment) -> Segment:
        text, style, _ = segment
        if style is not None and style.link and not style.link.isprintable():
            style = style.update_link(None)
        return Segment(self.safe_text(text), style)

    def safe_text(self, text: str) -> str:
        """Give a text back as it may be written, as wide as before."""
        if not text.isprintable():
            text = text.translate(_MENDING)
        if self._dropped is not None and self._dropped.search(text):
            text = _CLUSTER.sub(self._plain, text)
        return text

    def _plain(self, match: re.Match[str]) -> str:
        cluster = match.group()
        assert self._dropped is not None
        if not self._dropped.search(cluster):
            return cluster
        return cluster[0] + " " * (cell_len(cluster) - cell_len(cluster[0]))


def install(app: App[Any], drops: Iterable[Mark] = ()) -> SafeFilter:
    """Put the filter behind every widget of an app; call it before the app runs."""
    line_filter = SafeFilter(drops)
    filters = getattr(app, "_filters", None)
    if not isinstance(filters, list):
        # Textual keeps them in private; a version that does it in another way must not pass.
        raise RuntimeError("this version of Textual has no App._filters")
    filters.append(line_filter)
    return line_filter
