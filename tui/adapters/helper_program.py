"""Runs the small programs through which a clipboard is read."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from tui.domain.errors import ClipboardError

LARGEST = 64 * 1024 * 1024
"""Bytes; a program that gives more is stopped."""

Run: TypeAlias = Callable[[Sequence[str], float], Awaitable[bytes]]
"""Runs a program for at most so many seconds and gives what it wrote; nothing when it failed.

Raises ClipboardError: it hangs, gives too much, or is not there.
"""


async def run(command: Sequence[str], seconds: float) -> bytes:
    """Run a program without a shell and give what it wrote; see `Run`."""
    name = command[0]
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise ClipboardError(f"{name} cannot be run", hint=f"is {name} installed?") from error
    assert process.stdout is not None
    written = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while chunk := await process.stdout.read(1 << 16):
                written += chunk
                if len(written) > LARGEST:
                    raise ClipboardError(
                        f"what is on the clipboard is larger than {LARGEST // 1_000_000} MB",
                        hint="save it as a file and attach that",
                    )
            status = await process.wait()
    except TimeoutError as error:
        raise ClipboardError(
            f"{name} gave no answer within {seconds:g} s",
            hint="the program that was copied from may hang; copy again",
        ) from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return bytes(written) if status == 0 else b""
