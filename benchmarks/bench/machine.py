"""On what a run was made: the line under each table."""

from __future__ import annotations

import datetime
import os
import platform
from importlib.metadata import version


def line(rounds: int) -> str:
    """Date, rounds, processors, load, and versions."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    load = os.getloadavg()[0]
    times = f"{rounds} rounds" if rounds != 1 else "1 round"
    return (
        f"{today}, {times}, {os.cpu_count()} processors at a load of {load:.1f},"
        f" {platform.system()} {platform.machine()}, Python {platform.python_version()},"
        f" Textual {version('textual')}."
    )
