"""Files that nobody needs any more: of writes that were killed, and pictures of no message."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

HALF_SECONDS = 3600.0
"""Age of a half-written file that nobody is writing any more."""
UNUSED_SECONDS = 30 * 24 * 3600.0
"""Age of a picture that counts as unused: one that is being attached is in no message yet, and of
one that a script had made only the script knows."""
_HALF = re.compile(r"\..+\.[0-9a-f]{12}\.tmp(-wal|-shm|-journal|\.version-\d+\.backup)?")
"""Names that `atomic.aside` gives, and what SQLite and a migration put beside such a file."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MENTIONS = (
    "SELECT attachments FROM messages WHERE pictures > 0",
    "SELECT swipes FROM messages WHERE swipes != '[]'",
    "SELECT draft_pictures FROM chats WHERE draft_pictures != '[]'",
    "SELECT digest FROM journal",
)
"""Of deleted messages and chats too: they can be restored."""


def sweep(folder: Path) -> int:
    """Remove half-written files in a folder and those below. Returns how many."""
    count = 0
    for path in _below(folder):
        if _HALF.fullmatch(path.name) and _is_old(path, HALF_SECONDS):
            with contextlib.suppress(OSError):
                path.unlink()
                count += 1
    return count


def sweep_pictures(images: Path, database: sqlite3.Connection) -> int:
    """Remove pictures that nothing mentions. Returns how many files.

    Args:
        images: The folder of pictures by digest.
        database: The chats; read only.

    Raises:
        sqlite3.Error: It cannot be read: nothing was removed.
    """
    old = [path for path in _below(images) if _is_old(path, UNUSED_SECONDS)]
    if not old:
        return 0
    mentioned: set[str] = set()
    for sql in _MENTIONS:
        for (kept,) in database.execute(sql):
            mentioned.update(_DIGEST.findall(kept))
    count = 0
    # The facts first: a picture without them counts as gone.
    for path in sorted(old, key=lambda path: path.suffix != ".json"):
        if _DIGEST.fullmatch(path.stem) and path.stem not in mentioned:
            with contextlib.suppress(OSError):
                path.unlink()
                count += 1
    return count


def _below(folder: Path) -> Iterator[Path]:
    for top, _, names in os.walk(folder):  # follows no links
        for name in names:
            yield Path(top, name)


def _is_old(path: Path, seconds: float) -> bool:
    """By the clock, which may have been wrong: what comes from far ahead is old as well."""
    try:
        return abs(time.time() - path.lstat().st_mtime) > seconds
    except OSError:
        return False
