"""Names for exported files: harmless on every system, and unique within one export."""

from __future__ import annotations

import re

from tui.domain.safetext import REPLACEMENT, clean_line

_FORBIDDEN = re.compile(rf"[\x00-,/:-@\[-^`{{-\x7f{REPLACEMENT}\s]|\.\.+")
"""What is no letter, digit, `.`, `-` or `_`: to a shell or a file system it may mean something."""
_DASHES = re.compile(r"-{2,}")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(?=$|\.)", re.IGNORECASE)
_MOST_BYTES = 120
"""File systems take 255; a suffix, a number and "-assets" are added."""
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}


def file_stem(title: str) -> str:
    """A file name without an ending, made from a title that may hold anything."""
    stem = _DASHES.sub("-", _FORBIDDEN.sub("-", clean_line(title))).strip("-.")
    stem = stem.encode()[:_MOST_BYTES].decode(errors="ignore").strip("-.")
    if _DEVICES.match(stem):
        stem = f"chat-{stem}"
    return stem or "chat"


def picture_name(ref: str, number: int, mime: str) -> str:
    """The file of a picture, of whose own name nothing is used.

    Args:
        ref: What the chat calls it, "img3"; empty for one of before pictures had numbers.
        number: Which picture of the export it is, counted from 1, where it has no `ref`.
        mime: Of the picture that is stored.
    """
    return f"{ref or f'picture{number}'}{_ENDINGS.get(mime, '.bin')}"
