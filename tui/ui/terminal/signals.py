"""Signals end the app as a key would: saved, and with the terminal as it was."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App

from tui.ui.terminal import early_signals

_log = logging.getLogger(__name__)

SAVE_SECONDS = 3.0
"""How long saving may take; whoever sent the signal will not wait for ever."""


def install(app: App[Any], save: Callable[[], Awaitable[None]] | None = None) -> None:
    """Listen for signals; call it while the app's loop runs.

    Not with the loop's own means: it would take them away as it closes, and a second signal would
    then kill. These stay until `early_signals` has others.

    Args:
        app: Left with return code 128 + the signal's number.
        save: Awaited first; what it raises is logged. None when nothing is to be saved.
    """
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[None]] = set()

    def stop(number: int) -> None:
        if running:
            # A terminal that closes sends several; saving has an end of its own.
            return
        task = loop.create_task(_leave(app, number, save))
        running.add(task)

    early_signals.answer_with(lambda number, _: loop.call_soon_threadsafe(stop, number))
    if early_signals.noted:
        loop.call_soon(stop, early_signals.noted[0])
        early_signals.noted.clear()


async def _leave(app: App[Any], number: int, save: Callable[[], Awaitable[None]] | None) -> None:
    if save is not None:
        await in_time(save)
    app.exit(return_code=128 + number)


async def in_time(save: Callable[[], Awaitable[None]]) -> None:
    """Save, but neither for ever nor at any price: what it raises is logged."""
    try:
        await within(save, SAVE_SECONDS)
    except Exception:  # noqa: BLE001 - a failed save must not keep the app from ending
        _log.exception("not everything was saved")


async def within(save: Callable[[], Awaitable[None]], seconds: float) -> bool:
    """Save; whether it was done in time. What is late is left to itself, and not called off.

    Called off, it would only go on to what it does next, which may hang as well.
    """
    saving = asyncio.ensure_future(save())
    await asyncio.wait({saving}, timeout=seconds)
    if saving.done():
        saving.result()
        return True
    _log.error("saving took longer than %s seconds, and was not waited for", seconds)
    return False
