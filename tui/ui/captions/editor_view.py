"""The caption editor's view: picture, text that streams in, message, facts and status."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widgets import Button, Static, TextArea

from tui.domain.caption import Asked
from tui.domain.errors import AppError
from tui.domain.safetext import clean, clean_line
from tui.services.refinement import Refined, Refinement
from tui.ui.captions.facts import caption_facts
from tui.ui.captions.page import AGAIN, TOOK_OVER, Page
from tui.ui.captions.pages import Pages
from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.image_view import ImageView
from tui.ui.widgets.progress import Speedometer

KEEP_SECONDS = 1.0
"""What is written by hand is on the disk as soon."""
_NOT_KEPT = "not kept yet"
"""Begins what is said until it is."""


class EditorView(Dialog[Refined]):
    """Shows pictures and their captions as they come; what keys do, the editor adds."""

    streaming = var(False, toggle_class="-busy")
    """Whether a caption is coming in for the picture that shows."""
    downloading = var(False, bindings=True, toggle_class="-downloading")
    """Whether the local model is being fetched."""

    def __init__(
        self, refinements: Sequence[Refinement], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Make an editor.

        Args:
            refinements: The pictures, at least one, and what can be asked of their sources.
            clock: Seconds on a monotonic clock, for the live time.
        """
        super().__init__()
        self.pages = Pages(refinements)
        self._clock = clock
        self._asked: dict[int, Asked] = {}
        self.is_over = False
        """Whether it has given its result: keys that were pressed behind that one are void."""
        self._area = TextArea(id="caption", highlight_cursor_line=False)

    @property
    def page(self) -> Page:
        """The picture that shows."""
        return self.pages.current

    def body(self) -> ComposeResult:
        """Picture and text, preview, status and buttons."""
        with Container(id="middle"):
            with Vertical(id="side"):
                yield ImageView(self.page.refinement.image, id="picture")
                yield Static(id="facts")
            with Vertical(id="writing"):
                yield self._area
        yield Static(id="preview-label")
        with VerticalScroll(id="preview-box", can_focus=False):
            yield Static(id="preview")
        with VerticalScroll(id="remarks-box", can_focus=False):
            yield Static(id="remarks")
        with Horizontal(id="bottom"):
            yield Static(id="status")
            yield Button("OK", id="ok", variant="primary", compact=True)
            yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Show the first picture and begin to caption it."""
        self._area.focus()
        self.set_interval(0.2, self._show_facts)
        self.set_interval(KEEP_SECONDS, self._keep_written)
        self.turn_to(0)

    def on_resize(self) -> None:
        """What stands first goes by the height, which the screen's classes tell afterwards."""
        self.call_later(self._show_remarks)

    # -- pages

    def turn_to(self, at: int) -> None:
        """Show a picture; its source is asked unless it was before."""
        self.pages.at = at
        page = self.page
        index, count = page.refinement.position
        self.set_title("Caption", f"{index} of {count}" if count > 1 else "")
        self.query_one(ImageView).show(page.refinement.image)
        if not page.begun:
            self.ask(Asked())
        self.reload()

    # -- the stream

    def last_asked(self) -> Asked:
        """Whom the picture that shows was captioned by last, to be asked again."""
        return replace(self._asked.get(self.pages.at, Asked()), fresh=True)

    def ask(self, asked: Asked) -> None:
        """Let the picture that shows be captioned, unless the local model is on its way."""
        if not self.downloading:
            self._asked[self.pages.at] = asked
            self._begin(self.page, asked)

    def _begin(self, page: Page, asked: Asked) -> None:
        self.stop(page)
        page.begin(self._clock())
        run = self._caption(page, page.runs, asked)
        self.run_worker(run, group=self.pages.group(page), exclusive=True)
        self.show_page()

    def stop(self, page: Page) -> None:
        """End what is coming in for a picture."""
        self.workers.cancel_group(self, self.pages.group(page))

    async def _caption(self, page: Page, run: int, asked: Asked) -> None:
        meter = Speedometer()
        try:
            async with aclosing(page.refinement.start(asked)) as events:
                async for event in events:
                    if page.status == TOOK_OVER or page.runs != run:
                        return
                    page.take(event, meter, self._clock())
                    self._show_growth(page)
        except AppError as error:
            again = "Ctrl+R does" if error.hint.endswith("try again") else AGAIN
            if page.runs == run:
                page.failed(f"{clean_line(error.line())} · {again}")
        else:
            page.ended()
            if asked.prompt and not page.refinement.takes_prompt:
                who = clean_line(page.refinement.source_label)
                page.say(f"{who} goes by no prompt · Ctrl+G chooses a source that does")
        finally:
            # Asked again while one came in, this one is over and another runs.
            if page.runs == run:
                page.settle()
                self.call_later(self._go_on, page)

    def _go_on(self, page: Page) -> None:
        """A source is free: the next picture that was not captioned yet has its turn."""
        waiting = self.pages.unbegun()
        if waiting is not None and not self.downloading:
            self._begin(waiting, Asked())
        self.show_page()
        self.caption_ended(page)

    def caption_ended(self, page: Page) -> None:
        """A source is done with a picture, or gave up."""

    def _show_growth(self, page: Page) -> None:
        if page is not self.page:
            return
        area, text = self._area, page.text
        if area.text != text:
            at_end = area.cursor_location == area.document.end
            if not (area.text and text.startswith(area.text)):
                area.clear()
            more = text[len(area.text) :]
            area.insert(more, area.document.end, maintain_selection_offset=True)
            if at_end:
                area.move_cursor(area.document.end)
        self._show_status()
        self._show_remarks()

    @on(TextArea.Changed, "#caption")
    def _follow(self, event: TextArea.Changed) -> None:
        event.stop()
        self._take_typed()
        self.show_preview()

    def _take_typed(self) -> None:
        page = self.page
        if self._area.text != page.text:
            page.edit(self._area.text)
            if page.running:
                self.stop(page)
            self._show_status()

    def _keep_written(self) -> None:
        for page in self.pages:
            if page.unkept:
                page.unkept = False
                self.run_worker(self._write(page), group="written")

    async def _write(self, page: Page) -> None:
        write = page.refinement.write
        try:
            if write is not None:
                await write(page.text)
        except AppError as error:
            page.unkept = True
            page.say(f"{_NOT_KEPT}: {clean_line(error.line())}", error=True)
        else:
            if not page.status.startswith(_NOT_KEPT):
                return
            page.say("")
        self._show_status()

    def behind_typing(self, then: Callable[[], object]) -> None:
        """Do something once all that was typed before has arrived in the text."""

        def do() -> None:
            if not self.is_over:
                self._take_typed()
                then()

        # The text still has keys in its queue when one types fast; this goes behind them.
        self._area.call_later(do)

    def reload(self) -> None:
        """Show the page's text, which is another version now."""
        self._area.load_text(self.page.text)
        self._area.move_cursor(self._area.document.end)
        self.show_page()

    def insert_text(self, text: str) -> None:
        """Put a text at the cursor, apart from the word before it."""
        row, column = self._area.cursor_location
        before = self._area.document[row][:column]
        self._area.insert(text if not before or before[-1].isspace() else f" {text}")
        self._area.focus()

    # -- what is shown

    def show_page(self) -> None:
        """Show everything about the picture and its caption."""
        self.streaming = self.page.running
        self._show_status()
        self.show_preview()
        self._show_remarks()
        self._show_facts()
        self.refresh_bindings()

    def say(self, text: str, *, error: bool = False) -> None:
        """Tell something in the line below the caption."""
        self.page.say(text, error=error)
        self._show_status()

    def _show_status(self) -> None:
        self.query("#status").set_class(self.page.is_error, "-error")
        self.put("#status", self.page.status)

    def show_preview(self) -> None:
        """Show what would be inserted, and what makes it so."""
        page = self.page
        self.put("#preview", clean(page.refinement.message(page.text)))
        self.put("#preview-label", clean_line(page.label))
        words, is_long = page.words
        self._area.border_subtitle = Content(words)
        self._area.set_class(is_long, "-long")

    def _show_remarks(self) -> None:
        page, refinement = self.page, self.page.refinement
        offer = ""
        if refinement.download is not None:
            offer = f"Ctrl+D gets {refinement.download_label or 'the local model'}"
        done = None if page.running else refinement.current
        note = (done.note if done else "") or refinement.note or "\n".join(page.restarts)
        # Where there are two lines only, why comes first; what Ctrl+D gets, help tells, too.
        rest = (note, offer) if self.has_class("-short") else (offer, note)
        lines = [line for line in (refinement.warning, *rest) if line]
        self.put("#remarks", clean("\n".join(lines)))
        self.query("#remarks-box").set(display=bool(lines))

    def _show_facts(self) -> None:
        page = self.page
        running = self._clock() - page.began if page.running else None
        separator = " · " if self.has_class("-short") else "\n"
        facts = caption_facts(page.refinement, running)
        # First where there is one line only.
        facts.insert(0 if self.has_class("-short") else len(facts), page.numbering)
        self.put("#facts", separator.join(filter(None, facts)))
