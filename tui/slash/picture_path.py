"""Telling a picture's file from the words of a prompt."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tui.domain.image import SUFFIXES
from tui.domain.typed_path import as_local

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


def path_of(text: str) -> Path:
    """The path that a text names: `~`, `file:` and, under WSL, Windows' own are understood."""
    path = Path(text if os.name == "nt" else as_local(text))
    try:
        return path.expanduser()
    except RuntimeError:  # ~ of a user that does not exist
        return path


def picture_named(word: str) -> Path | None:
    """The file that a word names, when it is a picture's; None: a word like any. Reads the disk.

    A word with a picture's ending always counts, so that a mistyped name is reported and not
    taken for a prompt; another one counts when a file of that name is a picture.
    """
    return path_of(word) if word and _is_picture(word) else None


def _is_picture(text: str) -> bool:
    path = path_of(text)
    named_so = path.suffix.lower() in SUFFIXES
    looks_so = text.startswith(("~", "file://")) or "/" in text
    if named_so:
        return True
    try:
        mode = path.stat().st_mode
        if not looks_so and stat.S_ISREG(mode):
            with path.open("rb") as file:
                return _has_magic(file.read(16))
    except (OSError, ValueError):
        return False
    return looks_so


def _has_magic(head: bytes) -> bool:
    if head.startswith(_MAGIC) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return True
    return head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis", b"heic", b"heix", b"mif1")
