"""The cursor over messages and the mouse: focus, folding, links, selecting."""

from __future__ import annotations

from typing import TypeAlias

from textual import events as textual_events
from textual.selection import Selection

from tui.ui.transcript import events
from tui.ui.transcript.entries import Entry
from tui.ui.transcript.layout import Place
from tui.ui.transcript.scrolling import RowView
from tui.ui.transcript.selection import BAR, between, character_at, selected_text, word_at


class CursorView(RowView):
    """A row view in which messages take the focus and rows can be clicked."""

    MessageFocused: TypeAlias = events.MessageFocused
    LinkActivated: TypeAlias = events.LinkActivated
    ImageActivated: TypeAlias = events.ImageActivated

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._dragging = False
        self._on_mark = False

    @property
    def focused_index(self) -> int | None:
        """The number of the message with the focus, or None."""
        item = self.document.item_of(self.document.focused) if self.document.focused else None
        return None if item is None else item - 1

    def focus_message(self, index: int | None) -> None:
        """Give a message the focus and bring it into view; None takes the focus away."""
        if index is not None and not 0 <= index < len(self.document) - 1:
            return
        if index == self.focused_index:
            return
        with self.keeping_place():
            self.document.focused = "" if index is None else self.document.id_of(index + 1)
            self.document.sync()
        if index is not None:
            self.focus(scroll_visible=False)
            self.reveal(index)
        self.post_message(self.MessageFocused(index))

    def reveal(self, index: int) -> None:
        """Scroll as little as it takes to show a message, its beginning first."""
        document, height = self.document, self.size.height
        document.entry(index + 1)
        top = document.heights.top(index + 1)
        rows = document.heights[index + 1]
        first = int(self.scroll_y)
        if rows >= height or top < first:
            self._go(top)
        elif top + rows > first + height:
            self._go(top + rows - height)

    def scroll_to_message(self, index: int) -> None:
        """Bring message `#index` to the top of the view; numbers too large mean the last."""
        if len(self.document) > 1:
            item = max(1, min(index + 1, len(self.document) - 1))
            self.document.entry(item)
            self._go(self.document.heights.top(item))

    def _go(self, row: int) -> None:
        spot = self.document.spot(row)
        self.follow = False
        self.settle(spot)
        self.follow = self.scroll_y >= self.max_scroll_y
        self._scrolled()

    def action_focus_previous(self) -> None:
        """Focus the message before, or the last one."""
        last = len(self.document) - 2
        at = self.focused_index
        if last >= 0:
            self.focus_message(last if at is None else max(0, at - 1))

    def action_focus_next(self) -> None:
        """Focus the message after; after the last one, none."""
        at = self.focused_index
        if at is not None:
            self.focus_message(at + 1 if at < len(self.document) - 2 else None)

    def action_toggle_reasoning(self) -> None:
        """Show or hide the reasoning of the focused message."""
        if self.document.focused:
            self.toggle_reasoning(self.document.focused)

    def toggle_reasoning(self, message_id: str) -> None:
        """Show or hide the reasoning of a message."""
        with self.keeping_place():
            self.document.unfolded ^= {message_id}
            self.document.sync()

    # The mouse

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, for copying."""
        return selected_text(self.document, selection), "\n"

    @property
    def allow_select(self) -> bool:
        """Whether pressing the mouse begins a selection: not on the scroll mark."""
        return not self._on_mark

    def on_mouse_down(self, event: textual_events.MouseDown) -> None:
        """Take hold of the scroll mark."""
        if self._on_mark and not self.follow:
            self._dragging = True
            self.capture_mouse()
            self._drag(event.y)

    def on_mouse_move(self, event: textual_events.MouseMove) -> None:
        """Drag the scroll mark."""
        self._on_mark = event.x == self.size.width - 1
        if self._dragging:
            self._drag(event.y)

    def on_mouse_up(self) -> None:
        """Let go of the scroll mark."""
        if self._dragging:
            self._dragging = False
            self.release_mouse()

    def _drag(self, y: int) -> None:
        part = y / max(1, self.size.height - 1)
        self.scroll_to(y=round(part * self.max_scroll_y), animate=False)

    def on_click(self, event: textual_events.Click) -> None:
        """Follow a link, fold, open a picture, focus a message, or select a word."""
        event.prevent_default()
        found = next(self.document.rows(int(self.scroll_y) + event.y, 1), None)
        if found is None or self._on_mark:
            return
        entry, item, line = found
        text = entry.laid.lines[line].text
        at = character_at(text, event.x - BAR)
        if event.chain == 2:
            self.screen.selections = {self: between(item, line, *word_at(text, at))}
        elif event.chain > 2:
            self.screen.selections = {self: between(item, line, 0, len(text))}
        elif self.text_selection is None:
            self._clicked(entry, line, at)

    def _clicked(self, entry: Entry, line: int, at: int) -> None:
        for text, _, href in entry.laid.lines[line].runs:
            if 0 <= at < len(text) and href:
                self.post_message(self.LinkActivated(href))
                return
            at -= len(text)
        place = entry.laid.place(line)
        if place is not None:
            self._activate(entry, place)

    def _activate(self, entry: Entry, place: Place) -> None:
        index = entry.state.index
        if place.kind == "header":
            self.focus_message(index)
        elif place.kind == "reasoning" and entry.message is not None:
            self.toggle_reasoning(entry.message.id)
        elif place.attachment is not None:
            self.post_message(self.ImageActivated(index, place.attachment))
