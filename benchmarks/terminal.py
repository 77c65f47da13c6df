"""Runs a program in a pseudo-terminal of 120x40, for the other benchmarks. Linux only.

It answers what a plain modern terminal would answer, keeps what was drawn, and reads the
program's CPU time from the kernel's clock of the process.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZE = struct.pack("HHHH", 40, 120, 0, 0)
ANSWERS = (
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[6n", b"\x1b[1;3R"),
)
LONGEST = 60.0
"""Seconds until a benchmark gives up."""


class Program:
    """A program in a terminal; use it with `with`."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
        self.drawn = b""
        self.began = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, SIZE)
            plain = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
            os.execvpe(argv[0], list(argv), {**os.environ, **plain, **(environ or {})})
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, SIZE)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._fd, keys.encode())

    def read(self, seconds: float) -> bool:
        """Wait for output at most so long; False when none came."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError as error:
            raise SystemExit(f"the program ended: {self.drawn[-500:]!r}") from error
        self.drawn += data
        for question, answer in ANSWERS:
            for _ in range(data.count(question)):
                os.write(self._fd, answer)
        return True

    def wait_for(self, text: str, start: int = 0) -> float:
        """Milliseconds from the start of the program until the text was drawn."""
        wanted, end = text.encode(), time.perf_counter() + LONGEST
        while wanted not in self.drawn[start:]:
            self.read(0.05)
            if time.perf_counter() > end:
                raise SystemExit(f"{text!r} was never drawn")
        return (time.perf_counter() - self.began) * 1000

    def rest(self, seconds: float = 1.0) -> None:
        """Read on for a while."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)

    def cpu(self) -> float:
        """Milliseconds of CPU used so far, from the process's clock."""
        return time.clock_gettime(~self.pid << 3 | 2) * 1000

    def usable(self, ready: str) -> float:
        """Milliseconds until a key typed after `ready` was drawn is drawn itself."""
        self.wait_for(ready)
        for key in "ЖЩЫЭЮФЦЯ":
            start = len(self.drawn)
            self.send(key)
            end = time.perf_counter() + 0.1
            while time.perf_counter() < end:
                self.read(0.02)
                if key.encode() in self.drawn[start:]:
                    return (time.perf_counter() - self.began) * 1000
        raise SystemExit("no key was echoed")


def python(*arguments: str) -> list[str]:
    """A command line of this very Python."""
    return [sys.executable, *arguments]


def home(url: str = "http://127.0.0.1:9/v1") -> tempfile.TemporaryDirectory[str]:
    """Make a folder for Salon with a connection in it, whose name shows that the app is ready."""
    folder: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory()
    config = Path(folder.name) / "config"
    config.mkdir()
    (config / "config.yaml").write_text(
        f"connections:\n  bench:\n    provider: custom\n    url: {url}\n    model: benched\n"
        "chat:\n  connection: bench\n"
    )
    return folder


READY = "benched"
