"""The quick part of `make load`: a busy minute leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOAD = Path(__file__).resolve().parents[1] / "benchmarks" / "load.py"


def test_twenty_chats_and_fifty_captions_leave_nothing_behind() -> None:
    size = ("--tokens", "9000", "--chats", "20", "--captions", "50", "--steps", "3")

    done = subprocess.run(
        [sys.executable, str(LOAD), *size, "--megabytes", "15"],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 1 + 3 + 1
