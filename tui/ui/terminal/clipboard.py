"""Copying out of the app: through the terminal, and through the system where there is a way.

OSC 52 works over ssh, but some terminals refuse it; the desktop's own programs work only on the
machine itself. Both are tried, and it counts as copied when either did.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import Any

from textual.app import App

from tui.ui.terminal.clipboard_program import system_command

SECONDS = 2.0
LARGEST_OSC52 = 74_000
"""Characters; terminals and tmux cut longer ones off."""


async def copy(app: App[Any], text: str) -> bool:
    """Copy a text to the clipboard.

    Returns:
        Whether it surely arrived: a program of the system took it. Otherwise the terminal was
        asked, which gives no answer.
    """
    if len(text) <= LARGEST_OSC52:
        app.copy_to_clipboard(text)
    command = system_command(os.environ)
    return command is not None and await _run(command, text.encode())


async def _run(command: list[str], data: bytes) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            # These programs stay behind to serve the clipboard: they must not hold our streams.
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(SECONDS):
            await process.communicate(data)
    except TimeoutError:
        return False
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return process.returncode == 0
