"""File descriptor 2 kept away from the screen.

Textual draws on the standard error stream, and libraries written in C print their warnings there,
in the middle of the picture. So Textual gets a copy of the terminal's descriptor, and 2 becomes a
log that only its owner can read.
"""

from __future__ import annotations

import atexit
import contextlib
import faulthandler
import os
import sys
from collections.abc import Callable
from pathlib import Path

_LARGEST = 1_000_000
"""Bytes; a longer log is begun anew."""


def redirect(path: Path) -> Callable[[], None]:
    """Point descriptor 2 at a log and give Textual the terminal; call it before heavy imports.

    Where 2 is not a terminal (`2>file`) it stays as it is, and Textual draws on the terminal of
    the standard output.

    Args:
        path: The log; its folder is made, it gets mode 0600 and is appended to.

    Returns:
        What undoes it; it is also called when the interpreter ends.
    """
    before = sys.__stderr__
    is_terminal = os.isatty(2)
    saved = os.dup(2)
    screen = os.fdopen(os.dup(2 if is_terminal else 1), "w", encoding="utf-8", errors="replace")
    sys.__stderr__ = screen  # type: ignore[misc] # Textual reads just this name
    if is_terminal:
        log = _open(path)
        sys.stderr.flush()
        os.dup2(log, 2)
        os.close(log)
    # A fault in a library leaves there where it was: names of functions, no values.
    faulthandler.enable(2)
    done = False

    def restore() -> None:
        nonlocal done
        if done:
            return
        done = True
        atexit.unregister(restore)
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()
        os.dup2(saved, 2)
        os.close(saved)
        if sys.__stderr__ is screen:
            sys.__stderr__ = before  # type: ignore[misc] # as above
        with contextlib.suppress(OSError, ValueError):
            screen.close()

    atexit.register(restore)
    return restore


def _open(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    # Neither somebody else's file nor the wait for the other end of a pipe.
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = os.open(path, flags, 0o600)
        os.fchmod(log, 0o600)
        if os.fstat(log).st_size > _LARGEST:
            os.ftruncate(log, 0)
    except OSError:
        # Better no log than no app.
        return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    return log
