"""What the command line prints: data to stdout, everything else to stderr."""

from __future__ import annotations

import io
import shutil
import sys
import time
from typing import TextIO

from tui.domain.errors import StorageError
from tui.domain.generation import Progress
from tui.domain.safetext import clean_line

_FRAME = 0.1
"""Seconds between two drawings of the progress line."""
_BAR = 20


class Console:
    """Prints lines; a line of progress is drawn only where stderr is a terminal."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        if isinstance(
            self._out, io.TextIOWrapper
        ):  # a caption the locale cannot spell must not fail
            self._out.reconfigure(errors="backslashreplace")
        self._live = self._err.isatty()
        self._drawn = 0
        self._last = 0.0
        self._began: tuple[str, float, float] = ("", 0.0, 0.0)

    def data(self, line: str) -> None:
        """Print one line of data at once, so that a reader of the pipe gets it.

        Raises:
            BrokenPipeError: There is no reader any more.
            StorageError: It cannot be written, on a full disk say.
        """
        self._clear()
        try:
            print(line, file=self._out, flush=True)
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise StorageError("the result cannot be written", hint=reason) from error

    def say(self, text: str) -> None:
        """Tell the person one line."""
        self._clear()
        print(f"salon: {clean_line(text)}", file=self._err, flush=True)

    def beep(self) -> None:
        """Let the terminal's bell sound, where stderr is one."""
        if self._live:
            print("\a", end="", file=self._err, flush=True)

    def progress(self, event: Progress | None) -> None:
        """Draw what is going on; None takes the line away."""
        if not self._live:
            return
        if event is None:
            self._clear()
            return
        now = time.monotonic()
        if self._began[0] != event.label:
            self._began = (event.label, now, event.done)
        elif now - self._last < _FRAME:
            return
        self._last = now
        _, began, before = self._began
        line = describe(event, now - began, before)
        room = shutil.get_terminal_size().columns - 1
        self._draw(clean_line(line, max(room, 10)))

    def _draw(self, line: str) -> None:
        gap = " " * max(0, self._drawn - len(line))
        print(f"\r{line}{gap}", end="", file=self._err, flush=True)
        self._drawn = len(line)

    def _clear(self) -> None:
        if self._drawn:
            self._draw("")
            print("\r", end="", file=self._err, flush=True)
            self._drawn = 0


def describe(event: Progress, seconds: float, before: float = 0.0) -> str:
    """A line about work.

    Args:
        event: How far it is.
        seconds: How long it has been going on.
        before: How far it was when it began: a download goes on where it stopped.
    """
    if event.unit != "bytes":
        if event.total:
            return f"{event.label} {event.done / event.total:.0%}"
        return event.label
    amount = f"{event.done / 1e6:.1f} MB"
    bar = ""
    if event.total:
        share = min(1.0, event.done / event.total)
        full = round(share * _BAR)
        bar = f"[{'#' * full}{'.' * (_BAR - full)}] {share:.0%} "
        amount = f"{event.done / 1e6:.1f} of {event.total / 1e6:.1f} MB"
    speed = f" at {(event.done - before) / seconds / 1e6:.1f} MB/s" if seconds > 0.5 else ""
    return f"{event.label} {bar}{amount}{speed}"
