"""CPU time and memory of a process and its children, from Linux's /proc."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PSS = re.compile(r"^Pss:\s+(\d+)", re.MULTILINE)


def tree(pid: int) -> list[int]:
    """A process and all below it, parents first."""
    found, open_ = [], [pid]
    while open_:
        each = open_.pop()
        found.append(each)
        for task in _list(Path(f"/proc/{each}/task")):
            open_ += [int(child) for child in _read(task / "children").split()]
    return found


def cpu(pid: int) -> float:
    """Seconds used: the kernel's clock of each process, and ticks of children that have ended."""
    total = 0.0
    for each in tree(pid):
        try:
            total += time.clock_gettime(~each << 3 | 2)
        except OSError:
            continue
        fields = _read(Path(f"/proc/{each}/stat")).rpartition(")")[2].split()
        total += sum(int(ticks) for ticks in fields[13:15]) / _TICKS
    return total


def memory(pid: int) -> float:
    """Megabytes (MiB): what belongs to the processes alone, and their share of what is shared."""
    total = 0
    for each in tree(pid):
        found = _PSS.search(_read(Path(f"/proc/{each}/smaps_rollup")))
        total += int(found[1]) if found else 0
    return total / 1024


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _list(path: Path) -> list[Path]:
    try:
        return list(path.iterdir())
    except OSError:
        return []
