"""What is in a folder, and what a typed path means."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tui.domain.image import SUFFIXES


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder, under its true name, which may hold anything."""

    name: str
    folder: bool
    size: int
    """Bytes; 0 for what is not a regular file."""

    @property
    def picture(self) -> bool:
        """Whether its name looks like a picture's."""
        return os.path.splitext(self.name)[1].lower() in SUFFIXES  # noqa: PTH122

    @property
    def hidden(self) -> bool:
        """Whether it is left out unless asked for."""
        return self.name.startswith(".")


def scan(folder: Path) -> list[Entry]:
    """List a folder, folders first, by name. Blocking.

    Raises:
        OSError: It cannot be read.
    """
    entries = []
    with os.scandir(folder) as found:
        for item in found:
            try:
                is_folder = item.is_dir()
                size = item.stat().st_size if item.is_file() else 0
            except OSError:
                is_folder, size = False, 0
            entries.append(Entry(item.name, is_folder, size))
    entries.sort(key=lambda entry: (not entry.folder, entry.name.lower()))
    return entries


def split(typed: str, folder: Path) -> tuple[Path, str, str]:
    """What a typed text means in a folder.

    Args:
        typed: A filter ("cat"), or a path with one at its end ("~/Pictures/cat").
        folder: Where the person is.

    Returns:
        The folder to list, the part of the text that names it, and the filter.
    """
    if typed == "~":
        typed = "~/"
    head, slash, tail = typed.rpartition("/")
    if not slash:
        return folder, "", typed
    named = head + slash
    try:
        wanted = Path(named).expanduser()
    except RuntimeError:
        return folder, "", typed
    return Path(os.path.normpath(folder / wanted)), named, tail


def shorten(path: Path, width: int) -> str:
    """A path for people in at most `width` characters: `~` for home, its end kept."""
    try:
        text = "~/" + path.relative_to(Path.home()).as_posix()
        text = text.removesuffix("/.")
    except (ValueError, RuntimeError):
        text = path.as_posix()
    return text if len(text) <= width else "…" + text[-(max(width, 2) - 1) :]


def size_text(size: int) -> str:
    """Bytes for people, in decimal units."""
    for limit, unit in ((1_000_000, "MB"), (1000, "KB")):
        if size >= limit:
            return f"{size / limit:.1f} {unit}" if limit > 1000 else f"{size // limit} {unit}"
    return f"{size} B"
