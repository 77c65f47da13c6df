"""What was found on a clipboard."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

PICTURE_TYPES = (
    *("image/png", "image/webp", "image/jpeg", "image/jpg", "image/gif"),
    *("image/bmp", "image/x-bmp", "image/x-MS-bmp", "image/tiff"),
)
"""MIME types of pictures as programs offer them, the most faithful first."""
FILE_LIST = "text/uri-list"
TEXT_TYPES = ("text/plain;charset=utf-8", "UTF8_STRING", "text/plain", "STRING", "TEXT")


@dataclass(frozen=True, slots=True)
class Clipping:
    """What a clipboard holds; empty where there is nothing of use."""

    data: bytes = field(default=b"", repr=False)
    """A picture's file, of whatever format."""
    paths: tuple[Path, ...] = ()
    """Files that were copied in a file manager; perhaps no pictures."""
    text: str = ""
