"""Refining a caption: the picture beside the text that streams in, the message below."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import aclosing
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widgets import Button, Static, TextArea
from textual.worker import Worker, get_current_worker

from tui.domain.errors import AppError
from tui.domain.generation import (
    Finished,
    FinishReason,
    GenerationEvent,
    Progress,
    Restarted,
    TextDelta,
)
from tui.domain.safetext import clean, clean_line
from tui.services.ports import Refinement
from tui.ui.captions.facts import CACHED, caption_facts
from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.image_view import ImageView
from tui.ui.widgets.progress import Speedometer

_AGAIN = "Ctrl+R to try again"
_ENDINGS: dict[FinishReason, str] = {
    "length": "cut off at the longest caption; captioning.max_tokens allows more",
    "content_filter": "stopped by the server's content filter",
    "refusal": "the model refused to go on",
    "incomplete": "the connection ended early; this may not be all",
    "error": "the source stopped with an error; this may not be all",
}


class CaptionEditor(Dialog[str | None]):
    """Gives the accepted caption, or None when it was discarded."""

    CSS_PATH = "editor.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "insert", "Insert", id="captions.insert", priority=True),
        Binding("escape", "discard", "Discard", id="captions.discard", priority=True),
        Binding("ctrl+r", "again", "Again", id="captions.again", priority=True),
        Binding("ctrl+d", "download", "Get model", id="captions.download", priority=True),
    ]
    TITLE = "Caption"
    HELP = (
        "The caption comes in as it is written; typing takes over. Ctrl+S inserts it, Esc "
        "discards it (it stays in the caption journal), Ctrl+R asks again, Ctrl+D fetches the "
        "local model where it is missing."
    )

    streaming = var(False, toggle_class="-busy")
    """Whether a caption is coming in."""
    downloading = var(False, bindings=True, toggle_class="-downloading")
    """Whether the local model is being fetched."""

    def __init__(
        self, refinement: Refinement, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Make an editor for one picture.

        Args:
            refinement: The picture, and what can be asked of its source.
            clock: Seconds on a monotonic clock, for the live time.
        """
        super().__init__()
        self._refinement = refinement
        self._clock = clock
        self._began = 0.0
        self._streamed = ""
        self._fresh = True
        self._ending = ""
        self._restarts: list[str] = []
        self._run: Worker[None] | None = None
        self._area = TextArea(id="caption", highlight_cursor_line=False)

    def body(self) -> ComposeResult:
        """Picture and text, preview, status and buttons."""
        with Container(id="middle"):
            with Vertical(id="side"):
                yield ImageView(self._refinement.image, id="picture")
                yield Static(id="facts")
            with Vertical(id="writing"):
                yield self._area
        yield Static(Content("The message"), id="preview-label")
        with VerticalScroll(id="preview-box", can_focus=False):
            yield Static(id="preview")
        with VerticalScroll(id="remarks-box", can_focus=False):
            yield Static(id="remarks")
        with Horizontal(id="bottom"):
            yield Static(id="status")
            yield Button("OK", id="ok", variant="primary", compact=True)
            yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Begin to caption."""
        index, count = self._refinement.position
        self.set_title("Caption", f"{index} of {count}" if count > 1 else "")
        self._area.focus()
        self._show_remarks()
        self._show_preview()
        self.set_interval(0.2, self._show_facts)
        self._begin(fresh=False)

    # -- the stream

    def action_again(self) -> None:
        """Caption the picture anew, whatever the cache has."""
        if not self.downloading:
            self._begin(fresh=True)

    def _begin(self, *, fresh: bool) -> None:
        """Ask the source; the text stays until the first word comes."""
        self._fresh = True
        self._ending = ""
        self._restarts = []
        self._streamed = self._area.text
        self._began = self._clock()
        self.streaming = True
        self._say("asking…")
        self._run = self._caption(fresh)

    @work(exclusive=True, group="caption")
    async def _caption(self, fresh: bool) -> None:
        meter = Speedometer()
        try:
            async with aclosing(self._refinement.start(fresh)) as events:
                async for event in events:
                    if not self._take(event, meter):
                        return
        except AppError as error:
            again = "Ctrl+R does" if error.hint.endswith("try again") else _AGAIN
            self._say(f"{clean_line(error.line())} · {again}", error=True)
        else:
            self._say_how_it_ended()
        finally:
            # Asked again while one came in, this one is over and another runs.
            if self._run is get_current_worker():
                self.streaming = False
            self._show_facts()
            self._show_remarks()

    def _take(self, event: GenerationEvent, meter: Speedometer) -> bool:
        """Show an event; False when the person took over."""
        if self._area.text != self._streamed:
            self._say("you took over · Ctrl+R asks again")
            return False
        match event:
            case TextDelta(text):
                self._append(clean(text))
            case Progress():
                self._say(meter.line(event, self._clock()))
            case Restarted(reason):
                self._restart(clean_line(reason))
            case Finished(reason):
                self._ending = _ENDINGS.get(reason, "")
            case _:
                self._say("the source is at work…")
        return True

    def _append(self, text: str) -> None:
        area = self._area
        if self._fresh:
            self._fresh = False
            area.clear()
            text = text.lstrip()
            self._say("writing…")
        at_end = area.cursor_location == area.document.end
        area.insert(text, area.document.end, maintain_selection_offset=True)
        if at_end:
            area.move_cursor(area.document.end)
        self._streamed = area.text

    def _restart(self, reason: str) -> None:
        """What came is withdrawn: away with it, and say why."""
        if not self._fresh:
            self._fresh = True
            self._area.clear()
            self._streamed = self._area.text
        self._restarts.append(reason)
        self._say(reason)
        self._show_remarks()

    def _say_how_it_ended(self) -> None:
        done = self._refinement.current
        if self._fresh:
            self._say(f"the source gave no caption · {_AGAIN}", error=True)
        elif done is not None and done.cached:
            self._say(f"{CACHED} · Ctrl+R asks the source")
        else:
            self._say(self._ending)

    @on(TextArea.Changed, "#caption")
    def _follow(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.streaming and self._area.text != self._streamed:
            self.workers.cancel_group(self, "caption")
            self._say("you took over · Ctrl+R asks again")
        self._show_preview()

    # -- what is shown

    def _say(self, text: str, *, error: bool = False) -> None:
        self.query("#status").set_class(error, "-error")
        self.put("#status", text)

    def _show_preview(self) -> None:
        text = self._area.text.strip()
        preview = self._refinement.preview(text) if text else ""
        self.put("#preview", clean(preview))

    def _show_remarks(self) -> None:
        refinement = self._refinement
        offer = ""
        if refinement.download is not None:
            offer = f"Ctrl+D gets {refinement.download_label or 'the local model'}"
        done = None if self.streaming else refinement.current
        note = (done.note if done else "") or refinement.note or "\n".join(self._restarts)
        lines = [line for line in (refinement.warning, offer, note) if line]
        self.put("#remarks", clean("\n".join(lines)))
        self.query("#remarks-box").set(display=bool(lines))
        self.refresh_bindings()

    def _show_facts(self) -> None:
        running = self._clock() - self._began if self.streaming else None
        separator = " · " if self.has_class("-short") else "\n"
        self.put("#facts", separator.join(caption_facts(self._refinement, running)))

    # -- the local model

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the download only where there is something to fetch."""
        if action == "download":
            return self._refinement.download is not None and not self.downloading
        return True

    def action_download(self) -> None:
        """Fetch the local model, then caption with it."""
        if self._refinement.download is not None and not self.downloading:
            self.downloading = True
            self._say(f"getting {clean_line(self._refinement.download_label)}…")
            self._download()

    @work(exclusive=True, group="download")
    async def _download(self) -> None:
        download = self._refinement.download
        if download is None:
            return
        meter = Speedometer()
        complete = False
        try:
            async with aclosing(download()) as events:
                async for event in events:
                    self._say(f"{meter.line(event, self._clock())} · Esc pauses")
            complete = True
        except AppError as error:
            self._say(f"{clean_line(error.line())} · Ctrl+D goes on", error=True)
        finally:
            self.downloading = False
        if complete:
            self._begin(fresh=False)

    # -- the end

    @on(Button.Pressed, "#ok")
    def action_insert(self) -> None:
        """Accept the text as it stands."""
        text = self._area.text.strip()
        if not text:
            self._say(f"there is no caption yet: write one, or {_AGAIN}", error=True)
            self._area.focus()
            return
        self._stop()
        self.dismiss(text)

    @on(Button.Pressed, "#cancel")
    def action_discard(self) -> None:
        """Pause a download; else leave, and stop the source at once."""
        if self.downloading:
            self.workers.cancel_group(self, "download")
            self._say("paused; what came is kept · Ctrl+D goes on")
            return
        self._stop()
        self._refinement.left = self._area.text.strip()
        self.dismiss(None)

    def _stop(self) -> None:
        self.workers.cancel_group(self, "caption")
        self.workers.cancel_group(self, "download")
