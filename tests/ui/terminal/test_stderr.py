from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os, sys
from pathlib import Path
from tui.ui.terminal import stderr
restore = stderr.redirect(Path(sys.argv[1]))
os.write(2, b"from a library\\n")
sys.__stderr__.write("from the app\\n"); sys.__stderr__.flush()
restore(); restore()
os.write(2, b"after\\n")
"""


def run(log: Path, *, terminal: bool) -> tuple[str, str]:
    """Give what came to standard error and to standard output."""
    outer, inner = os.openpty()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(log)],
        stdout=subprocess.PIPE,
        stderr=inner if terminal else subprocess.PIPE,
        check=True,
        timeout=30,
    )
    os.close(inner)
    shown = os.read(outer, 4096) if terminal else done.stderr
    os.close(outer)
    return shown.decode().replace("\r\n", "\n"), done.stdout.decode()


def test_libraries_write_to_the_log_and_the_app_to_the_terminal(tmp_path: Path) -> None:
    log = tmp_path / "state" / "stderr.log"

    shown, _ = run(log, terminal=True)

    assert shown == "from the app\nafter\n"
    assert log.read_text() == "from a library\n"
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700


def test_where_errors_go_to_a_file_they_stay_there(tmp_path: Path) -> None:
    errors, output = run(tmp_path / "log", terminal=False)

    assert errors == "from a library\nafter\n"
    assert output == "from the app\n"
    assert not (tmp_path / "log").exists()


def test_a_log_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("x" * 2_000_000)
    log.chmod(0o644)

    run(log, terminal=True)

    assert log.read_text() == "from a library\n"
    assert log.stat().st_mode & 0o777 == 0o600


def test_without_a_log_the_app_still_runs(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    link = tmp_path / "log"
    link.symlink_to(target)

    shown, _ = run(link, terminal=True)

    assert shown == "from the app\nafter\n"
    assert target.read_text() == "mine"
