from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ANSWERS = (
    (b"\x1b[6n", b"\x1b[1;3R"),
    (b"\x1b[>q", b"\x1bP>|fake(1.0)\x1b\\"),
    (b"\x1b[16t", b"\x1b[6;17;8t"),
    (b"\x1b[c", b"\x1b[?62;4c"),
)


class Emulator:
    """Runs the small app in a pty, answers like a terminal and keeps what it writes."""

    def __init__(self, folder: Path, early: bytes = b"") -> None:
        self.outer, self.inner = pty.openpty()
        fcntl.ioctl(self.inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(self.inner)
        self.written = b""
        self.log = folder / "log" / "stderr.log"
        self.saved = folder / "saved"
        self.answered = 0
        self.early = early
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "LOG": str(self.log),
            "SAVED": str(self.saved),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.terminal.small_app"],
            stdin=self.inner,
            stdout=self.inner,
            stderr=self.inner,
            env=environment,
            start_new_session=True,
        )

    def pump(self, seconds: float = 0.05) -> None:
        if not select.select([self.outer], [], [], seconds)[0]:
            return
        new = os.read(self.outer, 65536)
        self.written += new
        if self.early and b"SKELETON" in self.written:
            self.type(self.early)
            self.early = b""
        for question, answer in ANSWERS:
            self.type(answer * new.count(question))

    def type(self, data: bytes) -> None:
        if data:
            os.write(self.outer, data)

    def until(self, text: str, seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while text not in self.shown():
            assert time.monotonic() < end, self.shown()[-2000:]
            self.pump()

    def shown(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", self.written.decode("utf-8", "replace"))

    def wait(self, seconds: float = 20.0) -> int:
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end
            self.pump()
        self.pump(0)
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.outer)
        os.close(self.inner)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def emulator(folder: Path) -> Iterator[Emulator]:
    made = Emulator(folder, early=b"earl\xc3\xa9\r")
    yield made
    made.close()


def test_the_terminals_edge_holds_from_start_to_end(emulator: Emulator) -> None:
    # Keys typed before the app had anything to type into arrive, Enter as Enter.
    emulator.until("SENT 'earlé'")
    assert emulator.written.index(b"SKELETON") < emulator.written.index(b"SENT")

    # The attack of textual.md: a paste with ESC and carriage returns sends nothing.
    emulator.type(b"\x1b[200~please review\x1b Z\rrm -rf ~\r\x1b[201~")
    emulator.until("please review")
    emulator.type(b"\x1b[?62;4;22c\x1b_Gi=31;OK\x1b\\\x1b]52;c;cm0=\x1b\\\x1b[?31u")
    emulator.type(b"!\r")
    emulator.until("SENT 'please review\ufffd Z\\nrm -rf ~\\n!'")

    emulator.type(b"bye\r")
    assert emulator.wait() == 7

    # What the app was told to show did not become a command; what a library printed is in the log.
    assert b"\x1b]0;evil" not in emulator.written
    assert "NOISE" not in emulator.shown()
    assert "NOISE" in emulator.log.read_text()
    assert emulator.log.stat().st_mode & 0o777 == 0o600
    assert termios.tcgetattr(emulator.inner) == emulator.before
    assert emulator.written.rfind(b"\x1b[?1049l") > emulator.written.rfind(b"\x1b[?1049h")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_saves_and_restores_the_terminal(number: int, emulator: Emulator) -> None:
    emulator.until("SENT")

    emulator.process.send_signal(number)

    assert emulator.wait() == 128 + number
    assert emulator.saved.read_text() == "saved"
    assert termios.tcgetattr(emulator.inner) == emulator.before
    ends = {code: emulator.written.rfind(code) for code in (b"\x1b[?1003l", b"\x1b[?1003h")}
    assert ends[b"\x1b[?1003l"] > ends[b"\x1b[?1003h"]
    assert emulator.written.rfind(b"\x1b[?1049l") > emulator.written.rfind(b"\x1b[?1049h")
