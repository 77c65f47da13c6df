"""What a picture file says of itself: size, date, camera, texts; all of it untrusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.domain.image import ImageFacts
from tui.domain.safetext import clean, clean_line

if TYPE_CHECKING:
    from PIL import Image as Pil

_ORIENTATION, _MAKE, _MODEL, _CHANGED = 0x0112, 0x010F, 0x0110, 0x0132
_PHOTO, _TAKEN, _DIGITIZED = 0x8769, 0x9003, 0x9004
_DATE = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_MOST_TEXTS = 8
_LONGEST_TEXT = 2000
_NO_TEXTS = ("xml:com.adobe.xmp", "raw profile")
"""Packed metadata, not for reading; may hold the place where a picture was taken."""


def collect(opened: Pil.Image, kind: str, width: int, height: int, size: int) -> ImageFacts:
    """Gather the facts of a picture that is loaded; what cannot be read is left empty.

    Args:
        opened: By Pillow, with its pixels loaded.
        kind: Format by magic bytes.
        width: Pixels as the file says.
        height: Pixels as the file says.
        size: Bytes of the file.
    """
    exif = _exif(opened)
    return ImageFacts(
        format=kind,
        width=width,
        height=height,
        bytes=size,
        frames=_frames(opened),
        taken=_taken(exif),
        camera=_camera(exif),
        texts=_texts(opened) if kind == "PNG" else (),
    )


def orientation(opened: Pil.Image) -> int:
    """EXIF orientation 1 to 8; 1 when there is none or it makes no sense."""
    value = _exif(opened).get(_ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _exif(opened: Pil.Image) -> Mapping[int, Any]:
    """The main tags and those of the photo, as one mapping."""
    try:
        exif = opened.getexif()
        photo = exif.get_ifd(_PHOTO)
        return {**photo, **dict(exif)}
    except Exception:  # noqa: BLE001 - damaged EXIF raises anything, and is worth nothing
        return {}


def _frames(opened: Pil.Image) -> int:
    """Frames of an animation; the second picture in some phones' JPEG files is none."""
    if opened.format == "MPO":
        return 1
    try:
        return max(1, int(getattr(opened, "n_frames", 1)))
    except Exception:  # noqa: BLE001 - the frames after the first may be damaged
        return 1


def _taken(exif: Mapping[int, Any]) -> str:
    for tag in (_TAKEN, _DIGITIZED, _CHANGED):
        match = _DATE.match(str(exif.get(tag, "")).strip())
        if match:
            try:
                year, month, day, hour, minute, second = map(int, match.groups())
                return datetime(year, month, day, hour, minute, second).isoformat()
            except ValueError:
                continue
    return ""


def _camera(exif: Mapping[int, Any]) -> str:
    make, model = (_word(exif.get(tag)) for tag in (_MAKE, _MODEL))
    if make and model.lower().startswith(make.lower().split()[0]):
        make = ""
    return f"{make} {model}".strip()


def _word(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return clean_line(text.split("\0")[0].strip(), 60)


def _texts(opened: Pil.Image) -> tuple[tuple[str, str], ...]:
    kept: list[tuple[str, str]] = []
    texts = getattr(opened, "text", {})
    for key, value in texts.items():
        if len(kept) == _MOST_TEXTS:
            break
        if not isinstance(value, str) or key.lower().startswith(_NO_TEXTS):
            continue
        text = clean(value[:_LONGEST_TEXT]).strip()
        if text:
            kept.append((clean_line(str(key), 40), text))
    return tuple(kept)
