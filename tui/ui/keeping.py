"""What is done when the app ends, whichever way it does, and the keys that end it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from textual.app import App
from textual.worker import WorkerCancelled, WorkerFailed

from tui.domain.errors import AppError, StorageError
from tui.ui.terminal import clipboard, early_signals, signals
from tui.ui.toasts import Toasting

if TYPE_CHECKING:
    from tui.services import Services
    from tui.ui.chat.screen import ChatScreen
    from tui.ui.graphics.easel import Easel

logger = logging.getLogger(__name__)
T = TypeVar("T")

OPENING_SECONDS = 1.0
"""How long the chats may take to open once somebody wants the app to end."""
SECONDS = 5.0
"""How long keeping everything may take; a write that another program holds up takes as long."""
TWICE_SECONDS = 2.0
"""How long Ctrl+C once more means that the app shall end."""


class Keeping(Toasting):
    """An app that ends when everything is kept.

    Its own class provides `services`, `easel`, and `chat` once there is one.
    """

    services: Services
    easel: Easel
    chat: ChatScreen

    def __init__(self) -> None:
        super().__init__()
        self._leaving = False
        self._is_saved = False
        self._ctrl_c_leaves_until = 0.0
        self.beginning: Callable[[], object] = lambda: None
        """Called as it is mounted, when the loop runs."""
        self.ending: Callable[[], object] = lambda: None
        """Called last, before the terminal is given back."""

    async def action_copy_or_leave(self) -> None:
        """Copy what is selected; with nothing selected, twice in a row leaves."""
        selected = self.screen.get_selected_text()
        if selected:
            await clipboard.copy(self, selected)
            self.screen.clear_selection()
        elif monotonic() < self._ctrl_c_leaves_until:
            await self.action_leave()
        else:
            self._ctrl_c_leaves_until = monotonic() + TWICE_SECONDS
            self.notify(
                "Ctrl+C once more quits; Esc stops a reply", markup=False, timeout=TWICE_SECONDS
            )

    async def action_leave(self) -> None:
        """Stop what runs, keep everything, and leave."""
        if self._leaving:
            return
        self._leaving = True
        if await self.chat.may_leave():
            await _leave(self, self.chat, self.save)
        else:
            self._leaving = False

    async def save(self) -> None:
        """Keep everything, and close what holds it."""
        self._is_saved = True
        chat = getattr(self, "chat", None)
        try:
            # What is not on the screen yet holds nothing.
            is_there = chat is not None and chat.is_mounted
            await _keep_everything(self, chat if is_there else None, self.services)
        finally:
            self.easel.close()

    async def _shutdown(self) -> None:
        """Keep what there is after an error too, as long as there are widgets that hold it."""
        if self._exception is not None and not self._is_saved:
            await signals.in_time(self.save)
        self.ending()
        await super()._shutdown()


async def opened(opening: Coroutine[Any, Any, T]) -> T:
    """Wait for what the app begins with; not for ever where a signal asked for its end meanwhile.

    Args:
        opening: Reads the disk.

    Raises:
        StorageError: There was a signal, and no answer.
    """
    task = asyncio.ensure_future(opening)
    while not task.done():
        await asyncio.wait({task}, timeout=OPENING_SECONDS)
        if early_signals.noted and not task.done():
            raise StorageError("the chats on disk: no answer", hint="is the disk there?")
    return task.result()


async def _leave(app: App[None], chat: ChatScreen, save: Callable[[], Awaitable[None]]) -> None:
    """Save and end the app, however long the disk takes.

    Args:
        app: Ended.
        chat: Knows what could not be kept, and is told here.
        save: What keeps everything.
    """
    if not await signals.within(save, SECONDS) and chat.unkept is None:
        chat.unkept = StorageError(
            f"the disk took more than {SECONDS:.0f} seconds",
            hint="what was done last may not be kept",
        )
    app.exit()


async def _keep_everything(app: App[None], chat: ChatScreen | None, services: Services) -> None:
    """Stop what runs, keep the draft, and close everything; each whatever befalls the others.

    Args:
        app: Owns the workers that run commands.
        chat: The chat on the screen; None before there is one.
        services: Closed.
    """
    async with AsyncExitStack() as ending:
        ending.push_async_callback(services.aclose)
        if chat is None:
            return
        ending.push_async_callback(_put_away, chat)
        ending.push_async_callback(chat.attaching.background.aclose)
        ending.push_async_callback(chat.stop)
        ending.push_async_callback(chat.sent)
        # What they hold, such as a message that waits for a caption, goes back into the prompt.
        ending.push_async_callback(_stop_commands, app)


async def _stop_commands(app: App[None]) -> None:
    for running in app.workers.cancel_group(app, "commands"):
        with suppress(WorkerCancelled, WorkerFailed):
            await running.wait()


async def _put_away(chat: ChatScreen) -> None:
    try:
        await chat.put_away()
    except AppError:
        logger.exception("draft not kept")
