"""The bytes of a picture file, and what they are by their first bytes, never by the name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tui.domain.errors import ImageError
from tui.domain.safetext import clean_line

_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
_HEIF_BRANDS = frozenset(
    (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1")
)
_TAKEN = "Salon takes JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and HEIC"
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript file"),
    (b"8BPS", "a Photoshop file"),
    (b"gimp xcf", "a GIMP file"),
    (b"\x00\x00\x01\x00", "an icon file"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
    (b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
    (b"OggS", "an Ogg sound or video"),
    (b"ID3", "an MP3 sound"),
    (b"RIFF", "a sound or video"),
    (b"SQLite format 3\x00", "a database"),
)
_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"<svg", "an SVG drawing"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
)


def shown_name(path: Path) -> str:
    """The file's name as it may be shown: one line, no control characters."""
    return clean_line(path.name or str(path), 120)


def read_bytes(path: Path, limit: int) -> bytes:
    """Read a file whole without waiting on pipes or touching devices.

    Args:
        path: May be anything; `~` is understood.
        limit: Largest size in bytes.

    Raises:
        ImageError: One line that names the file and the reason.
    """
    name = shown_name(path)
    try:
        path = path.expanduser()
        _require_regular(path.stat().st_mode, name)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        with os.fdopen(descriptor, "rb") as stream:
            found = os.fstat(descriptor)
            _require_regular(found.st_mode, name)
            if found.st_size > limit:
                raise too_large(name, limit)
            data = stream.read(limit + 1)
    except FileNotFoundError as error:
        raise ImageError(f"{name}: no such file") from error
    except PermissionError as error:
        raise ImageError(f"{name}: no permission to read it") from error
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        said = (reason or "not a usable file name").lower()
        raise ImageError(f"{name}: cannot be read ({said})") from error
    if not data:
        raise ImageError(f"{name}: the file is empty")
    if len(data) > limit:
        raise too_large(name, limit)
    return data


def too_large(name: str, limit: int) -> ImageError:
    """The error for a file of more than `limit` bytes."""
    return ImageError(
        f"{name}: larger than {limit // 1_000_000} MB", hint="images.max_megabytes sets the limit"
    )


def _require_regular(mode: int, name: str) -> None:
    if stat.S_ISDIR(mode):
        raise ImageError(f"{name}: a folder, not a picture")
    if not stat.S_ISREG(mode):
        raise ImageError(f"{name}: a pipe or device, not a file")


def picture_format(data: bytes, name: str) -> str:
    """Tell Pillow's name of the format from the first bytes.

    Raises:
        ImageError: Not one that Salon opens; says what it looks like.
    """
    found = _container(data) or _simple(data)
    if found:
        return found
    raise ImageError(f"{name}: {looks_like(data)}, not a picture Salon can open", hint=_TAKEN)


def _simple(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "TIFF"
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    return ""


def _container(data: bytes) -> str:
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] != b"ftyp":
        return ""
    length = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, length, 4))]
    if b"avif" in brands or b"avis" in brands:
        return "AVIF"
    return "HEIF" if _HEIF_BRANDS.intersection(brands) else ""


def looks_like(data: bytes) -> str:
    """Say in a few words what a file seems to be."""
    if data[4:8] == b"ftyp":
        return "a video or sound"
    for sign, words in _OTHERS:
        if data.startswith(sign):
            return words
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for sign, words in _TEXTS:
        if head.startswith(sign) or (head.startswith((b"<?xml", b"<!--")) and sign in head):
            return words
    try:
        text = data[:1024].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < min(len(data), 1024) - 4:
            return "unknown data"
        text = data[: error.start].decode("utf-8")
    return "unknown data" if any(each < " " and each not in "\t\n\r\f" for each in text) else "text"
