"""The chat: transcript, prompt and status line, and what happens when they speak up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.worker import Worker

from tui.domain.errors import AppError
from tui.domain.image import Image
from tui.services import Services
from tui.services.session import ChatSession
from tui.ui.chat.attaching import Attaching
from tui.ui.chat.composer import Composer
from tui.ui.chat.offers import HintLine, Offer, found_offer
from tui.ui.chat.plus_button import PlusButton
from tui.ui.chat.popup import Complete
from tui.ui.chat.replying import Replying, Stream
from tui.ui.chat.sending import Sending
from tui.ui.chat.telling import hint_of, status_of
from tui.ui.graphics.easel import easel_of
from tui.ui.transcript.events import ImageActivated, LinkActivated, UnseenChanged
from tui.ui.transcript.view import Transcript
from tui.ui.widgets.status_line import StatusLine

logger = logging.getLogger(__name__)


class ChatScreen(Sending):
    """Routes: what widgets say becomes calls of services; other screens are asked for."""

    CSS_PATH = "screen.tcss"
    HELP: ClassVar[str | None] = "Write and press Enter. / lists commands, F3 opens the extensions."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="chat.stop", show=False),
    ]

    @dataclass
    class LinkActivated(Message):
        """A link in a message was chosen."""

        href: str

    def __init__(
        self,
        services: Services,
        session: ChatSession,
        complete: Complete,
        is_command: Callable[[str], bool],
    ) -> None:
        super().__init__()
        self.services = services
        self.session = session
        self._complete = complete
        self.is_command = is_command
        self._offer: Offer | None = None
        self._unseen = 0

    def compose(self) -> ComposeResult:
        """Transcript, hint, prompt with the extensions button, status."""
        yield Transcript()
        yield HintLine()
        with Horizontal(id="prompt"):
            yield Composer(self._complete)
            yield PlusButton()
        yield StatusLine()

    @property
    def status_line(self) -> StatusLine:
        """The row at the bottom."""
        return self.query_one(StatusLine)

    def on_mount(self) -> None:
        """Show the chat that was given."""
        self.transcript.set_image_loader(self._load_image)
        self.attaching = Attaching(
            self.services, self.session, self.composer, self._stored, self.fail
        )
        self.replying = Replying(
            self, self.transcript, self.status_line, self.composer.area, self._reply_ended
        )
        self.show_session(self.session)
        self.composer.focus()

    async def _stored(self, digest: str) -> Image | None:
        try:
            return await self.services.captions.stored(digest)
        except AppError as error:
            logger.warning("picture not shown: %s", error.line())
            return None

    async def _load_image(self, digest: str) -> bytes | None:
        image = await self._stored(digest)
        return image.data if image else None

    # What the front end uses

    def show_session(self, session: ChatSession) -> None:
        """Show another chat, with its draft."""
        self.session = session
        self.transcript.show(session)
        self.attaching.show(session)
        self.composer.load(session.chat.draft)
        self.apply_settings()

    def apply_settings(self) -> None:
        """Take over what the settings say."""
        images = self.services.settings.current.ui.images
        self.transcript.images = "off" if images == "off" else easel_of(self.app).choice.mode
        self.update_status()
        self.watch_folder(self.services.settings.current.images.watch_folder)

    def sync(self) -> None:
        """Draw what changed; the focus stays among the messages when its own is gone."""
        at = self.transcript.focused_index
        self.transcript.sync()
        if at is not None and self.transcript.focused_index is None:
            self.transcript.focus_message(min(at, len(self.session) - 1))
        self.update_status()

    def update_status(self) -> None:
        """Tell who talks through what, and hint at what is missing."""
        self.status_line.status = status_of(self.services, self.session)
        self.attaching.tell()
        self.update_hint()

    def update_hint(self) -> None:
        """Say the one thing that matters most now."""
        is_connected = bool(self.services.connections.current())
        text = hint_of(self._unseen, self._offer, is_connected=is_connected)
        self.query_one(HintLine).say(self.waits_for() or self.writes() or text)

    async def look_around(self) -> None:
        """Suggest what runs on this machine, while nobody would answer."""
        offer = await found_offer(self.services)
        if offer is not None:
            self._offer = offer
            self.update_hint()

    # Replies

    def generate(self, stream: Stream) -> Worker[AppError | None]:
        """Let a reply stream in for who waits for it and tells its failure, which is the result."""
        return self.replying.start(self.session, stream, tells=False)

    def is_replying(self) -> bool:
        """Whether a reply is being written."""
        return self.replying.is_running

    def reply(self) -> None:
        """Ask for an answer; without a connection say how to get one."""
        if not self.services.connections.current():
            how = hint_of(0, self._offer, is_connected=False)
            self.notify(f"Kept, but nobody answers yet. {how}", markup=False)
            self.update_hint()
            return
        self.replying.start(self.session, self.services.chats.reply(self.session))

    def _reply_ended(self, failure: AppError | None) -> None:
        if failure is not None:
            self.fail(failure)
        self.update_status()

    def fail(self, error: AppError) -> None:
        """Say in one line what went wrong."""
        self.notify(error.line(), severity="error", markup=False, timeout=8)

    # Widgets speak

    def entered_nothing(self) -> None:
        """Enter was pressed on the empty prompt: take the offer, or ask for the answer."""
        if self._offer is not None and not self.services.connections.current():
            offer, self._offer = self._offer, None
            self.adopt(offer)
        elif self._is_unanswered() and not self.replying.is_running:
            self.reply()

    @work(group="connect", exit_on_error=False)
    async def adopt(self, offer: Offer) -> None:
        """Use what was offered."""
        try:
            if offer.found is not None:
                await self.services.connections.adopt(offer.found, offer.model)
            else:
                await self.services.settings.change("chat.connection", offer.name)
        except AppError as error:
            self.fail(error)
            return
        self.update_status()
        label = self.services.connections.label(self.services.connections.current())
        self.notify(f"Chatting through {label}", markup=False)
        if self._is_unanswered():
            self.reply()

    def _is_unanswered(self) -> bool:
        at = self.session.last_said()
        return at is not None and self.session.message(at).role != "assistant"

    @on(Composer.DraftChanged)
    def _keep_draft(self) -> None:
        self.transcript.expect_reply()
        self.note_soon()

    @work(group="attach", exit_on_error=False)
    async def attach(self, paths: tuple[Path, ...]) -> AppError | None:
        """Put pictures beside the prompt; they go out with the next message."""
        return await self.attaching.add(paths)

    @on(Composer.Scrolled)
    def _scroll(self, event: Composer.Scrolled) -> None:
        actions = {
            "pageup": self.transcript.action_page_up,
            "pagedown": self.transcript.action_page_down,
            "home": self.transcript.action_scroll_home,
            "end": self.transcript.action_scroll_end,
        }
        actions[event.key]()

    @on(Transcript.UnseenChanged)
    def _count_unseen(self, event: UnseenChanged) -> None:
        self._unseen = event.lines
        self.update_hint()

    @on(HintLine.Clicked)
    def _hint_clicked(self) -> None:
        if self._unseen:
            self.transcript.action_scroll_end()
        else:
            self.entered_nothing()

    @on(Transcript.LinkActivated)
    def _link(self, event: LinkActivated) -> None:
        self.post_message(self.LinkActivated(event.href))

    @on(Transcript.ImageActivated)
    def _look_at(self, event: ImageActivated) -> None:
        pictures = self.session.message(event.index).attachments
        if event.attachment in pictures:
            at = pictures.index(event.attachment) + 1
            self.post_message(self.CommandEntered(f"/view mesId={event.index} picture={at}"))

    @on(PlusButton.Pressed)
    def _extensions(self) -> None:
        self.post_message(self.CommandEntered("/extensions"))

    @on(StatusLine.PartClicked)
    def _status_clicked(self, event: StatusLine.PartClicked) -> None:
        commands = {
            "character": "/character",
            "model": "/connect",
            "source": "/settings",
        }
        if event.part == "state":
            self.action_stop()
        elif event.part == "local":
            # A click alone must not let pictures out.
            everywhere = "" if self.session.chat.local_only else " for=all"
            self.composer.borrow(f"/local-only off{everywhere}")
            self.composer.focus()
        else:
            self.post_message(self.CommandEntered(commands[event.part]))

    # Keys

    def action_copy_text(self) -> None:
        """Leave Ctrl+C to the app, which has the system's program copy, too."""
        raise SkipAction

    def action_stop(self) -> None:
        """Stop what runs; else go back to the prompt."""
        self.replying.cancel()
        self.want_no_answer()
        self.workers.cancel_group(self, "fetch")
        self.workers.cancel_group(self.app, "commands")
        self.transcript.focus_message(None)
        self.composer.give_back()
        self.composer.focus()
