"""Refining captions: what the keys of the caption editor do."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widgets import Button

from tui.domain.caption import Asked
from tui.domain.errors import AppError
from tui.domain.safetext import clean_line
from tui.services.refinement import Refinement
from tui.ui.captions.choosing import Chosen, choices
from tui.ui.captions.editor_view import EditorView
from tui.ui.captions.page import AGAIN, Outcome, Page
from tui.ui.widgets.choice_list import Choice, ChoiceList
from tui.ui.widgets.progress import Speedometer

_SEVERAL = frozenset({"next", "previous", "skip", "all"})
_TWICE = 3.0
"""Seconds within which Esc is pressed twice."""


class CaptionEditor(EditorView):
    """Gives what became of each picture; one discarded is None."""

    CSS_PATH = "editor.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "insert", "Insert", id="captions.insert", priority=True),
        Binding("tab", "next", "Next", id="captions.next", priority=True),
        Binding("shift+tab", "previous", "Before", show=False, priority=True),
        Binding("f5", "all", "Accept all", id="captions.all", priority=True),
        Binding("f9", "skip", "Skip", id="captions.skip", priority=True),
        Binding("ctrl+r", "again", "Again", id="captions.again", priority=True),
        Binding("ctrl+g", "with", "With…", id="captions.with", priority=True),
        Binding("ctrl+t", "template", "Template", id="captions.template", priority=True),
        Binding("f6", "compare", "Compare", id="captions.compare", priority=True),
        Binding("f7", "ask", "Ask", id="captions.question", priority=True),
        Binding("f8", "region", "Part", id="captions.region", priority=True),
        Binding("ctrl+l", "rules", "Clean-up", id="captions.rules", show=False, priority=True),
        Binding("alt+left", "walk(-1)", "Version before", id="captions.before", show=False),
        Binding("alt+right", "walk(1)", "Version after", id="captions.after", show=False),
        Binding("ctrl+d", "download", "Get model", id="captions.download", priority=True),
        Binding("escape", "discard", "Discard", id="captions.discard", priority=True),
    ]
    TITLE = "Caption"
    HELP = (
        "The caption comes in as it is written; typing takes over. Ctrl+S inserts exactly what the"
        " preview shows, Esc discards (the caption journal keeps it). Ctrl+R asks again, Ctrl+G"
        " with another prompt, source or model; Alt+Left and Alt+Right walk the versions. Ctrl+T"
        " chooses the template, Ctrl+L the clean-up rules. F6 compares two sources, F7 asks about"
        " the picture, F8 looks at a part of it, Ctrl+D fetches a missing local model. With"
        " several pictures: Tab goes to the next, F5 accepts all, F9 skips one, Esc twice leaves"
        " the rest."
    )

    def __init__(
        self, refinements: Sequence[Refinement], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Make an editor.

        Args:
            refinements: The pictures, at least one, and what can be asked of their sources.
            clock: Seconds on a monotonic clock.
        """
        super().__init__(refinements, clock=clock)
        self._warned: float | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what makes sense now."""
        if action in _SEVERAL:
            return len(self.pages) > 1
        if action == "download":
            return self.page.refinement.download is not None and not self.downloading
        return True

    # -- other captions

    def action_again(self) -> None:
        """Caption the picture anew as it was captioned last, whatever the cache has."""
        self.behind_typing(lambda: self.ask(self.last_asked()))

    def action_walk(self, step: int) -> None:
        """Show an earlier or later version."""
        self.behind_typing(partial(self._walk, step))

    def _walk(self, step: int) -> None:
        if self.page.walk(step):
            self.reload()

    @work(exclusive=True, group="tools")
    async def action_with(self) -> None:
        """Caption with another prompt, source or model."""
        chosen = await self._choose("Caption with…")
        if chosen is not None:
            self.ask(replace(self.last_asked(), **chosen))

    async def _choose(self, title: str) -> Chosen | None:
        """Let a prompt, a source or a model be chosen."""
        try:
            return await choices(self.app, self.page.refinement, title)
        except AppError as error:
            self.say(clean_line(error.line()), error=True)
            return None

    @work(exclusive=True, group="tools")
    async def action_template(self) -> None:
        """Choose the template; the preview follows the cursor."""
        refinement = self.page.refinement
        rows = [Choice(n, n, clean_line(text, 100)) for n, text in refinement.templates.items()]
        now = next((n for n, t in refinement.templates.items() if t == refinement.template), "")

        def show(name: str) -> None:
            self._use_template(refinement.templates[name])

        before = refinement.template
        screen = ChoiceList("Template", rows, current=now, highlighted=show)
        chosen = await self.app.push_screen_wait(screen)
        self._use_template(before if chosen is None else refinement.templates[chosen])

    def _use_template(self, template: str) -> None:
        for page in self.pages:
            page.refinement.template = template
        self.show_preview()

    @work(exclusive=True, group="tools")
    async def action_rules(self) -> None:
        """Switch clean-up rules; the preview follows."""
        from tui.ui.captions.rules import RulesDialog  # noqa: PLC0415 - rarely opened

        refinement = self.page.refinement
        await self.app.push_screen_wait(RulesDialog(refinement, self.page.text))
        for page in self.pages:
            page.refinement.cleanup = refinement.cleanup
        self.show_preview()

    @work(exclusive=True, group="tools")
    async def action_compare(self) -> None:
        """Let another source caption beside this one."""
        from tui.ui.captions.compare import CompareScreen  # noqa: PLC0415 - rarely opened

        page = self.page
        chosen = await self._choose("Compare with…")
        if chosen is None:
            return
        other = replace(self.last_asked(), **chosen)
        made = await self.app.push_screen_wait(CompareScreen(page, self.last_asked(), other))
        if made is not None and page is self.page:
            self.stop(page)
            page.let_go()
            page.take_version(made)
            self.reload()

    @work(exclusive=True, group="tools")
    async def action_ask(self) -> None:
        """Ask something about the picture; the answer can be put at the cursor."""
        from tui.ui.captions.question import QuestionDialog  # noqa: PLC0415 - rarely opened

        answer = await self.app.push_screen_wait(
            QuestionDialog(self.page.refinement, self.last_asked())
        )
        if answer:
            self.insert_text(answer)

    @work(exclusive=True, group="tools")
    async def action_region(self) -> None:
        """Caption a part of the picture."""
        from tui.ui.captions.region import RegionScreen  # noqa: PLC0415 - rarely opened

        before = self.last_asked().region
        chosen = await self.app.push_screen_wait(RegionScreen(self.page.refinement.image, before))
        if chosen is not None:
            self.ask(replace(self.last_asked(), region=chosen.box))

    # -- the local model

    def action_download(self) -> None:
        """Fetch the local model, then caption with it."""
        if self.page.refinement.download is not None and not self.downloading:
            self.downloading = True
            self._download(self.page)

    @work(exclusive=True, group="download")
    async def _download(self, page: Page) -> None:
        download = page.refinement.download
        assert download is not None
        meter, complete = Speedometer(), False
        try:
            async with aclosing(download()) as events:
                async for event in events:
                    page.say(f"{meter.line(event, self._clock())} · Esc pauses")
                    self._show_status()
            complete = True
        except AppError as error:
            page.say(f"{clean_line(error.line())} · Ctrl+D goes on", error=True)
            self._show_status()
        finally:
            self.downloading = False
        if complete:
            self._begin(page, Asked())

    # -- the end

    def action_next(self) -> None:
        """Show the next picture."""
        self.behind_typing(lambda: self.turn_to(self.pages.step(1)))

    def action_previous(self) -> None:
        """Show the picture before."""
        self.behind_typing(lambda: self.turn_to(self.pages.step(-1)))

    @on(Button.Pressed, "#ok")
    def action_insert(self) -> None:
        """Accept the caption as it stands, and go to the next picture."""
        self.behind_typing(self._insert)

    def _insert(self) -> None:
        if self.page.caption:
            self._close_page("accepted")
        elif self.page.running:
            self.say("still captioning: wait for the first words, or write some")
        else:
            self.say(f"there is no caption yet: write one, or {AGAIN}", error=True)
            self._area.focus()

    def action_skip(self) -> None:
        """Leave the picture without a caption, and go to the next one."""
        self.behind_typing(partial(self._close_page, "skipped"))

    def _close_page(self, outcome: Outcome) -> None:
        self.stop(self.page)
        self.page.outcome = outcome
        left = self.pages.next_open()
        if left is None:
            self._finish(cancelled=False)
        else:
            self.turn_to(left)

    def action_all(self) -> None:
        """Accept every caption, those that are still to come included."""
        self.behind_typing(self._accept_all)

    def _accept_all(self) -> None:
        self.pages.accepts_all = True
        self.caption_ended(self.page)

    def caption_ended(self, page: Page) -> None:
        """While all are to be accepted: accept what is there, and wait for the rest."""
        if not self.pages.accepts_all or self.app.screen is not self:
            return
        self.pages.accept_ready()
        failed = self.pages.failed()
        left = failed if failed is not None else self.pages.next_open()
        if left is None:
            self._finish(cancelled=False)
            return
        if left != self.pages.at:
            self.turn_to(left)
        if failed is not None:
            self.pages.accepts_all = False
            return
        done = len(self.pages) - len(self.pages.open)
        self.say(f"accepting all as they come: {done} of {len(self.pages)} · Esc waits no more")

    def on_screen_resume(self) -> None:
        """What ended while something lay above is seen to now."""
        self.caption_ended(self.page)

    @on(Button.Pressed, "#cancel")
    def action_discard(self) -> None:
        """Pause a download or accepting all; else leave, asking first where more are open."""
        if self.downloading:
            self.workers.cancel_group(self, "download")
            self.say("paused; what came is kept · Ctrl+D goes on")
        elif self.pages.accepts_all:
            self.pages.accepts_all = False
            self.say("")
        elif len(self.pages.open) > 1 and not self._warned_just_now():
            self._warned = self._clock()
            self.say(f"Esc once more leaves these {len(self.pages.open)}; F9 skips this one only")
        else:
            self.behind_typing(partial(self._finish, cancelled=True))

    def _warned_just_now(self) -> bool:
        return self._warned is not None and self._clock() - self._warned <= _TWICE

    def _finish(self, *, cancelled: bool) -> None:
        self.is_over = True
        for page in self.pages:
            self.stop(page)
        self.workers.cancel_group(self, "download")
        self.dismiss(self.pages.refined(cancelled=cancelled))
