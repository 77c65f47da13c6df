"""Signals end the app as a key would: saved, and with the terminal as it was."""

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
_early: list[int] = []
"""Signals that came while nobody could act on them."""


def hold() -> None:
    """Only note signals from now on: the first one is acted on by `install`, later ones by nobody.

    For the moments in which the app takes the terminal over, and gives it back.
    """
    for number in _numbers():
        # Not to be had outside the main thread, as in tests.
        with contextlib.suppress(ValueError):
            signal.signal(number, lambda got, _frame: _early.append(got))


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
            # A terminal that closes sends several; saving has an end of its own.
            return
        task = loop.create_task(_leave(app, number, save))
        running.add(task)

    for number in _numbers():
        # Not to be had on Windows, nor outside the main thread, as in tests.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop, number)
    if _early:
        loop.call_soon(stop, _early[0])
        _early.clear()


def _numbers() -> list[int]:
    found = [getattr(signal, name, None) for name in _NAMES]
    return [int(number) for number in found if number is not None]


async def _leave(app: App[Any], number: int, save: Callable[[], Awaitable[None]] | None) -> None:
    if save is not None:
        await in_time(save)
    app.exit(return_code=128 + number)


async def in_time(save: Callable[[], Awaitable[None]]) -> None:
    """Save, but neither for ever nor at any price: what it raises is logged."""
    try:
        async with asyncio.timeout(SAVE_SECONDS):
            await save()
    except Exception:  # noqa: BLE001 - a failed save must not keep the app from ending
        _log.exception("not everything was saved")
