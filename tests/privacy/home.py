"""A home that is used by the real program, and what is known of it afterwards."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PHOTO = ROOT / "tests" / "data" / "photos" / "cat.jpg"


class Home:
    """A home that is used, with a record of all that was asked for meanwhile."""

    def __init__(self, top: Path) -> None:
        self.path = top / "home"
        self.record = top / "record"
        self.environ = {
            **os.environ,
            "SALON_HOME": str(self.path),
            "RECORD": str(self.record),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "recorder"), str(ROOT)]),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tui", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
            env=self.environ,
            umask=0o022,
            stdin=subprocess.DEVNULL,
        )

    @property
    def asked(self) -> set[str]:
        """Names that were looked up and addresses that were connected to."""
        lines = self.record.read_text(encoding="utf-8").splitlines()
        notes = [json.loads(line) for line in lines]
        return {" ".join(note[1:3]) for note in notes if note[0].startswith("socket.")}

    @property
    def readable(self) -> dict[str, str]:
        """What others than the owner may read or enter, with its mode."""
        found = [self.path, *self.path.rglob("*")]
        modes = {each: stat.S_IMODE(each.lstat().st_mode) for each in found}
        return {str(each.relative_to(self.path)): oct(m) for each, m in modes.items() if m & 0o077}
