"""Letting the terminal scroll its own rows, so that only new ones are sent.

The command must reach the terminal inside the frame that paints the new rows, before any of them,
and only when that frame paints nothing but what changed. Textual offers no place for it, but it
draws rows from the top down and only those that changed: so the first changed row carries the
command, and the top row, which is only drawn when everything is, calls it off.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.strip import Strip

from tui.ui.transcript.strips import ScrollStrip

if TYPE_CHECKING:
    from textual.widget import Widget


def uncovered(widget: Widget) -> bool:
    """Whether the widget spans whole rows of the terminal and nothing is drawn over it."""
    screen = widget.screen
    region = widget.region
    if not screen.is_current or widget.app.is_inline or widget.app.is_headless:
        return False
    if region.x or region.width != widget.app.size.width:
        return False
    if widget.app.size.region.intersection(region) != region:
        return False
    own = set(widget.ancestors_with_self)
    return not any(
        other not in own and placed.intersection(clip).overlaps(region)
        for other, (placed, clip) in screen._compositor.visible_widgets.items()
    )


class TerminalScroll:
    """One scroll that is due with the next frame."""

    def __init__(self) -> None:
        self._lines = 0
        self._first = 0
        self._region = Region()

    @property
    def due(self) -> bool:
        """Whether a scroll waits for its frame."""
        return bool(self._lines)

    def request(self, region: Region, lines: int, first: int) -> None:
        """Scroll up with the next frame.

        Args:
            region: Of the widget on the screen.
            lines: How far, at least 1.
            first: First row of the widget that the frame paints, at least 1.
        """
        self._region, self._lines, self._first = region, lines, first

    def includes(self, row: int) -> bool:
        """Scroll before this row is painted, too; False when everything must be painted."""
        self._first = min(self._first, row)
        return self._first > 0

    def cancel(self) -> str:
        """Do without it: everything is painted anyway."""
        self._lines = 0
        return ""

    def _command(self) -> str:
        if not self._lines:
            return ""
        top, bottom = self._region.y + 1, self._region.bottom
        row, column = top + self._first, self._region.x + 1
        newlines = "\n" * self._lines
        self._lines = 0
        return f"\x1b[0m\x1b[{top};{bottom}r\x1b[{bottom};1H{newlines}\x1b[r\x1b[{row};{column}H"

    def prepared(self, strips: Iterable[Strip], top: int = 0) -> list[Strip]:
        """Rows of the widget, beginning with number `top`, with the command in its place."""
        rows = list(strips)
        at = self._first - top
        if self._lines and 0 <= at < len(rows):
            if not top:
                rows[0] = ScrollStrip(rows[0], self.cancel)
            rows[at] = ScrollStrip(rows[at], self._command)
        return rows
