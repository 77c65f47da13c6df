"""The transcript: one view of rows over all messages of a chat; messages are data, not widgets."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import events as textual_events
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.selection import Selection

from tui.domain.chat import Message
from tui.ui.transcript import events, spoken
from tui.ui.transcript.document import Entry, MessageSource
from tui.ui.transcript.highlight import warm
from tui.ui.transcript.layout import Images, Look, Place
from tui.ui.transcript.pacing import Pacer
from tui.ui.transcript.painting import STYLES
from tui.ui.transcript.pictures import Loader
from tui.ui.transcript.scrolling import RowView
from tui.ui.transcript.selection import BAR, between, character_at, selected_text, word_at

_IDLE = 1.5
"""Seconds after the start until Pygments is loaded."""
_CHROME = 6
"""Rows of the screen that are not the transcript's, about."""


class Transcript(RowView, can_focus=True):
    """Shows a chat; follows its end while the end is in view."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"transcript--{key}" for key in STYLES}
    DEFAULT_CSS = """
    Transcript {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size: 0 0;
        & > .transcript--text { color: $foreground; }
        & > .transcript--heading { color: $text-primary; text-style: bold; }
        & > .transcript--code { color: $text-warning; background: $surface; }
        & > .transcript--block { color: $foreground; background: $surface; }
        & > .transcript--keyword { color: $text-primary; background: $surface; }
        & > .transcript--string { color: $text-success; background: $surface; }
        & > .transcript--number { color: $text-warning; background: $surface; }
        & > .transcript--comment { color: $text-muted; background: $surface; }
        & > .transcript--function { color: $text-accent; background: $surface; }
        & > .transcript--link { color: $text-accent; text-style: underline; }
        & > .transcript--quote { color: $text-muted; }
        & > .transcript--rule { color: $text-muted; }
        & > .transcript--marker { color: $text-primary; }
        & > .transcript--dim { color: $text-muted; }
        & > .transcript--user { color: $text-accent; text-style: bold; }
        & > .transcript--assistant { color: $text-primary; text-style: bold; }
        & > .transcript--warning { color: $text-warning; }
        & > .transcript--error { color: $text-error; }
        & > .transcript--reasoning { color: $text-muted; text-style: italic; }
        & > .transcript--note { color: $text-muted; text-style: italic; }
        & > .transcript--caption { color: $foreground; text-style: italic; }
        & > .transcript--bar { color: $text-primary; }
        & > .transcript--scroll { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Up", show=False),
        Binding("down", "scroll_down", "Down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("home", "scroll_home", "First message", show=False),
        Binding("end", "scroll_end", "Last message", show=False),
        Binding("alt+up", "focus_previous", "Previous message", show=False),
        Binding("alt+down", "focus_next", "Next message", show=False),
        Binding("space", "toggle_reasoning", "Show or hide the reasoning", show=False),
    ]

    MessageFocused = events.MessageFocused
    LinkActivated = events.LinkActivated
    ImageActivated = events.ImageActivated
    UnseenChanged = events.UnseenChanged

    images: reactive[Images] = reactive[Images]("blocks", init=False)
    """How pictures are shown: as half blocks, or as a line of text with their caption."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._pacer = Pacer(lambda: self.call_later(self._frame))
        self._dragging = False
        self._on_mark = False

    # What is shown

    def show(self, session: MessageSource | None) -> None:
        """Show a chat from its end; None shows nothing."""
        self._pacer.cancel()
        self.document.show(session)
        self.follow = True
        self.screen.clear_selection()
        self.settle(None)

    def sync(self) -> None:
        """Follow all changes of the chat: messages added, removed, edited."""
        focused = self.document.focused
        with self.keeping_place():
            self.document.sync()
        if focused and not self.document.focused:
            self.post_message(self.MessageFocused(None))

    def add_note(self, text: str) -> None:
        """Show a dim line of ours at the end; it is no message and goes with the chat."""
        with self.keeping_place():
            last = self.document.id_of(len(self.document) - 1)
            self.document.notes.setdefault(last, []).append(text)
            self.document.sync()

    def set_image_loader(self, loader: Loader | None) -> None:
        """Say how to get at a picture's bytes by its digest."""
        self._pictures.set_loader(loader)
        self.document.restyle()
        self.refresh()

    def watch_images(self) -> None:
        """Lay out with pictures or without."""
        self._relook()

    # A reply that streams in

    def begin_reply(self, index: int) -> None:
        """The message grows from now on; call `stream_changed` as its text does."""
        with self.keeping_place():
            self.document.sync()
            self.document.begin(index)
            self.document.grow()

    def stream_changed(self) -> None:
        """The text of the growing message changed; it is drawn soon."""
        self._pacer.request()

    def end_reply(self) -> None:
        """The growing message is complete, stopped or failed."""
        self._pacer.cancel()
        with self.keeping_place():
            self.document.end()
            self.document.sync()

    def _frame(self) -> None:
        if self.is_attached:
            self._pacer.run(self._grow)

    def _grow(self) -> None:
        document = self.document
        before = document.heights.total
        spot = self._spot()
        item = document.grow()
        if item is None:
            return
        if item == len(document) - 1:
            self.paint_growth(item, document.heights.total - before)
        else:
            self.settle(spot)

    # The focused message

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

    # Text for others

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, for copying."""
        return selected_text(self.document, selection), "\n"

    def message(self, index: int) -> Message | None:
        """A message as it is, whose `text` is the Markdown source; None: there is none."""
        source = self.document.source
        return source.message(index) if source and 0 <= index < len(source) else None

    def plain_text(self, index: int) -> str:
        """The text of a message as shown, without Markdown's marks."""
        message = self.message(index)
        return spoken.plain_text(message) if message else ""

    def screen_reader_text(self, index: int) -> str:
        """Everything that a message shows, as sentences."""
        message = self.message(index)
        return spoken.screen_reader_text(message, index) if message else ""

    # Events

    def on_mount(self) -> None:
        """Load Pygments once nothing else is going on."""
        self.set_timer(_IDLE, self._warm)

    async def _warm(self) -> None:
        await asyncio.to_thread(warm)

    def on_unmount(self) -> None:
        """Stop drawing."""
        self._pacer.cancel()
        self._pictures.close()

    def on_resize(self, event: textual_events.Resize) -> None:
        """Lay out for the new size, keeping the reading place."""
        del event
        self._relook()

    def _relook(self) -> None:
        if not self.size:
            return
        rows = max(3, (self.app.size.height - _CHROME) // 3)
        look = Look(self.size.width, rows, self.images)
        spot = self._spot()
        if look == self.document.look:
            self.settle(spot)
            return
        characters = self.document.characters_before(spot) if spot else 0
        self.document.set_look(look)
        self._restyle = True
        self.screen.clear_selection()
        self.settle(self.document.spot_of(spot.id, characters) if spot else None)

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
