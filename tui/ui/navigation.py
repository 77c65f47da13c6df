"""What commands may do to the screen: the FrontEnd port of the command language."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.worker import WorkerCancelled, WorkerFailed, get_current_worker

from tui.domain.caption import Caption
from tui.domain.chat import Attachment
from tui.domain.errors import AppError
from tui.domain.fate import Send as Fate
from tui.domain.settings import Settings
from tui.services import Services
from tui.services.session import ChatSession
from tui.slash.front import ScreenName
from tui.ui.chat.attaching import Leaving
from tui.ui.chat.screen import ChatScreen
from tui.ui.graphics.easel import easel_of
from tui.ui.widgets.script_question import ScriptQuestion

if TYPE_CHECKING:
    from textual.worker import Worker

Send = Callable[[tuple[Attachment, ...]], Awaitable[None]]
Leave = Callable[[Leaving, Send], Awaitable[None]]
"""Captions the pictures of a message as the settings say and hands them on, or gives them back."""
Opener = Callable[[], Awaitable[None]]


class Navigation:
    """Drives the chat screen for commands, and opens the other screens."""

    def __init__(
        self,
        services: Services,
        chat: ChatScreen,
        openers: dict[ScreenName, Opener],
        view: Callable[[int, int], Awaitable[None]],
        actions: AppActions,
        leave: Leave,
    ) -> None:
        self._services = services
        self._chat = chat
        self._openers = openers
        self._view = view
        self._actions = actions
        self._leave = leave
        self.shown = 0
        """How often a note, a screen or a change of the chat was shown so far."""

    async def reply(self) -> None:
        """Let the character answer, and wait for the end of it."""
        await self._finish(self._chat.generate(self._services.chats.reply(self._chat.session)))

    async def regenerate(self) -> None:
        """Replace the last reply."""
        await self._chat.stop()
        await self._finish(self._chat.generate(self._services.chats.regenerate(self._chat.session)))

    async def continue_reply(self) -> None:
        """Let the last reply go on."""
        await self._chat.stop()
        await self._finish(
            self._chat.generate(self._services.chats.continue_reply(self._chat.session))
        )

    async def _finish(self, run: Worker[AppError | None]) -> None:
        failure = None
        try:
            failure = await run.wait()
        except (WorkerCancelled, WorkerFailed):
            # Its end took the place of ours: Esc means the script as well as the reply in it.
            if get_current_worker().is_cancelled:
                raise asyncio.CancelledError from None
        if failure is not None:
            raise failure

    def stop(self) -> None:
        """Stop what is being generated."""
        self._chat.action_stop()

    async def show(self, screen: ScreenName) -> None:
        """Open a screen and wait until it is closed."""
        self.shown += 1
        await self._openers[screen]()

    async def view(self, index: int, number: int) -> None:
        """Show a picture of a message large; the first one is number 1."""
        self.shown += 1
        await self._view(index, number)

    def note(self, text: str) -> None:
        """Show plain lines below the messages."""
        self.shown += 1
        self._chat.transcript.add_note(text)

    async def open_chat(self, session: ChatSession) -> None:
        """Show another chat; a reply that is being written is stopped and kept."""
        await self._chat.stop()
        await self._chat.put_away()
        self._chat.show_session(session)

    def shows(self, session: ChatSession) -> bool:
        """Whether this chat is on the screen."""
        return self._chat.session is session

    def sync(self) -> None:
        """Draw what changed."""
        self.shown += 1
        self._chat.sync()

    def focused(self) -> int | None:
        """The message with the cursor."""
        return self._chat.transcript.focused_index

    async def goto(self, index: int) -> None:
        """Bring a message into view, also where it has the cursor already."""
        transcript = self._chat.transcript
        if index == transcript.focused_index:
            transcript.reveal(index)
        else:
            transcript.focus_message(index)

    def set_draft(self, text: str) -> None:
        """Put text into the prompt."""
        self._chat.composer.borrow(text)
        self._chat.composer.focus()

    def draft(self) -> str:
        """What stands in the prompt."""
        return self._chat.composer.draft

    async def write(self, text: str, *, send: bool, instead: bool) -> None:
        """Put text into the prompt, as if it had been typed, and press Enter when that is meant."""
        composer = self._chat.composer
        if instead:
            composer.load(text)
        else:
            composer.borrow(text)
        if send:
            composer.submit()
        else:
            composer.focus()

    async def allow(self, question: str, script: str) -> bool:
        """Show a script from elsewhere and what it would do."""
        answer = await self._chat.app.push_screen_wait(ScriptQuestion(question, script))
        return answer is True

    async def attach(self, paths: tuple[Path, ...]) -> None:
        """Put pictures beside the prompt."""
        await self._finish(self._chat.attach(paths))

    async def fetch(self, url: str) -> None:
        """Fetch a picture when that is agreed to."""
        await self._finish(self._chat.fetch_picture(url))

    async def paste(self) -> None:
        """Paste into the prompt what the system's clipboard holds."""
        await self._finish(self._chat.paste_clipboard())

    def waiting(self) -> tuple[Attachment, ...]:
        """The pictures beside the prompt."""
        return self._chat.attaching.waiting

    async def with_waiting(self, send: Send) -> None:
        """Let the pictures beside the prompt leave with a message."""
        await self._leave(self._chat.attaching.take(""), send)

    def choose_fate(self, digest: str, fate: Fate) -> None:
        """Choose what the chat model will get of one of them."""
        self._chat.attaching.choose_fate(digest, fate)

    def set_caption(self, digest: str, caption: Caption) -> None:
        """Give one of them its caption."""
        self.shown += 1
        self._chat.attaching.set_caption(digest, caption)

    async def copy(self, text: str) -> None:
        """Put text on the clipboard."""
        await self._actions.copy(text)

    def themes(self) -> Sequence[str]:
        """Names of the themes there are."""
        return self._actions.theme_names()

    def drawing(self) -> str:
        """How pictures are drawn now, and why."""
        return easel_of(self._chat.app).choice.line

    async def settings_changed(self, settings: Settings) -> None:
        """Apply new settings."""
        self._actions.apply(settings)
        self._chat.apply_settings()

    def quit(self) -> None:
        """Save and leave."""
        self._actions.leave()


class AppActions:
    """What only the application can do, as plain functions."""

    def __init__(
        self,
        copy: Callable[[str], Awaitable[None]],
        theme_names: Callable[[], Sequence[str]],
        apply: Callable[[Settings], None],
        leave: Callable[[], None],
    ) -> None:
        self.copy = copy
        self.theme_names = theme_names
        self.apply = apply
        self.leave = leave
