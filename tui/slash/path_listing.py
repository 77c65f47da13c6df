"""Files and folders that a half-typed path could mean."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from tui.domain.image import SUFFIXES
from tui.domain.safetext import clean_line
from tui.slash.picture_path import path_of

_LOOKED_AT = 4000
"""Entries of one folder; the rest is not offered, so that a huge one costs no visible pause."""

_LONGEST_SECONDS = 0.05
"""A folder that takes longer, on a network that hangs say, is offered with a later key."""

Sort = Literal["picture", "folder", "file"]
_ORDER: dict[Sort, int] = {"picture": 0, "folder": 1, "file": 2}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a folder."""

    path: str
    """As it would be typed: what stands there up to the last slash, and the name."""
    name: str
    sort: Sort


def matching(typed: str, folder: Path | None = None, *, all_files: bool = True) -> list[Entry]:
    """List what begins like the typed path: pictures, then folders, then other files.

    Names that a composer cannot hold (control characters, undecodable bytes) are left out.

    Args:
        typed: A path, perhaps incomplete; `~` is understood.
        folder: What a relative path is relative to; None: the working folder.
        all_files: False leaves out what has no picture's ending.
    """
    if typed == "~":
        return [Entry("~", "~", "folder")]
    head, slash, prefix = typed.rpartition("/")
    top = (folder or Path()) / (path_of(head + slash) if slash else Path())
    found = [
        Entry(head + slash + name, name, sort)
        for name, sort in _entries(top)
        if _fits(name, prefix) and (all_files or sort != "file")
    ]
    return sorted(found, key=lambda entry: (_ORDER[entry.sort], entry.name.casefold()))


class _Reading(threading.Thread):
    """Reads one folder, beside whoever types."""

    def __init__(self, folder: Path) -> None:
        # A daemon: one that hangs does not keep the program from ending.
        super().__init__(daemon=True)
        self._folder = folder
        self.found: list[tuple[str, Sort]] = []

    def run(self) -> None:
        with suppress(OSError, ValueError), os.scandir(self._folder) as entries:
            self.found = [(each.name, _sort(each)) for each in islice(entries, _LOOKED_AT)]


_late: dict[Path, _Reading] = {}
"""What took longer than anybody waits, by folder."""


def _entries(folder: Path) -> list[tuple[str, Sort]]:
    """What is in a folder; nothing as long as its disk has not answered."""
    reading = _late.pop(folder, None)
    if reading is None:
        reading = _Reading(folder)
        reading.start()
    reading.join(_LONGEST_SECONDS)
    if reading.is_alive():
        _late[folder] = reading
        return []
    return reading.found


def _fits(name: str, prefix: str) -> bool:
    if clean_line(name) != name or (name.startswith(".") and not prefix.startswith(".")):
        return False
    return name.casefold().startswith(prefix.casefold())


def _sort(entry: os.DirEntry[str]) -> Sort:
    with suppress(OSError):
        if entry.is_dir():
            return "folder"
    return "picture" if Path(entry.name).suffix.lower() in SUFFIXES else "file"
