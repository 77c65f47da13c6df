from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

CODE = """
import os, signal, sys, termios, tty
from tui.ui.terminal import guardian

before = termios.tcgetattr(0)
tty.setraw(0)
guardian.post(1, before, "killed it was")
for word in sys.argv[1].split():
    getattr(guardian, word)()
os.kill(os.getpid(), getattr(signal, sys.argv[2]))
"""


def ended(told: str, number: str = "SIGKILL") -> tuple[bytes, bool]:
    """What stands on the terminal of a process that died, and whether its lines are as before."""
    outer, inner = pty.openpty()
    try:
        before = termios.tcgetattr(inner)
        subprocess.run(
            [sys.executable, "-c", CODE, told, number], stdin=inner, stdout=inner, check=False
        )
        written = b""
        while select.select([outer], [], [], 0.3)[0]:
            written += os.read(outer, 4096)
        return written, termios.tcgetattr(inner) == before
    finally:
        os.close(outer)
        os.close(inner)


@pytest.mark.parametrize("number", ["SIGKILL", "SIGSEGV"])
@pytest.mark.parametrize("told", ["", "take", "give_back take"])
def test_a_terminal_that_was_taken_is_given_back(told: str, number: str) -> None:
    written, is_restored = ended(told, number)

    assert is_restored
    assert written.rstrip().endswith(b"\x1b[?1049l\x1b[?25hkilled it was")


@pytest.mark.parametrize("told", ["give_back", "take give_back"])
def test_one_that_is_somebody_elses_is_left_alone(told: str) -> None:
    assert ended(told) == (b"", False)


def test_it_keeps_nothing_open_that_somebody_waits_for() -> None:
    code = (
        "import os, sys; from tui.ui.terminal import guardian\n"
        "guardian.post(1, None, 'never said')\n"
        "guardian.take()\n"
        "os.close(int(sys.argv[1])); os.close(2)\n"
        "sys.stdin.read()\n"
        "guardian.give_back()\n"
    )
    outer, inner = pty.openpty()
    (given, lent), (errors, err) = os.pipe(), os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(lent)],
        stdin=subprocess.PIPE,
        stdout=inner,
        stderr=err,
        pass_fds=[lent],
    )
    os.close(lent)
    os.close(err)
    try:
        for end in (given, errors):
            assert select.select([end], [], [], 10)[0]
            assert os.read(end, 100) == b""
        assert process.poll() is None
        process.communicate(timeout=10)
        assert process.returncode == 0
    finally:
        process.kill()
        for end in (given, errors, outer, inner):
            os.close(end)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process be renamed")
def test_who_ends_salon_by_its_name_leaves_the_guardian() -> None:
    outer, inner = pty.openpty()
    code = CODE.replace("os.kill(", "print(flush=True), sys.stdin.read(), (")
    mark = f"salon-{os.getpid()}"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "take", "SIGKILL", mark], stdin=inner, stdout=inner
    )
    try:
        assert select.select([outer], [], [], 10)[0]
        ends = time.monotonic() + 10
        while (alike := _called(mark)) != [process.pid] and time.monotonic() < ends:
            time.sleep(0.01)
        assert alike == [process.pid]
        assert _called("terminal-guardian")
    finally:
        process.kill()
        process.wait()
        os.close(outer)
        os.close(inner)


def _called(words: str) -> list[int]:
    """The processes in whose command line something stands."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if words.encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


def test_it_is_no_child_that_anybody_would_wait_for() -> None:
    code = (
        "import os; from tui.ui.terminal import guardian\n"
        "guardian.post(1, None, 'never said')\n"
        "guardian.take()\n"
        "guardian.give_back()\n"
        "try: os.waitpid(-1, 0)\n"
        "except ChildProcessError: print('alone')\n"
    )
    outer, inner = pty.openpty()
    try:
        subprocess.run([sys.executable, "-c", code], stdout=inner, stdin=inner, check=True)
        assert os.read(outer, 4096) == b"alone\r\n"
    finally:
        os.close(outer)
        os.close(inner)
