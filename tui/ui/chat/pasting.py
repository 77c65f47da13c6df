"""What a paste is: a picture's path, more text than a prompt should hold, or just text."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tui.domain.image import SUFFIXES

LARGE_CHARACTERS = 20_000
"""A text area of this size still takes keys at once; ten times that does not."""
LARGE_LINES = 200

_MOST_PATHS = 50
_LONGEST = 50 * 4096
_DRIVE = re.compile(r"([A-Za-z]):[\\/](.*)", re.DOTALL)


def is_large(text: str) -> bool:
    """Whether a text is too much for the prompt and becomes an attachment."""
    return len(text) > LARGE_CHARACTERS or text.count("\n") >= LARGE_LINES


def may_be_images(text: str) -> bool:
    """Tell without touching the disk whether it is worth to look for files."""
    stripped = text.strip().strip("'\"")
    return len(text) <= _LONGEST and stripped.lower().endswith(SUFFIXES)


def pasted_images(text: str) -> list[Path]:
    """Find the picture files that a terminal pastes when they are dropped on it.

    Terminals quote in their own ways: with single or double quotes, with backslashes, as file:
    addresses, or not at all, on one line or several. Looks at the disk, so call it in a thread.

    Returns:
        The files when every word is an existing regular file with a picture's suffix; else
        nothing, since then it is text.
    """
    if not may_be_images(text):
        return []
    for reading in _readings(text.strip()):
        paths = [_path(word) for word in reading]
        if 0 < len(paths) <= _MOST_PATHS and all(_is_image(path) for path in paths):
            return paths
    return []


def as_word(path: Path) -> str:
    """Write a path so that a command line takes it as one word."""
    text = str(path)
    if not re.search(r"[\s\"'\\]", text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _readings(text: str) -> Iterator[list[str]]:
    """The ways in which a text can be a list of files, likeliest first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    yield lines
    yield [re.sub(r"\\(.)", r"\1", line) for line in lines]
    yield [line[1:-1] if line[:1] == line[-1:] == '"' else line for line in lines]
    try:
        yield shlex.split(text)
    except ValueError:
        return


def _path(word: str) -> Path:
    if word.lower().startswith("file:"):
        # Not urlsplit: it would end the path at a # or ? that some terminals leave as it is.
        word = unquote(re.sub(r"^file:(//[^/]*)?", "", word, flags=re.IGNORECASE))
    elif match := _DRIVE.fullmatch(word):
        # A Windows path dropped on a terminal that runs us under WSL.
        drive, rest = match.groups()
        word = f"/mnt/{drive.lower()}/{rest}".replace("\\", "/")
    path = Path(word)
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _is_image(path: Path) -> bool:
    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - Path.stat hides ValueError
    except (OSError, ValueError):
        return False
