"""What is done when the app ends, whichever way it does."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

from textual.app import App
from textual.worker import WorkerCancelled, WorkerFailed

from tui.domain.errors import AppError, StorageError
from tui.ui.terminal import signals

if TYPE_CHECKING:
    from tui.services import Services
    from tui.ui.chat.screen import ChatScreen

logger = logging.getLogger(__name__)

SECONDS = 5.0
"""How long keeping everything may take; a write that another program holds up takes as long."""


async def leave(app: App[None], chat: ChatScreen, save: Callable[[], Awaitable[None]]) -> None:
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


async def keep_everything(app: App[None], chat: ChatScreen | None, services: Services) -> None:
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
