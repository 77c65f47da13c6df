"""SIGTERM and SIGHUP end the app as a key would: saved, and with the terminal as it was."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App

_log = logging.getLogger(__name__)

SAVE_SECONDS = 3.0
"""How long saving may take; whoever sent the signal will not wait for ever."""
_NAMES = ("SIGTERM", "SIGHUP", "SIGINT")


def install(app: App[Any], save: Callable[[], Awaitable[None]] | None = None) -> None:
    """Listen for signals; call it while the app's loop runs, in `on_mount`.

    Args:
        app: Left with return code 128 + the signal's number.
        save: Awaited first; what it raises is logged. None when nothing is to be saved.
    """
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[None]] = set()

    def stop(number: int) -> None:
        if running:
            # Sent again: then at once.
            app.exit(return_code=128 + number)
            return
        task = loop.create_task(_leave(app, number, save))
        running.add(task)

    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None:
            # Not to be had on Windows, nor outside the main thread, as in tests.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, stop, int(number))


async def _leave(app: App[Any], number: int, save: Callable[[], Awaitable[None]] | None) -> None:
    try:
        if save is not None:
            async with asyncio.timeout(SAVE_SECONDS):
                await save()
    except Exception:  # noqa: BLE001 - a failed save must not keep the app from ending
        _log.exception("saving failed signal=%d", number)
    finally:
        app.exit(return_code=128 + number)
