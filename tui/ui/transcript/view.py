"""The transcript: one view of rows over all messages of a chat; messages are data, not widgets."""

from __future__ import annotations

import asyncio
from typing import ClassVar, TypeAlias

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import reactive

from tui.domain.chat import Message
from tui.ui.graphics.easel import easel_of
from tui.ui.transcript import events, highlight, spoken
from tui.ui.transcript.cursor import CursorView
from tui.ui.transcript.entries import MessageSource, Spot
from tui.ui.transcript.layout import Images, Look
from tui.ui.transcript.markdown import warm
from tui.ui.transcript.pacing import Pacer
from tui.ui.transcript.painting import STYLES
from tui.ui.transcript.pictures import Loader

_CHROME = 6
"""Rows of the screen that are not the transcript's, about."""
_LETTER_SECONDS = 0.25
"""Until a letter that was typed is surely drawn."""


class Transcript(CursorView, can_focus=True):
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

    UnseenChanged: TypeAlias = events.UnseenChanged

    images: reactive[Images] = reactive[Images]("blocks", init=False)
    """How pictures are shown: drawn in some way, or as a line of text with their caption."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._is_warm = False
        self._pacer = Pacer(self._frame)

    # What is shown

    def show(self, session: MessageSource | None) -> None:
        """Show a chat from its end; None shows nothing."""
        self._pacer.cancel()
        self.document.show(session)
        self.follow = True
        if self.is_attached:
            self.screen.clear_selection()
            if self.size:
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
            if not self.follow:
                self._count_unseen(1)

    def set_image_loader(self, loader: Loader | None) -> None:
        """Say how to get at a picture's bytes by its digest."""
        self._pictures.set_loader(loader)
        self.document.restyle()
        self.refresh()

    async def pictures_drawn(self) -> None:
        """Wait until no picture is on its way."""
        await self._pictures.idle()

    def watch_images(self) -> None:
        """Lay out with pictures or without, and draw them in the way that is chosen now."""
        self._pictures.forget()
        self._relook(self._spot())

    # A reply that streams in

    def begin_reply(self, index: int) -> None:
        """The message grows from now on; call `stream_changed` as its text does."""
        self.expect_reply()
        with self.keeping_place():
            self.document.sync()
            self.document.begin(index)
            self.document.grow()

    def expect_reply(self) -> None:
        """One may come soon: load what it needs, beside everything else and only once.

        Not at once: the first letter that was typed is still to be drawn.
        """
        if not self._is_warm:
            self._is_warm = True
            self.set_timer(_LETTER_SECONDS, self._warm)

    def _warm(self) -> None:
        self.run_worker(warm, thread=True, exit_on_error=False)

    def on_mount(self) -> None:
        """Give code its colours when the first frame is drawn, if that left it plain."""
        if highlight.is_hasty():
            self.call_after_refresh(self.set_timer, _LETTER_SECONDS, self._colour)

    def _colour(self) -> None:
        if highlight.take_time():
            self._is_warm = True
            self.run_worker(self._coloured(), exit_on_error=False)

    async def _coloured(self) -> None:
        await asyncio.to_thread(warm)
        self.document.lay_out_again()
        self.repaint()

    def stream_changed(self) -> None:
        """The text of the growing message changed; it is drawn soon."""
        self._pacer.request()

    @property
    def frame_due(self) -> bool:
        """Whether a frame of the growing message is still to be drawn."""
        return self._pacer.due

    def end_reply(self) -> None:
        """The growing message is complete, stopped or failed."""
        if self.frame_due and self.is_attached:
            # What came last is seen before a long text is perhaps laid out once more as a whole.
            self._grow()
        self._pacer.cancel()
        with self.keeping_place():
            self.document.end()
            self.document.sync()

    def _frame(self) -> None:
        """Draw without the way through the message queue, which costs as much as a small frame."""
        if not self.is_attached:
            return
        try:
            self._pacer.run(self._grow)
        except Exception as error:  # noqa: BLE001 - the app ends as it does for any widget
            self.app._handle_exception(error)

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

    # Text for others

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

    def on_unmount(self) -> None:
        """Stop drawing."""
        self._pacer.cancel()
        self._pictures.close()

    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        """Lay out for a new size before the frame that shows it, keeping the reading place.

        The event that tells of it comes after that frame, whose rows would be as wide as before.
        """
        if size == self._size:
            return super()._size_updated(size, virtual_size, container_size, layout)
        spot = self._spot()
        self._is_resizing = True
        told = super()._size_updated(size, virtual_size, container_size, layout)
        self._is_resizing = False
        self._relook(spot)
        return told

    def _relook(self, spot: Spot | None) -> None:
        if not self.size:
            return
        rows = max(3, (self.app.size.height - _CHROME) // 3)
        easel = easel_of(self.app)
        easel.measure()
        look = Look(self.size.width, rows, self.images, easel.cell)
        if look == self.document.look:
            self.settle(spot)
            return
        characters = self.document.characters_before(spot) if spot else 0
        if look.cell != self.document.look.cell:
            self._pictures.forget()
        self.document.set_look(look)
        self._restyle = True
        self.screen.clear_selection()
        self.settle(self.document.spot_of(spot.id, characters) if spot else None)
