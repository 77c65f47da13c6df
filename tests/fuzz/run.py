"""Fuzzes every target for a while: `python -m tests.fuzz.run --minutes 5 --seed 1`.

Each target has its own process and a folder that is thrown away, unless something was found. The
figures go between marks of a document.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.targets import TARGETS

BEGIN, END = "<!-- fuzz: begin -->", "<!-- fuzz: end -->"
_SPARE_SECONDS = 120.0
"""For starting, and for the last input."""


class Figures(NamedTuple):
    """What one target came to."""

    name: str
    runs: int
    seconds: float
    megabytes: int
    reached: int
    """Places of the code that inputs led to; 0 when they were not led."""
    found: str


def fuzz(name: str, seconds: float, seed: int) -> Figures:
    """Run one target in a process of its own."""
    folder = Path(tempfile.mkdtemp(prefix=f"salon-fuzz-{name}-"))
    start = time.monotonic()
    command = [sys.executable, "-m", "tests.fuzz.driving", name, str(seconds), str(seed)]
    try:
        done = subprocess.run(
            [*command, str(folder)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=seconds + _SPARE_SECONDS,
        )
        said, failed = done.stderr, done.returncode != 0
    except subprocess.TimeoutExpired as error:
        said, failed = str(error.stderr), True
    artifacts = [str(path) for path in sorted(folder.glob("found-*"))]
    if failed:
        sys.stderr.write(said[-4000:])
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return Figures(
        name,
        _number(r"number_of_executed_units:\s*(\d+)", said),
        time.monotonic() - start,
        _number(r"peak_rss_mb:\s*(\d+)", said),
        _number(r"cov: (\d+)", said),
        ", ".join(artifacts) or "see above" if failed else "",
    )


def _number(pattern: str, said: str) -> int:
    found = re.findall(pattern, said)
    return int(found[-1]) if found else 0


def table(rows: list[Figures], seed: int) -> str:
    """The figures as Markdown."""
    led = importlib.util.find_spec("atheris") is not None
    how = "led by coverage (atheris)" if led else "seeds damaged at random (no atheris here)"
    lines = [
        f"Seed {seed}, {sum(row.seconds for row in rows) / 60:.1f} minutes, {how}, Python"
        f" {platform.python_version()}.",
        "",
        "| target | inputs | a second | places reached | most memory (MB) | found |",
        "|---|---:|---:|---:|---:|---|",
    ]
    lines += [
        f"| {row.name} | {row.runs:,} | {row.runs / max(row.seconds, 0.1):,.0f} |"
        f" {row.reached or '-'} | {row.megabytes} | {row.found or 'nothing'} |"
        for row in rows
    ]
    return "\n".join(lines)


def write(path: Path, text: str, begin: str = BEGIN, end: str = END) -> None:
    """Put a text between the marks of a document; they are made when they are missing."""
    old = path.read_text() if path.exists() else "# Reliability\n"
    if begin not in old:
        old = f"{old.rstrip()}\n\n{begin}\n{end}\n"
    before, _, rest = old.partition(begin)
    path.write_text(f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}")


def main() -> int:
    """Run all targets, or those that are named."""
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--minutes", type=float, default=5.0, help="for all targets together")
    asks.add_argument("--seed", type=int, default=1)
    asks.add_argument("--write", type=Path, help="a document to put the figures into")
    asks.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[])
    given = asks.parse_args()
    names = given.targets or [*TARGETS]
    rows = [fuzz(name, given.minutes * 60 / len(names), given.seed) for name in names]
    text = table(rows, given.seed)
    print(text)
    if given.write:
        write(given.write, text)
    return 1 if any(row.found for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
