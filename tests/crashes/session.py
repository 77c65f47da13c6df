"""The whole program in a pseudo terminal, for tests that end it in bad ways."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.fakes.servers import Answerer, FakeServer, Reply

LONGEST = 20.0
"""Seconds that anything may take on a busy machine."""
QUIET = "ui: {probe_local_servers: false}\n"
ANSWERS = (
    (b"\x1b[6n", b"\x1b[1;3R"),
    (b"\x1b[>q", b"\x1bP>|fake(1.0)\x1b\\"),
    (b"\x1b[16t", b"\x1b[6;17;8t"),
    (b"\x1b[c", b"\x1b[?62;4c"),
)
PROMPT = "Write a message"


class Session:
    """Salon in a terminal of its own, which answers and keeps what is written to it.

    Args:
        home: Salon's folder.
        fault: What shall go wrong: a name in `faulty.FAULTS`; empty: nothing.
        settings: Put into its `config.yaml`; empty: what is there stays.
        owned: Whether the terminal is its own, so that the kernel tells it of the end.
        term: What the terminal is called.
    """

    def __init__(
        self,
        home: Path,
        fault: str = "",
        settings: str = "",
        *,
        owned: bool = True,
        term: str = "xterm-256color",
    ) -> None:
        if settings or not home.exists():
            configure(home, settings)
        self.home = home
        self.outer, self.inner = pty.openpty()
        fcntl.ioctl(self.inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(self.inner)
        self.written = b""
        self._has_terminal = True
        self._answers = True
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crashes.faulty"],
            stdin=self.inner,
            stdout=self.inner,
            stderr=self.inner,
            env={**os.environ, "TERM": term, "SALON_HOME": str(home), "FAULT": fault},
            start_new_session=True,
            preexec_fn=_own_terminal if owned else None,  # noqa: PLW1509 - no threads are alive in this child
        )

    # The terminal

    def pump(self, seconds: float = 0.05) -> None:
        """Read what came and answer it."""
        if not select.select([self.outer], [], [], seconds)[0]:
            return
        try:
            new = os.read(self.outer, 65536)
        except OSError:
            return
        self.written += new
        for question, answer in ANSWERS:
            if self._answers and question in new:
                self.type(answer * new.count(question))

    def type(self, data: bytes) -> None:
        os.write(self.outer, data)

    @property
    def shown(self) -> str:
        """All that was written, without what moves and colours it."""
        return _plain(self.written)

    def until(self, text: str, seconds: float = LONGEST) -> None:
        """Wait until something was written."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < end, f"never saw {text!r}: {self.shown[-1500:]}"
            self.pump()

    def ready(self, draft: str = "a draft") -> None:
        """Wait until the prompt takes what is typed."""
        self.started()
        self.type(draft.encode())
        self.until(draft)

    def started(self) -> None:
        """Wait until its first frame is there: from then on the terminal echoes nothing."""
        end = time.monotonic() + LONGEST
        while b"\x1b[?1049h" not in self.written:
            assert time.monotonic() < end, "it never began"
            self.pump(0.005)

    def hang_up(self) -> None:
        """Close the terminal's window."""
        self._has_terminal = False
        os.close(self.inner)
        os.close(self.outer)

    # The process

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self, number: int) -> None:
        """End it without a word; nothing is answered from then on: nobody is there to read it."""
        self._answers = False
        self.send(number)

    def until_stopped(self) -> None:
        """Wait until it stands still, as after Ctrl+Z."""
        end = time.monotonic() + LONGEST
        status = Path(f"/proc/{self.process.pid}/stat")
        while status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "T":
            assert time.monotonic() < end, "it does not stop"
            self.pump()
        self.pump(0)

    def wait(self, seconds: float = LONGEST, *, read: bool = True) -> int:
        """Wait for its end and give the exit code; the terminal may stop reading."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it does not end: {self.shown[-1500:]}"
            if read and self._has_terminal:
                self.pump()
            else:
                time.sleep(0.02)
        if read and self._has_terminal:
            self.pump(0)
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self._has_terminal:
            os.close(self.outer)
            os.close(self.inner)

    # What is left

    @property
    def is_unread(self) -> bool:
        """Whether something typed waits for whoever reads the terminal next, as a shell does."""
        return bool(select.select([self.inner], [], [], 0)[0])

    @property
    def is_restored(self) -> bool:
        """Whether the terminal is as it was found: no other screen, no mouse, its own lines."""
        pairs = [(b"\x1b[?%dh" % mode, b"\x1b[?%dl" % mode) for mode in (1049, 1003, 2004, 1004)]
        ended = all(self.written.rfind(on) <= self.written.rfind(off) for on, off in pairs)
        cursor = self.written.rfind(b"\x1b[?25h") >= self.written.rfind(b"\x1b[?25l")
        return ended and cursor and termios.tcgetattr(self.inner) == self.before

    @property
    def afterwards(self) -> str:
        """What stands on the terminal below the command, once the app has left its screen."""
        return _plain(self.written.rpartition(b"\x1b[?1049l")[2]).strip()

    @property
    def log(self) -> str:
        file = self.home / "state" / "salon.log"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def rows(self, query: str) -> list[tuple[str, ...]]:
        """Ask the database that it left."""
        with closing(sqlite3.connect(self.home / "data" / "chats.db")) as database:
            return list(database.execute(query))

    @property
    def drafts(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT draft FROM chats WHERE draft != ''")]


def configure(home: Path, settings: str = "") -> None:
    """Write the settings as Salon does: for nobody else to read."""
    for folder in (home, home / "config"):
        folder.mkdir(exist_ok=True, mode=0o700)
    file = home / "config" / "config.yaml"
    file.touch(mode=0o600)
    file.write_text(QUIET + settings, encoding="utf-8")


def _plain(written: bytes) -> str:
    return re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", written.decode("utf-8", "replace"))


def _own_terminal() -> None:
    """Make the terminal the session's own, so that its end is told with SIGHUP."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def served(*replies: Reply, answer: Answerer | None = None) -> Iterator[FakeServer]:
    """A server in a thread of its own, for tests that wait for a process."""
    server = FakeServer(*replies, answer=answer)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(LONGEST)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result(LONGEST)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(LONGEST)
        loop.close()


def connection(server: FakeServer) -> str:
    """The settings of a chat with that server."""
    return (
        f'connections: {{lab: {{provider: custom, url: "{server.url}/v1", model: m}}}}\n'
        "chat: {connection: lab}\n"
    )
