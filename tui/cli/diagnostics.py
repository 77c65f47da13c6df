"""From an error to one line on stderr and an exit code."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys

from tui.domain.errors import AppError, CommandError, ConfigError
from tui.domain.safetext import clean_line

FAILED, USAGE = 1, 2
logger = logging.getLogger(__name__)


def report(error: Exception) -> int:
    """Say what happened and give the exit code.

    Anything but an `AppError` and a full disk is a mistake of ours: its traceback goes to the log.
    """
    if isinstance(error, AppError):
        from tui.cli.advice import for_shell

        _say(for_shell(error).line())
        return USAGE if isinstance(error, CommandError | ConfigError) else FAILED
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        _drop_output()
        _say("there is no space left to write what was asked for: make room, then do it again")
        return FAILED
    from tui.cli import logs
    from tui.paths import find

    logs.start(find().log)
    logger.error("unexpected error", exc_info=error)
    where = logs.written_to()
    hint = f"; details are in {where}" if where else ""
    _say(f"unexpected: {type(error).__name__}: {logs.redact(str(error))}{hint}")
    return FAILED


def hung_up() -> int:
    """Leave quietly when whoever read our output has gone.

    Returns:
        0: the reader had what it wanted.
    """
    _drop_output()
    return 0


def _drop_output() -> None:
    """Let what stdout still holds go nowhere: Python would try it again at the end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    with contextlib.suppress(OSError):
        print(f"salon: {clean_line(text)}", file=sys.stderr, flush=True)
