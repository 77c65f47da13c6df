"""Makes pictures fit what a service takes, and remembers what it made."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

from tui.adapters.picture_cache import PictureCache
from tui.domain.errors import ImageError
from tui.domain.image import Image, PictureLimits

if TYPE_CHECKING:
    from PIL import Image as Pil

logger = logging.getLogger(__name__)

_JPEG, _PNG = "image/jpeg", "image/png"
_QUALITIES = (90, 80, 70, 60)
_STEPS = (0.25, 0.8)
"""By how much the sides go down when no quality is low enough: at most and at least."""
_SMALL_ENOUGH = 4096
"""Bytes; below, halving gains nothing and headers would be most of the file."""


class PicturePreparer:
    """Re-encodes pictures with Pillow, away from the event loop."""

    def __init__(self, cache: Path, max_bytes: int = 64_000_000) -> None:
        """Set where to remember.

        Args:
            cache: Folder of its own; made when something is kept.
            max_bytes: How large it may grow; what was used longest ago goes first.
        """
        self._cache = PictureCache(cache, max_bytes)

    async def prepare(self, image: Image, limits: PictureLimits, shrink: int = 0) -> Image:
        """Give a picture within the limits: the same one where it fits already.

        Args:
            image: Stays as it is.
            limits: All but `max_count` are kept.
            shrink: How often to halve the sides and the bytes of what 0 would give; from 1 on
                a JPEG, where one is taken.

        Raises:
            ImageError: The picture cannot be read, or cannot be made that small.
        """
        if shrink <= 0 and _fits(image, limits):
            return image
        return await asyncio.to_thread(self._prepare, image, limits, max(0, shrink))

    def _prepare(self, image: Image, limits: PictureLimits, shrink: int) -> Image:
        wanted = replace(limits, max_count=0)
        key = self._cache.key(image.data, wanted, shrink)
        known = self._cache.get(key, image)
        if known is not None:
            return known
        if shrink:
            plain = image if _fits(image, limits) else self._prepare(image, limits, 0)
            wanted = _halved(plain, limits, shrink)
        made = _encoded(image, wanted)
        self._cache.put(key, made)
        return made


def _fits(image: Image, limits: PictureLimits) -> bool:
    return (
        image.mime in limits.accepts
        and len(image.data) <= (limits.max_bytes or len(image.data))
        and (image.width, image.height) == _size(image.width, image.height, limits)
    )


def _size(width: int, height: int, limits: PictureLimits) -> tuple[int, int]:
    """The largest size within the limits, aspect ratio kept."""
    scale = min(1.0, (limits.max_side or width + height) / max(width, height))
    if limits.max_pixels:
        scale = min(scale, sqrt(limits.max_pixels / (width * height)))
    wide, high = _scaled(width, height, scale)
    # A line of pixels cannot get thinner, only shorter.
    most = limits.max_pixels or wide * high
    return min(wide, most), min(high, most)


def _scaled(width: int, height: int, scale: float) -> tuple[int, int]:
    # Cut off rather than rounded, and the small excess keeps 1/3 of 3 from becoming 0.99….
    return max(1, int(width * scale + 1e-6)), max(1, int(height * scale + 1e-6))


def _halved(plain: Image, limits: PictureLimits, shrink: int) -> PictureLimits:
    """The limits that a picture meets when its sides and bytes are halved some times."""
    room = max(_SMALL_ENOUGH, len(plain.data) >> shrink)
    return replace(
        limits,
        accepts=(_JPEG,) if _JPEG in limits.accepts else limits.accepts,
        max_side=max(1, max(plain.width, plain.height) >> shrink),
        max_bytes=min(room, limits.max_bytes or room),
    )


def _encoded(image: Image, limits: PictureLimits) -> Image:
    if not {_JPEG, _PNG} & set(limits.accepts):
        raise ImageError(f"{image.name}: the service takes neither JPEG nor PNG")
    try:
        picture = _opened(image)
        for data, mime, (width, height) in _candidates(picture, image.mime, limits):
            if not limits.max_bytes or len(data) <= limits.max_bytes:
                return replace(image, data=data, mime=mime, width=width, height=height)
    except MemoryError as error:
        raise ImageError(f"{image.name}: not enough memory to prepare it") from error
    except Exception as error:  # decoders raise anything on damaged files
        logger.debug("picture not prepared", exc_info=True)
        raise ImageError(
            f"{image.name}: the kept picture is damaged", hint="attach the file again"
        ) from error
    raise ImageError(f"{image.name}: cannot be made smaller than {limits.max_bytes:,} bytes")


def _candidates(
    picture: Pil.Image, mime: str, limits: PictureLimits
) -> Iterator[tuple[bytes, str, tuple[int, int]]]:
    """Ever smaller files of the picture, the best first."""
    size = _size(*picture.size, limits)
    if mime == _PNG and _PNG in limits.accepts:
        yield _png(_resized(picture, size)), _PNG, size
    while True:
        resized = _resized(picture, size)
        if _JPEG in limits.accepts:
            opaque = _on_white(resized)
            for quality in _QUALITIES:
                data = _jpeg(opaque, quality)
                yield data, _JPEG, size
        else:
            data = _png(resized)
            yield data, _PNG, size
        if size == (1, 1):
            return
        guess = sqrt(limits.max_bytes / len(data))
        size = _scaled(*size, min(max(guess, _STEPS[0]), _STEPS[1]))


def _opened(image: Image) -> Pil.Image:
    from PIL import Image as Pil

    with Pil.open(io.BytesIO(image.data), formats=("JPEG", "PNG")) as opened:
        if opened.size != (image.width, image.height):
            raise ValueError("not the size it should have")
        clear = opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info
        return opened.convert("RGBA" if clear else "RGB")


def _resized(picture: Pil.Image, size: tuple[int, int]) -> Pil.Image:
    from PIL import Image as Pil

    if size == picture.size:
        return picture
    return picture.resize(size, Pil.Resampling.LANCZOS, reducing_gap=2.0)


def _on_white(picture: Pil.Image) -> Pil.Image:
    from PIL import Image as Pil

    if picture.mode != "RGBA":
        return picture
    white = Pil.new("RGBA", picture.size, "white")
    return Pil.alpha_composite(white, picture).convert("RGB")


def _jpeg(picture: Pil.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _png(picture: Pil.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
