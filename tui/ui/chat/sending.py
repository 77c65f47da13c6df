"""Messages on their way from the prompt to the disk: one after the other, beside the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from textual import on, work
from textual.message import Message
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from tui.domain.errors import AppError
from tui.domain.safetext import clean_line
from tui.services.macro_environment import written
from tui.services.session import ChatSession
from tui.ui.chat.attaching import Leaving
from tui.ui.chat.composer import Composer
from tui.ui.chat.quick_keys import QuickKeys
from tui.ui.chat.replying import Replying

_LONG_SECONDS = 0.3
"""What is written for longer than this is told of; it takes a thousandth when nothing is amiss."""
_HEARD_SECONDS = 0.5
_WORDS = 24
"""Characters of a message by which it is told of."""


class Sending(QuickKeys):
    """A screen that sends what its prompt posts.

    A file that another program holds keeps a message from the disk for seconds. Meanwhile the keys
    work, a line says what is waited for, and the message is kept as a part of the draft.
    """

    replying: Replying
    is_command: Callable[[str], bool]

    @dataclass
    class CaptionNeeded(Message):
        """A message waits for captions of its pictures before it is sent."""

        leaving: Leaving

    def __init__(self) -> None:
        super().__init__()
        self._turn = asyncio.Lock()
        """Whoever came first is first on the disk."""
        self._writing: Leaving | None = None
        self._is_slow = False
        self._is_answer_wanted = True

    @on(Composer.Submitted)
    def _submitted(self, event: Composer.Submitted) -> None:
        if self.is_command(event.typed):
            self._begin(partial(self._command, event.text))
        elif "@" in event.typed:
            self._begin(partial(self._mention, event))
        elif event.text.strip() or self.attaching.waiting:
            # At once: the pictures beside the prompt go with this text, not with the next.
            leaving = self._taken(event)
            if leaving is not None:
                self._begin(partial(self._in_turn, leaving))
        elif not self._turn.locked():
            self.entered_nothing()

    @property
    def is_sending(self) -> bool:
        """Whether a message is on its way to the disk."""
        return self._turn.locked()

    def entered_nothing(self) -> None:
        """Enter was pressed on the empty prompt."""

    def _begin(self, what: Callable[[], Coroutine[None, None, None]]) -> Worker[None]:
        return self.run_worker(what, group="sending", exit_on_error=False)

    async def _command(self, text: str) -> None:
        async with self._turn:
            self.post_message(self.CommandEntered(text, restore=True))
        self.note_soon()

    async def _mention(self, event: Composer.Submitted) -> None:
        async with self._turn:
            if not await self.take_mentioned(event.typed):
                self.load_back(event.text)
                return
            leaving = self._taken(event)
            if leaving is not None:
                await self._deliver(leaving)

    async def _in_turn(self, message: Leaving) -> None:
        async with self._turn:
            await self._deliver(message)

    def _taken(self, event: Composer.Submitted) -> Leaving | None:
        """What goes out now; None: it waits for captions first."""
        line = event.text.lstrip()
        text = line[1:] if line.startswith("//") else event.text
        leaving = self.attaching.take(text, event.pasted)
        if not self.waits_for():
            return leaving
        self.post_message(self.CaptionNeeded(leaving))
        self.update_hint()
        self.note_soon()
        return None

    @work(group="draft", exclusive=True, exit_on_error=False)
    async def note_soon(self) -> None:
        """Keep the draft, beside everything else: a file that is held must not hold up the keys."""
        await self.note_prompt()

    async def send(self, message: Leaving) -> None:
        """Send a message and let the character answer; a failure gives it back.

        While another chat than its own is shown, nobody answers. Once begun it goes on when
        whoever asked for it is stopped: what SQLite is at cannot be called off.
        """
        with suppress(WorkerCancelled, WorkerFailed):
            await self._begin(partial(self._in_turn, message)).wait()

    async def sent(self) -> None:
        """Wait until what was entered so far is on the disk, or back in the prompt."""
        await self._heard()
        for worker in [each for each in self.workers if each.group == "sending"]:
            with suppress(WorkerCancelled, WorkerFailed):
                await worker.wait()

    async def _heard(self) -> None:
        """Wait until the keys that came before have come from the prompt to here."""
        heard = asyncio.Event()
        composer = self.composer
        composer.area.call_later(composer.call_later, self.call_later, heard.set)
        with suppress(TimeoutError):
            # After an error nobody may be there to answer.
            await asyncio.wait_for(heard.wait(), _HEARD_SECONDS)

    async def _deliver(self, message: Leaving) -> None:
        session = message.session
        self._writing, self._is_answer_wanted = message, True
        timer = self.set_timer(_LONG_SECONDS, self._tell_slow)
        try:
            if session is self.session:
                await self.stop()
            settings = self.services.settings.current
            text = written(session, settings, message.text, message.pasted)
            await self.services.chats.send(session, text, message.pictures)
        except AppError as error:
            self.give_back(message)
            self.fail(error)
            return
        finally:
            timer.stop()
            self._writing, self._is_slow = None, False
            self.update_hint()
        self.attaching.gone(message)
        self._show_sent(session)

    def _show_sent(self, session: ChatSession) -> None:
        if session is not self.session:
            self.notify("The message is in the chat it was written in", markup=False)
            return
        if self.composer.draft:
            self.note_soon()
        self.transcript.sync()
        self.transcript.action_scroll_end()
        self.update_hint()
        if self._is_answer_wanted:
            self.reply()

    def _tell_slow(self) -> None:
        self._is_slow = True
        self.update_hint()

    def writes(self) -> str:
        """Say which message takes long to get to the disk; empty: none."""
        if self._writing is None or not self._is_slow:
            return ""
        words = clean_line(self._writing.text, _WORDS) or "a picture"
        return f"“{words}” waits for the disk: another program may hold the chats' file"

    def want_no_answer(self) -> None:
        """Esc was pressed: a message that is being written is kept, and nobody answers it."""
        self._is_answer_wanted = False

    async def stop(self) -> None:
        """Stop the reply and wait until its part is kept."""
        await self.replying.stop()

    def reply(self) -> None:
        """Ask for an answer."""
