"""A process that does nothing but outlive Salon, to give the terminal back when Salon cannot.

SIGKILL, the kernel when memory runs out, or a fault in a library written in C end a process
without a word: its terminal stays on the other screen, mute, and every move of the mouse types
something. So a copy of this process, made while little is loaded, waits on a pipe that nobody but
Salon holds. The kernel closes that before it tells the shell of the end; whether the terminal was
Salon's by then is what came through it last.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tui.ui.terminal import early_signals

if sys.platform != "win32":
    import termios

_MINE, _GIVEN_BACK = b"+", b"-"
_RESTORE = (
    # Whatever was cut off ends first: a string of pixels, a frame that waits for its last line.
    b"\x18\x1b\\\x1b[?2026l"
    b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2048l\x1b[?2004l\x1b[?1004l"
    b"\x1b[<u\x1b[0m\x1b[?7h\x1b[?1049l\x1b[?25h"
)
_NAME = b"terminal-guardian"
_ARGUMENTS = (45, 46)
"""Where the addresses of a process' command line stand in its `stat`, behind its name: proc(5)."""
_OPEN = 256
"""File descriptors that may be open at the start: those that a shell hands on have low numbers."""
_pipe: int | None = None
_between: int | None = None
"""The process that started the guardian, until its end was seen."""


def post(screen: int, before: list[Any] | None, sentence: str) -> None:
    """Start the guardian; call it while there is one thread, and little in memory.

    Args:
        screen: File descriptor of the terminal.
        before: How its lines were set before the first frame; None: there is none, they are so.
        sentence: What it says after it had to act.
    """
    global _between, _pipe  # noqa: PLW0603 - a process has one terminal
    if sys.platform == "win32" or not os.isatty(screen):
        return
    reading, writing = os.pipe()
    try:
        _between = os.fork()
    except OSError:
        # No room for a process: then there is no guardian.
        os.close(reading)
        os.close(writing)
        return
    if _between == 0:
        _become_one(reading, screen, (before, sentence))
    os.close(reading)
    _pipe = writing
    if before is not None:
        _tell(_MINE)


def take() -> None:
    """The terminal is Salon's from now on."""
    global _between  # noqa: PLW0603 - as above
    if _between is not None:
        with contextlib.suppress(ChildProcessError):  # where the ends of children are ignored
            os.waitpid(_between, 0)
        _between = None
    _tell(_MINE)


def give_back() -> None:
    """The terminal was given back, or is somebody else's for a while."""
    _tell(_GIVEN_BACK)


def _tell(what: bytes) -> None:
    if _pipe is None:
        return
    try:
        os.write(_pipe, what)
    except OSError:
        # Somebody ended it; then there is no guardian.
        return


def _become_one(reading: int, screen: int, knowing: tuple[Any, str]) -> None:
    """Live and end as the guardian; nothing of Salon's is run, whatever happens."""
    try:
        # Not a child of Salon's, which are those that work; and no signal of the terminal's.
        if os.fork():
            os._exit(0)
        _keep_open(reading, screen)
        os.setsid()
        for number in early_signals.numbers():
            signal.signal(number, signal.SIG_IGN)
        _rename()
        _watch(reading, screen, *knowing)
    finally:
        os._exit(0)


def _keep_open(*needed: int) -> None:
    """Close all others: somebody may wait for the end of a pipe or a lock that Salon was given."""
    after = 0
    for each in (*sorted(needed), _OPEN):
        os.closerange(after, each)
        after = each + 1


def _rename() -> None:
    """Be no Salon to `pkill`, which ends all that are called so; only Linux lets a process."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        Path("/proc/self/comm").write_bytes(_NAME[:15])
        told = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
        start, end = (int(told[at]) for at in _ARGUMENTS)
        memory = os.open("/proc/self/mem", os.O_WRONLY)
        # The last byte stays 0: otherwise what stands behind it would count, too.
        os.pwrite(memory, _NAME[: end - start - 1].ljust(end - start, b"\0"), start)
        os.close(memory)


def _watch(reading: int, screen: int, before: list[Any] | None, sentence: str) -> None:
    before = before or termios.tcgetattr(screen)
    last, own = _GIVEN_BACK, before
    while told := os.read(reading, 64):
        last = told[-1:]
        own = termios.tcgetattr(screen)
    if last == _GIVEN_BACK:
        return
    # What was typed for Salon is no command for the shell.
    termios.tcflush(screen, termios.TCIFLUSH)
    os.write(screen, _RESTORE)
    # A shell that was faster has set its lines as it wants them.
    if termios.tcgetattr(screen) == own:
        termios.tcsetattr(screen, termios.TCSANOW, before)
    os.write(screen, f"{sentence}\r\n".encode())
