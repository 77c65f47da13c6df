"""A picture as Salon passes it around."""

from __future__ import annotations

from dataclasses import dataclass, field

SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib"),
    *(".tif", ".tiff", ".avif", ".heic", ".heif"),
)
"""Lower-case endings of files worth looking at; what a file is, its first bytes say."""


Box = tuple[int, int, int, int]
"""Part of a picture in its pixels: left, top, right, bottom; the last two lie outside."""


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What a service takes; 0 means no limit that is known."""

    accepts: tuple[str, ...] = ("image/jpeg", "image/png")
    """MIME types."""
    max_bytes: int = 0
    """Size of the encoded picture, before base64."""
    max_side: int = 0
    """Longest side in pixels."""
    max_pixels: int = 0
    """Width times height."""
    max_count: int = 0
    """Pictures in one request; the last ones are kept."""


UNLIMITED = PictureLimits()
"""JPEG and PNG of any size."""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the original file said of itself, read before metadata was stripped."""

    format: str
    """Pillow's name of the original format: "JPEG", "PNG", …"""
    width: int
    """Pixels of the original, before EXIF rotation."""
    height: int
    bytes: int
    """Size of the original file."""
    frames: int = 1
    """More than 1 for an animation; only the first frame is kept."""
    taken: str = ""
    """EXIF date of the exposure as ISO text without a zone; empty when unknown."""
    camera: str = ""
    """EXIF make and model, cleaned; empty when unknown."""
    texts: tuple[tuple[str, str], ...] = ()
    """Text chunks of a PNG as (keyword, text), cleaned and cut; untrusted."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that is safe to send: upright, first frame, without metadata, bounded.

    Made only by intake; `digest` names it in the store.
    """

    data: bytes = field(repr=False)
    """JPEG or PNG bytes."""
    mime: str
    """"image/jpeg" or "image/png"; of `data`."""
    width: int
    """Pixels of `data`."""
    height: int
    digest: str
    """SHA-256 of the original file's bytes, in hex."""
    name: str
    """File name as given, cleaned, without folders."""
    facts: ImageFacts
