"""A program in a pseudo-terminal of 120x40 and what it wrote when. Linux only.

What a plain modern terminal answers is answered at once, so that no program waits. The screen is
emulated while something is waited for at rest; what comes while a reply streams is kept and looked
at afterwards, so that the emulator takes nothing from the program.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bench import process
from bench.screen import COLUMNS, ROWS, Screen, first_seen

KEYS = [
    chr(code) for code in (*range(0x0430, 0x0450), *range(0x0410, 0x0430), *range(0x10D0, 0x10F1))
]
"""Letters that no program writes by itself."""
LONGEST = 60.0
"""Seconds until a text that does not come is given up."""
_QUESTION = re.compile(
    rb"\x1b\[0?c|\x1b\[>0?c|\x1b\[[56]n|\x1b\[\?\d+\$p|\x1b\[1[468]t|\x1b\[>0?q"
    rb"|\x1b\]1[012];\?(?:\x07|\x1b\\)|\x1b\]4;\d+;\?(?:\x07|\x1b\\)|\x1bP\+q[0-9A-Fa-f;]*\x1b\\"
)
_LONGEST_QUESTION = 64


class Gone(Exception):
    """The program ended, or never showed what was waited for."""


class Session:
    """A running program; use it with `with`."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        self.pieces: list[tuple[float, bytes]] = []
        self.screen = Screen()
        self._shown = 0
        self._asked = b""
        self._fd, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 1200, 800))
        quiet = termios.tcgetattr(inner)
        quiet[3] &= ~(
            termios.ECHO | termios.ECHONL
        )  # keys typed too early are not drawn by the tty
        termios.tcsetattr(inner, termios.TCSANOW, quiet)
        self.began = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            _become(argv, environ, folder, inner)
        os.close(inner)
        os.set_blocking(self._fd, False)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        for pid in reversed(process.tree(self.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)

    def send(self, keys: str) -> float:
        """Type; returns when."""
        at, data = time.monotonic(), keys.encode()
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                self.read(0.01)
            except OSError as error:
                raise Gone("the program ended") from error
        return at

    def read(self, seconds: float) -> bool:
        """Wait for output at most so long; False when none came."""
        if not select.select([self._fd], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError as error:
            raise Gone(f"the program ended: {self.screen.text().strip()[-500:]}") from error
        self.pieces.append((time.monotonic(), data))
        self._answer(data)
        return True

    def rest(self, seconds: float) -> None:
        """Read on for a while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def settle(self, quiet: float = 0.6, longest: float = 10.0) -> None:
        """Read until nothing larger than a blinking cursor came for so many seconds."""
        last = time.monotonic()
        end = last + longest
        while (now := time.monotonic()) < end and now - last < quiet:
            if self.read(0.05) and len(self.pieces[-1][1]) > 400:
                last = self.pieces[-1][0]

    def look(self) -> Screen:
        """The screen with all in it that was read."""
        while self._shown < len(self.pieces):
            self._show()
        return self.screen

    def wait_for(self, pattern: str, longest: float = LONGEST) -> float:
        """Time at which a pattern was visible on the screen."""
        wanted, end = re.compile(pattern, re.DOTALL), time.monotonic() + longest
        while True:
            while self._shown < len(self.pieces):
                at = self._show()
                if not self.screen.in_update and wanted.search(self.screen.text()):
                    return at
            if not self.read(0.05) and time.monotonic() > end:
                raise Gone(f"{pattern!r} was never shown:\n{self.screen.text()}")

    def wait_for_bytes(self, text: str, longest: float, since: int) -> float | None:
        """Time of the read that brought a text, without looking at the screen."""
        wanted, end, tail, at = text.encode(), time.monotonic() + longest, b"", since
        while True:
            while at < len(self.pieces):
                when, data = self.pieces[at]
                at += 1
                if wanted in tail + data:
                    return when
                tail = (tail + data)[1 - len(wanted) :] if len(wanted) > 1 else b""
            left = end - time.monotonic()
            if left <= 0:
                return None
            self.read(min(0.2, left))

    def echo(self, longest: float = LONGEST) -> float:
        """Type a letter each tenth of a second until one is drawn; when that was."""
        start, end = len(self.pieces), time.monotonic() + longest
        sent: list[str] = []
        for key in KEYS * 10:
            self.send(key)
            sent.append(key)
            stop = time.monotonic() + 0.1
            while (left := stop - time.monotonic()) > 0:
                self.read(left)
                for each in sent:
                    at = self.wait_for_bytes(each, 0, start)
                    if at is not None:
                        return at
            if time.monotonic() > end:
                break
        raise Gone("no key was echoed")

    def seen_since(
        self, start: int, wanted: re.Pattern[str]
    ) -> tuple[dict[str, float], list[float]]:
        """Replay what came since piece `start`, which must not have been shown yet."""
        while self._shown < start:
            self._show()
        pieces, self._shown = self.pieces[start:], len(self.pieces)
        return first_seen(self.screen, pieces, wanted)

    def written_since(self, start: int) -> int:
        """Bytes to the terminal."""
        return sum(len(data) for _, data in self.pieces[start:])

    def cpu(self) -> float:
        """Seconds of CPU that the program and its children have used."""
        return process.cpu(self.pid)

    def memory(self) -> float:
        """Megabytes that the program and its children hold."""
        return process.memory(self.pid)

    def _show(self) -> float:
        at, data = self.pieces[self._shown]
        self._shown += 1
        self.screen.feed(data)
        return at

    def _answer(self, data: bytes) -> None:
        asked, end = self._asked + data, 0
        for found in _QUESTION.finditer(asked):
            end = found.end()
            self.send(self._answer_to(found.group().decode()))
        rest = asked[end:]
        at = rest.rfind(b"\x1b")
        self._asked = rest[at:] if at >= 0 and len(rest) - at < _LONGEST_QUESTION else b""

    def _answer_to(self, question: str) -> str:
        plain = {
            "c": "\x1b[?62;22c",
            "0c": "\x1b[?62;22c",
            "5n": "\x1b[0n",
            "14t": "\x1b[4;800;1200t",
            "16t": "\x1b[6;20;10t",
            "18t": f"\x1b[8;{ROWS};{COLUMNS}t",
        }
        body = question[2:]
        if body in plain:
            return plain[body]
        if body == "6n":
            screen = self.look()
            return f"\x1b[{screen.y + 1};{min(screen.x, COLUMNS - 1) + 1}R"
        if body.endswith("$p"):
            mode = body[1:-2]
            return f"\x1b[?{mode};{2 if mode == '2026' else 0}$y"
        if question.startswith("\x1b]"):
            which = body.split(";?")[0]
            colour = "0000/0000/0000" if which == "11" else "d0d0/d0d0/d0d0"
            return f"\x1b]{which};rgb:{colour}\x1b\\"
        if question.startswith("\x1bP"):
            return "\x1bP0+r\x1b\\"
        return "\x1b[>1;10;0c" if body.endswith("c") else "\x1bP>|bench 1\x1b\\"


def _become(argv: Sequence[str], environ: Mapping[str, str], folder: Path, inner: int) -> None:
    """In the child: take the terminal and turn into the program."""
    try:
        os.setsid()
        fcntl.ioctl(inner, termios.TIOCSCTTY, 0)
        for number in (0, 1, 2):
            os.dup2(inner, number)
        os.closerange(3, 256)
        os.chdir(folder)
        os.execvpe(argv[0], list(argv), dict(environ))
    except OSError as error:
        os.write(2, f"{argv[0]}: {error}\r\n".encode())
    finally:
        os._exit(127)
