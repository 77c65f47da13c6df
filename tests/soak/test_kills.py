from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak import report
from tests.soak.report import Tally

ROOT = Path(__file__).parent.parent.parent


def test_a_short_soak_loses_nothing() -> None:
    """Forks, so it runs in a process of its own; a busy machine may save a reply late."""
    command = [sys.executable, "-m", "tests.soak", "--kills", "9", "--seconds", "4"]
    done = subprocess.run(
        [*command, "--seed", "6", "--behind", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "| migrating |" in done.stdout


def test_the_figures_go_between_the_markers(tmp_path: Path) -> None:
    path = tmp_path / "reliability.md"
    path.write_text(f"before\n{report.BEGIN}\nstale figures\n{report.END}\nafter\n")
    tally = Tally(worst_behind=0.5)
    tally.count("editing", is_killed=True, lost=False)
    tally.count("editing", is_killed=True, lost=True)

    report.write(path, tally, 7)

    text = path.read_text()
    assert text.startswith(f"before\n{report.BEGIN}\n| while it was")
    assert text.endswith(f"{report.END}\nafter\n")
    assert "| editing | 2 | 0 | 0 | 1 |" in text
    assert "stale" not in text


def test_a_document_without_markers_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.md"
    path.write_text("mine")

    with pytest.raises(ValueError, match="no place"):
        report.write(path, Tally(), 7)

    assert path.read_text() == "mine"
