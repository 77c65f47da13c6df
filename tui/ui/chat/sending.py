"""Messages on their way from the prompt to the disk: one after the other, beside the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from textual import on, work
from textual.message import Message

from tui.domain.errors import AppError
from tui.domain.safetext import clean_line
from tui.services.macro_environment import written
from tui.services.session import ChatSession
from tui.ui.chat.attaching import Leaving
from tui.ui.chat.composer import Composer
from tui.ui.chat.message_keys import MessageKeys
from tui.ui.chat.quick_keys import QuickKeys
from tui.ui.chat.replying import Replying

_LONG_SECONDS = 0.3
"""What is written for longer than this is told of; it takes a thousandth when nothing is amiss."""
_HEARD_SECONDS = 0.5
_AHEAD_SECONDS = 0.5
"""How long what was typed ahead waits for a command; most take a few thousandths of it."""
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
        self._entered: list[asyncio.Event] = []
        """What was entered and is not done with; each is told when it is."""
        self._line: list[Leaving] = []
        """Messages that are being written, or wait for that, in the order of Enter."""
        self._naming: list[Leaving] = []
        """Messages whose pictures are taken in only when it is their turn."""
        self._is_slow = False
        self._is_answer_wanted = True
        self._command_before: MessageKeys.CommandEntered | None = None
        """What the next message may have to wait for, and until when."""
        self._patience_ends = 0.0

    @on(Composer.Submitted)
    def _submitted(self, event: Composer.Submitted) -> None:
        self._is_answer_wanted = True
        if self.is_command(event.typed):
            self._begin(partial(self._command, event.text))
        elif "@" in event.typed:
            named = Leaving(event.text, (), self.session)
            self._naming.append(named)
            self._begin(partial(self._mention, event, named))
        elif event.text.strip() or self.attaching.waiting:
            # At once: the pictures beside the prompt go with this text, not with the next.
            leaving = self._taken(event)
            if leaving is not None:
                self._stand_in_line(leaving)
        elif not self._entered:
            self.entered_nothing()

    @property
    def is_sending(self) -> bool:
        """Whether a message is on its way to the disk."""
        return self._turn.locked()

    def entered_nothing(self) -> None:
        """Enter was pressed on the empty prompt."""

    def _begin(self, what: Callable[[], Coroutine[None, None, None]]) -> asyncio.Event:
        """Do something beside the keys, in its turn; the event is set when it is done."""
        done = asyncio.Event()
        self._entered.append(done)
        self.run_worker(self._do(what, done), group="sending", exit_on_error=False)
        return done

    async def _do(
        self, what: Callable[[], Coroutine[None, None, None]], done: asyncio.Event
    ) -> None:
        try:
            async with self._turn:
                await what()
        finally:
            self._entered.remove(done)
            done.set()

    async def _command(self, text: str) -> None:
        self._command_before = self.CommandEntered(text, restore=True)
        self._patience_ends = asyncio.get_running_loop().time() + _AHEAD_SECONDS
        self.post_message(self._command_before)
        self.note_soon()

    async def _behind_command(self) -> None:
        """Let a command end that was entered just before.

        What follows goes by what it changes, such as who answers, and into the chat that it opens.
        """
        before, self._command_before = self._command_before, None
        is_late = asyncio.get_running_loop().time() >= self._patience_ends
        if before is None or before.done.is_set() or is_late:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._patience_ends):
                # Not the worker: who waits for one and is stopped stops it, too.
                await before.done.wait()
        for each in (*self._line, *self._naming):
            if not each.pictures:  # those have their numbers in the chat they were put into
                each.session = self.session

    async def _mention(self, event: Composer.Submitted, named: Leaving) -> None:
        is_complete = False
        await self._behind_command()
        try:
            is_here = named.session is self.session
            is_complete = is_here and await self.take_mentioned(event.typed)
        finally:
            self._naming = [each for each in self._naming if each is not named]
            # Its pictures came too late when another chat is shown by now.
            if not is_complete or named.session is not self.session:
                self.give_back(named)
                is_complete = False
        leaving = self._taken(event) if is_complete else None
        if leaving is not None:
            self._line.insert(0, leaving)
            await self._deliver(leaving)

    def _stand_in_line(self, message: Leaving) -> asyncio.Event:
        self._line.append(message)
        return self._begin(partial(self._deliver, message))

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
        self._is_answer_wanted = True
        # Not the worker: who waits for one and is stopped stops it, too.
        await self._stand_in_line(message).wait()

    async def sent(self) -> None:
        """Wait until what was entered so far is on the disk, or back in the prompt.

        It is back there, too, when nobody can wait any longer.
        """
        try:
            await self._heard()
            for done in [*self._entered]:
                await done.wait()
        except asyncio.CancelledError:
            while self._line:
                self._come_back(self._line[0])
            raise

    async def _heard(self) -> None:
        """Wait until the keys that came before have come from the prompt to here."""
        heard = asyncio.Event()
        composer = self.composer
        composer.area.call_later(composer.call_later, self.call_later, heard.set)
        with suppress(TimeoutError):
            # After an error nobody may be there to answer.
            await asyncio.wait_for(heard.wait(), _HEARD_SECONDS)

    async def _deliver(self, message: Leaving) -> None:
        if not self._is_in_line(message):
            return  # it came back with the one before it
        await self._behind_command()
        session = message.session
        timer = self.set_timer(_LONG_SECONDS, self._tell_slow)
        try:
            if session is self.session:
                await self.stop()
            settings = self.services.settings.current
            text = written(session, settings, message.text, message.pasted)
            await self.services.chats.send(session, text, message.pictures)
        except Exception as error:
            self._come_back(message)
            if not isinstance(error, AppError):
                raise
            self.fail(error)
            return
        finally:
            timer.stop()
            self._is_slow = False
            self._line = [each for each in self._line if each is not message]
            self.update_hint()
        self.attaching.gone(message)
        self._show_sent(session)

    def _is_in_line(self, message: Leaving) -> bool:
        return any(each is message for each in self._line)

    def _come_back(self, message: Leaving) -> None:
        """Give a message back, and those behind it, which may be about it, in their order."""
        if not self._is_in_line(message):
            return
        session = message.session
        back = [each for each in self._line if each.session is session]
        self._line = [each for each in self._line if each.session is not session]
        for each in reversed(back):
            self.give_back(each)

    def _show_sent(self, session: ChatSession) -> None:
        if session is not self.session:
            self.notify("The message is in the chat it was written in", markup=False)
            return
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
        if not self._line or not self._is_slow:
            return ""
        words = clean_line(self._line[0].text, _WORDS) or "a picture"
        return f"“{words}” waits for the disk: another program may hold the chats' file"

    def want_no_answer(self) -> None:
        """Esc was pressed: a message that is being written is kept, and nobody answers it."""
        self._is_answer_wanted = False

    async def stop(self) -> None:
        """Stop the reply and wait until its part is kept."""
        await self.replying.stop()

    def reply(self) -> None:
        """Ask for an answer."""
