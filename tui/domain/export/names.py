"""Names for exported files: harmless on every system, and unique within one export."""

from __future__ import annotations

import re

from tui.domain.safetext import REPLACEMENT, clean_line

_FORBIDDEN = re.compile(rf'[\\/:*?"<>|{REPLACEMENT}\s]+')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(?=$|\.)", re.IGNORECASE)
_MOST_BYTES = 120
"""File systems take 255; a suffix, a number and "-assets" are added."""
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}


def file_stem(title: str) -> str:
    """A file name without an ending, made from a title that may hold anything."""
    stem = _FORBIDDEN.sub("-", clean_line(title)).strip("-. ")
    stem = stem.encode()[:_MOST_BYTES].decode(errors="ignore").strip("-. ")
    if _DEVICES.match(stem):
        stem = f"chat-{stem}"
    return stem or "chat"


def picture_name(number: int, mime: str) -> str:
    """The file of the chat's picture of that number, counted from 1; nothing of its own name."""
    return f"img{number}{_ENDINGS.get(mime, '.bin')}"
