"""`@` and a few letters: the pictures that could be meant, and the folders on the way."""

from __future__ import annotations

import asyncio
import os
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tui.domain.image import SUFFIXES
from tui.domain.safetext import clean_line
from tui.slash.fuzzy import score
from tui.slash.offers import Suggestion
from tui.slash.path_listing import matching
from tui.slash.picture_path import path_of
from tui.ui.chat.pasting import are_images

MOST_LOOKED_AT = 5000
"""Entries of all folders together."""
LONGEST_SECONDS = 2.0
_MOST_ROWS = 50
_STALE_SECONDS = 10.0
_SKIPPED = frozenset({"node_modules", "__pycache__", "venv"})
_WORD = re.compile(r'(?:^|(?<=\s))@(?:"([^"\n]*)|([^\s"@]*))$')
_MENTION = re.compile(r'(?:^|(?<=\s))@(?:"([^"\n]+)"|([^\s"@]+))')
_STOPS = ".,;:!?)"


@dataclass(frozen=True, slots=True)
class Found:
    """Something below the working folder."""

    path: str
    """Relative, with slashes; a folder's ends in one."""
    is_folder: bool


class AtPaths:
    """Offers files for the word behind an @; never for a name or an address.

    Args:
        again: Called when more was found than was offered.
        folder: Where to look; None: the working folder.
    """

    def __init__(self, again: Callable[[], None], folder: Path | None = None) -> None:
        self._again = again
        self._folder = folder or Path()
        self._found: list[Found] = []
        self._looked = -_STALE_SECONDS
        self._looking: asyncio.Future[list[Found]] | None = None

    def suggest(self, text: str, cursor: int) -> list[Suggestion]:
        """Give the rows of the popup for the word before the cursor, best first."""
        match = _WORD.search(text[:cursor])
        if match is None:
            return []
        typed = match.group(1) if match.group(1) is not None else match.group(2)
        if "/" in typed or typed.startswith("~"):
            found = _listed(typed, self._folder)
        else:
            self._look()
            found = _fitting(typed, self._found)
        return [_row(each, match.start(), self._folder) for each in found[:_MOST_ROWS]]

    def _look(self) -> None:
        """Look through the folders in a thread, unless that was just done."""
        if self._looking is not None or monotonic() - self._looked < _STALE_SECONDS:
            return
        loop = asyncio.get_running_loop()
        self._looking = loop.run_in_executor(None, lambda: list(walk(self._folder)))
        self._looking.add_done_callback(self._take)

    def _take(self, done: asyncio.Future[list[Found]]) -> None:
        self._looking = None
        self._looked = monotonic()
        if done.cancelled() or done.exception() is not None:
            return
        before, self._found = self._found, done.result()
        if self._found != before:
            self._again()


def walk(top: Path) -> Iterator[Found]:
    """Give pictures and folders, the nearest first.

    Hidden ones are left out, and so is the rest when there is too much of it.
    """
    waiting = deque([""])
    end = monotonic() + LONGEST_SECONDS
    seen = 0
    while waiting:
        head = waiting.popleft()
        try:
            with os.scandir(top / head) as entries:
                names = sorted((entry.name, _is_folder(entry)) for entry in entries)
        except OSError:
            continue
        for name, is_folder in names:
            seen += 1
            if seen > MOST_LOOKED_AT or monotonic() > end:
                return
            if name.startswith(".") or name in _SKIPPED or clean_line(name) != name:
                continue
            if is_folder:
                waiting.append(f"{head}{name}/")
                yield Found(f"{head}{name}/", is_folder=True)
            elif name.lower().endswith(SUFFIXES):
                yield Found(head + name, is_folder=False)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def mentioned(text: str) -> list[Path]:
    """The pictures that a text names with an @ and that are there; looks at the disk."""
    paths: list[Path] = []
    for match in _MENTION.finditer(text):
        word = match.group(1) or match.group(2)
        for spelling in (word, word.rstrip(_STOPS)):
            path = path_of(spelling)
            if are_images([path]):
                if path not in paths:
                    paths.append(path)
                break
    return paths


def _listed(typed: str, folder: Path) -> list[Found]:
    """What one folder has that begins like the typed path."""
    return [
        Found(f"{entry.path}/" if entry.sort == "folder" else entry.path, entry.sort == "folder")
        for entry in matching(typed, folder, all_files=False)
    ]


def _fitting(typed: str, found: list[Found]) -> list[Found]:
    """What fits the letters: pictures first, the best of them first."""
    scored = []
    for place, each in enumerate(found):
        name = each.path.rstrip("/").rpartition("/")[2]
        values = [value for value in (score(typed, name), score(typed, each.path)) if value]
        if values or not typed:
            scored.append((each.is_folder, -max(values, default=0), place, each))
    return [each for *_, each in sorted(scored, key=lambda row: row[:3])]


def _row(found: Found, start: int, folder: Path) -> Suggestion:
    if found.is_folder:
        quoted = f'@"{found.path}' if re.search(r"\s", found.path) else f"@{found.path}"
        return Suggestion(quoted, start, found.path, "folder")
    return Suggestion("", start, found.path, "attach it", folder / path_of(found.path))
