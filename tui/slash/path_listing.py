"""Files and folders that a half-typed path could mean."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from tui.domain.image import SUFFIXES
from tui.domain.safetext import clean_line
from tui.slash.picture_path import path_of

_LOOKED_AT = 4000
"""Entries of one folder; the rest is not offered, so that a huge one costs no visible pause."""

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
    top = path_of(head + slash) if slash else Path()
    try:
        with os.scandir((folder or Path()) / top) as entries:
            found = [
                _entry(entry, head + slash)
                for entry in islice(entries, _LOOKED_AT)
                if _fits(entry.name, prefix)
            ]
    except (OSError, ValueError):
        return []
    wanted = [entry for entry in found if all_files or entry.sort != "file"]
    return sorted(wanted, key=lambda entry: (_ORDER[entry.sort], entry.name.casefold()))


def _fits(name: str, prefix: str) -> bool:
    if clean_line(name) != name or (name.startswith(".") and not prefix.startswith(".")):
        return False
    return name.casefold().startswith(prefix.casefold())


def _entry(entry: os.DirEntry[str], head: str) -> Entry:
    sort: Sort = "file"
    if entry.is_dir():
        sort = "folder"
    elif Path(entry.name).suffix.lower() in SUFFIXES:
        sort = "picture"
    return Entry(head + entry.name, entry.name, sort)
