"""Programs that will be killed: forked, so that none of them has to import anything first."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import traceback
from collections.abc import Callable
from pathlib import Path

_SIZE = struct.pack("HHHH", 24, 80, 0, 0)
_ANSWERS = (
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[6n", b"\x1b[1;3R"),
)


class Victim:
    """A process with a home of its own, and its terminal where it has one.

    Args:
        home: Becomes `SALON_HOME`; what the process prints goes into `said` in it.
        work: What it does; its result is the exit code.
        in_terminal: Give it a pseudo-terminal of 80x24.
    """

    def __init__(self, home: Path, work: Callable[[], int], *, in_terminal: bool = False) -> None:
        self.home = home
        self.began = time.monotonic()
        self.killed = 0.0
        """When, on the kernel's monotonic clock; 0 while it lives or when it ended by itself."""
        self.code: int | None = None
        """Its exit code, where it ended by itself before it could be killed."""
        self.drawn = b""
        self._terminal: int | None = None
        if in_terminal:
            self.pid, self._terminal = pty.fork()
        else:
            self.pid = os.fork()
        if self.pid == 0:
            self._become(work, in_terminal=in_terminal)
        if self._terminal is not None:
            fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, _SIZE)
            os.set_blocking(self._terminal, False)

    def _become(self, work: Callable[[], int], *, in_terminal: bool) -> None:
        """Never returns: the child has nothing to do in the harness's own code."""
        code = 70
        try:
            os.environ["SALON_HOME"] = str(self.home)
            if in_terminal:
                os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
                fcntl.ioctl(0, termios.TIOCSWINSZ, _SIZE)
                # Those of the harness may be pipes, or another terminal.
                sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
                sys.stderr = os.fdopen(2, "w")
                for name in ("stdin", "stdout", "stderr"):
                    setattr(sys, f"__{name}__", getattr(sys, name))  # where Textual looks
            else:
                os.setsid()
                said = os.open(self.home / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                os.dup2(said, 1)
                os.dup2(said, 2)
                sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            code = work()
            sys.stdout.flush()
        except BaseException:  # noqa: BLE001 - whatever it is, it must not run on in the harness
            traceback.print_exc()
        finally:
            os._exit(code)

    def type(self, keys: str) -> None:
        """Type into its terminal."""
        if self._terminal is not None:
            with contextlib.suppress(OSError):
                os.write(self._terminal, keys.encode())

    def listen(self) -> None:
        """Take in what it drew, and answer what it asked of the terminal."""
        if self._terminal is None:
            return
        with contextlib.suppress(OSError):
            while select.select([self._terminal], [], [], 0)[0]:
                data = os.read(self._terminal, 1 << 16)
                if not data:
                    return
                self.drawn += data
                for question, answer in _ANSWERS:
                    os.write(self._terminal, answer * data.count(question))

    def ended(self) -> bool:
        """Whether it is gone by itself."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
                self._hang_up()
        return self.code is not None

    def kill(self) -> None:
        """End it as no program can prevent."""
        if self.killed or self.ended():
            return
        self.listen()
        os.kill(self.pid, signal.SIGKILL)
        self.killed = time.monotonic()
        os.waitpid(self.pid, 0)
        self._hang_up()

    def _hang_up(self) -> None:
        if self._terminal is not None:
            os.close(self._terminal)
            self._terminal = None

    @property
    def said(self) -> str:
        """What it printed, where it had no terminal."""
        try:
            return (self.home / "said").read_text(errors="replace")
        except FileNotFoundError:
            return ""
