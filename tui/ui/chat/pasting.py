"""What a paste is: pictures' paths, address or bytes, a large text, or just text."""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import re
import shlex
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tui.domain.image import SUFFIXES
from tui.slash.picture_path import path_of

LARGE_CHARACTERS = 20_000
"""A text area of this size still takes keys at once; ten times that does not."""
LARGE_LINES = 200

_MOST_PATHS = 50
_LONGEST = 50 * 4096
_LONGEST_ADDRESS = 4096
_LEAST_BASE64 = 64
_ABSOLUTE = r"(?:/|~/|file:|[A-Za-z]:[\\/]|\\\\)"
_DATA = re.compile(r"data:image/[\w.+-]+(?:;[\w.+-]+=[\w.+-]*)*;base64,", re.IGNORECASE)
_BASE64_STARTS = ("iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR")
"""How PNG, JPEG, GIF and WebP begin in base64."""


def is_large(text: str) -> bool:
    """Whether a text is too much for the prompt and becomes an attachment."""
    return len(text) > LARGE_CHARACTERS or text.count("\n") >= LARGE_LINES


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a paste may bring; at most one of these. All empty: it is just text."""

    paths: tuple[Path, ...] = ()
    """Picture files that exist."""
    data: bytes = field(default=b"", repr=False)
    """Perhaps a picture's file; only decoding it tells."""
    url: str = ""
    """A picture's web address."""


async def read_paste(text: str) -> Pasted:
    """Tell what a paste is, in whatever form a terminal or a program writes it."""
    if may_be_data(text):
        return Pasted(data=await asyncio.to_thread(pasted_data, text))
    if url := picture_address(text):
        return Pasted(url=url)
    if may_be_images(text):
        return Pasted(tuple(await asyncio.to_thread(pasted_images, text)))
    return Pasted()


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
        paths = [path_of(word) for word in reading]
        if 0 < len(paths) <= _MOST_PATHS and are_images(paths):
            return paths
    return []


def as_word(path: Path) -> str:
    """Write a path so that a command line takes it as one word."""
    text = str(path)
    if not re.search(r"[\s\"'\\]", text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def picture_address(text: str) -> str:
    """The web address that a text is, when its path ends like a picture's; else nothing."""
    address = text.strip().removeprefix("<").removesuffix(">")
    if len(address) > _LONGEST_ADDRESS or not re.fullmatch(r"(?i)https?://[!-~]+", address):
        return ""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return address if unquote(path).lower().endswith(SUFFIXES) else ""


def may_be_data(text: str) -> bool:
    """Tell from its first characters whether a text may be a picture's bytes."""
    start = text[:200].lstrip(" \t\r\n\"'")
    return start.startswith(_BASE64_STARTS) or _DATA.match(start) is not None


def pasted_data(text: str) -> bytes:
    """The bytes of a data: address or of a block of base64, if the whole text is one.

    What they are is not looked at: only their decoder can tell. Slow for a large text.
    """
    body = text.strip().strip("\"'")
    if match := _DATA.match(body):
        body = unquote(body[match.end() :])
    elif len(body) < _LEAST_BASE64 or not body.startswith(_BASE64_STARTS):
        return b""
    # It may be cut into lines, but a blank within one is the end of it, and what follows is text.
    body = "".join(line.strip() for line in body.splitlines()).rstrip("=")
    try:
        # Some writers leave out what fills the last group.
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _readings(text: str) -> Iterator[list[str]]:
    """The ways in which a text can be a list of files, likeliest first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    yield lines
    yield [re.sub(r"\\(.)", r"\1", line) for line in lines]
    yield [line[1:-1] if line[:1] == line[-1:] == '"' else line for line in lines]
    with suppress(ValueError):
        yield shlex.split(text)
    # WezTerm escapes blanks and nothing else.
    yield [word.replace("\\ ", " ") for word in re.split(r"(?<!\\)\s+", text)]
    # Windows quotes what has blanks, and its backslashes mean themselves.
    yield [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', text)]
    yield re.split(rf"(?<!\s)\s++(?={_ABSOLUTE})", text)
    yield [unquote(line) for line in lines]


def are_images(paths: Sequence[Path]) -> bool:
    """Whether all of them are regular files named like pictures; looks at the disk."""
    return all(map(_is_image, paths))


def _is_image(path: Path) -> bool:
    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - Path.stat hides ValueError
    except (OSError, ValueError):
        return False
