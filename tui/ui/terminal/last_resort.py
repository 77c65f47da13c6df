"""The process ends, also when one of its threads never comes back from the disk."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

SECONDS = 3.0
"""How long the rest of the end may take; nothing is left to be kept by then."""


def begin(code: int, last_words: str, restore: Callable[[], None]) -> None:
    """Give the process that long; then it ends, whatever it is at.

    Python waits at its end for every thread of a pool: for one that hangs, for ever. Where the app
    has not left the terminal by then, the guardian gives it back.

    Args:
        code: The process's exit code.
        last_words: A line for the terminal; empty for none.
        restore: Sets the terminal's lines as they were found.
    """
    arguments = (code, last_words, restore)
    threading.Thread(target=_end, args=arguments, name="last-resort", daemon=True).start()


def _end(code: int, last_words: str, restore: Callable[[], None]) -> None:
    time.sleep(SECONDS)
    try:
        restore()
        if last_words and sys.__stderr__ is not None:
            # What the app writes to, while descriptor 2 is a file for what libraries write.
            print(last_words, file=sys.__stderr__, flush=True)
    finally:
        os._exit(code)
