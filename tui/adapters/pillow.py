"""Turns picture files into clean, bounded pictures with Pillow."""

from __future__ import annotations

import asyncio
import hashlib
import io
import logging
import threading
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.adapters import image_facts
from tui.adapters.image_file import picture_format, read_bytes, shown_name, too_large
from tui.adapters.timed_file import TimedFile
from tui.domain.errors import ImageError
from tui.domain.image import Box, Image

if TYPE_CHECKING:
    from PIL import Image as Pil

logger = logging.getLogger(__name__)

_LONGEST_SIDE = 20_000
"""Pixels; no camera or scanner in use comes near."""
_MOST_SCANS = 100
"""Parts of a JPEG in which it grows clearer; cameras and programs make a dozen. Each costs as much
as decoding it once more, and takes a hundred bytes."""
_READ_SECONDS = 10.0
"""Of the processor, for all that Pillow reads of a file. A picture of 64 megapixels takes three;
a file of millions of empty parts would take hours."""
_FACTS_SECONDS = 1.0
"""For what is read after the pixels: frames are counted one by one."""
_FLAT_COLOURS = 4096
_FLAT_BYTES = 1_500_000
_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""EXIF orientation to Pillow's Transpose."""
_KINDS = {"image/jpeg": "JPEG", "image/png": "PNG"}
_DECODING = threading.Lock()
"""One picture at a time: bounds memory, and warning filters belong to the whole process."""


class PillowReader:
    """Opens files by their magic bytes and prepares them for models and screens."""

    def __init__(
        self, max_megabytes: int = 64, max_megapixels: int = 64, max_side: int = 2048
    ) -> None:
        """Set the limits: file size, decoded size, and the longest side that is kept."""
        self._bytes = max_megabytes * 1_000_000
        self._pixels = max_megapixels * 1_000_000
        self._side = max_side

    async def read(self, path: Path) -> Image:
        """Open a file.

        Returns:
            Upright, first frame, sRGB, without metadata, JPEG or PNG.

        Raises:
            ImageError: One line for everything that is not such a picture.
        """
        return await asyncio.to_thread(self._read, path)

    def _read(self, path: Path) -> Image:
        name = shown_name(path)
        data = read_bytes(path, self._bytes)
        return self.decode(data, name)

    def decode(self, data: bytes, name: str) -> Image:
        """Prepare a picture whose file is already in memory; blocking. Raises ImageError."""
        if not data:
            raise ImageError(f"{name}: the file is empty")
        if len(data) > self._bytes:
            raise too_large(name, self._bytes)
        kind = picture_format(data, name)
        with _DECODING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return self._decode(data, name, kind)
            except ImageError:
                raise
            except MemoryError as error:
                raise ImageError(f"{name}: not enough memory to open it") from error
            except Exception as error:  # decoders raise anything on damaged files
                logger.debug("picture not decoded", exc_info=True)
                said = str(error).lower()
                cut = "truncated" in said or "broken data" in said or "unexpected end" in said
                what = "the end of the file is missing" if cut else "damaged, or of a rare kind"
                raise ImageError(f"{name}: {what} ({_label(kind)})") from error

    async def crop(self, image: Image, box: Box) -> Image:
        """A part of a picture as one of its own.

        Args:
            image: Made by this reader.
            box: In its pixels; what lies outside is left out.

        Raises:
            ImageError: Nothing is left, or the picture cannot be decoded.
        """
        return await asyncio.to_thread(self._crop, image, box)

    def _crop(self, image: Image, box: Box) -> Image:
        left, top = max(0, box[0]), max(0, box[1])
        right, bottom = min(image.width, box[2]), min(image.height, box[3])
        if left >= right or top >= bottom:
            raise ImageError(f"{image.name}: that part of it is empty")
        out = io.BytesIO()
        try:
            with _open(TimedFile(image.data, _READ_SECONDS), _KINDS[image.mime]) as opened:
                part = opened.crop((left, top, right, bottom))
                part.info.clear()
                part.save(out, "PNG")
        except (OSError, ValueError, SyntaxError) as error:
            raise ImageError(f"{image.name}: damaged") from error
        place = f"{image.digest}:{left},{top},{right},{bottom}".encode()
        facts = replace(image.facts, width=right - left, height=bottom - top)
        return replace(
            image,
            facts=facts,
            data=out.getvalue(),
            mime="image/png",
            width=right - left,
            height=bottom - top,
            digest=hashlib.sha256(place).hexdigest(),
        )

    def _decode(self, data: bytes, name: str, kind: str) -> Image:
        if kind == "JPEG" and data.count(b"\xff\xda") > _MOST_SCANS:
            raise ImageError(f"{name}: damaged, or of a rare kind ({kind})")
        file = TimedFile(data, _READ_SECONDS)
        with _open(file, kind) as opened:
            width, height = opened.size
            self._check_size(width, height, name)
            if kind == "JPEG":
                opened.draft(opened.mode, _fit(width, height, self._side))
            opened.load()
            file.allow(_FACTS_SECONDS)
            facts = image_facts.collect(opened, kind, width, height, len(data))
            turn = image_facts.orientation(opened)
            profile = opened.info.get("icc_profile")
            picture = _eight_bits(opened)
            size = _fit(*picture.size, self._side)
            if size != picture.size:  # at once: the whole picture shall not be there twice
                picture = picture.resize(size, _lanczos(), reducing_gap=2.0)
            elif picture is opened:
                picture = opened.copy()
        if picture.mode == "RGBA":
            picture = _without_idle_alpha(picture)
        if turn in _TURNS:
            picture = picture.transpose(_turn(_TURNS[turn]))
        picture = _srgb(picture, profile)
        encoded, mime = _encode(picture, lossless=kind not in ("JPEG", "HEIF", "AVIF"))
        digest = hashlib.sha256(data).hexdigest()
        return Image(encoded, mime, picture.width, picture.height, digest, name, facts)

    def _check_size(self, width: int, height: int, name: str) -> None:
        if width < 1 or height < 1:
            raise ImageError(f"{name}: the picture has no pixels")
        if width * height > self._pixels or max(width, height) > _LONGEST_SIDE:
            raise ImageError(
                f"{name}: {width} x {height} pixels are too many",
                hint=f"at most {self._pixels // 1_000_000} megapixels (images.max_megapixels)"
                f" and {_LONGEST_SIDE:,} a side",
            )


def _open(file: TimedFile, kind: str) -> Pil.Image:
    from PIL import Image as Pil

    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    # The size is checked against the person's own limit before anything is decoded.
    Pil.MAX_IMAGE_PIXELS = None
    return Pil.open(file, formats=(kind,))


def _label(kind: str) -> str:
    return {"HEIF": "HEIC", "WEBP": "WebP"}.get(kind, kind)


def _lanczos() -> Pil.Resampling:
    from PIL import Image as Pil

    return Pil.Resampling.LANCZOS


def _turn(number: int) -> Pil.Transpose:
    from PIL import Image as Pil

    return Pil.Transpose(number)


def _fit(width: int, height: int, side: int) -> tuple[int, int]:
    """The size with the longest side bounded, aspect ratio kept."""
    longest = max(width, height)
    if longest <= side:
        return width, height
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))


def _eight_bits(picture: Pil.Image) -> Pil.Image:
    """The picture in L, RGB, RGBA or CMYK; deeper greys are scaled, not clipped."""
    mode = picture.mode
    if mode in ("I", "F") or mode.startswith("I;16"):
        return _scaled(picture)
    if mode in ("LA", "La", "PA", "RGBa", "RGBA") or "transparency" in picture.info:
        return picture if mode == "RGBA" else picture.convert("RGBA")
    if mode in ("L", "RGB", "CMYK"):
        return picture
    if mode == "LAB":
        return _from_lab(picture)
    return picture.convert("L" if mode == "1" else "RGB")


def _without_idle_alpha(picture: Pil.Image) -> Pil.Image:
    lowest = picture.getchannel("A").getextrema()[0]
    return picture.convert("RGB") if lowest == 255 else picture


def _scaled(picture: Pil.Image) -> Pil.Image:
    """Grey of 16 bits by its whole range; 32 bits and fractions by what occurs in them."""
    if picture.mode.startswith("I;16"):
        return picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    low, high = picture.getextrema()
    low, high = float(low), float(high)  # type: ignore[arg-type]  # one channel: two numbers
    if low >= 0 and high <= 1 and picture.mode == "F":
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    elif low >= 0 and high <= 65535:
        low, high = 0.0, 65535.0
    scale = 255.0 / ((high - low) or 1.0)
    shift = -low * scale
    return picture.convert("F").point(lambda value: value * scale + shift).convert("L")


def _from_lab(picture: Pil.Image) -> Pil.Image:
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB")
    if converted is None:
        raise ValueError("no colour conversion")
    return converted


def _srgb(picture: Pil.Image, profile: object) -> Pil.Image:
    """The picture in sRGB, RGB or RGBA; a useless colour profile is ignored."""
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if alpha is not None else picture
    converted = _by_profile(colours, profile) if isinstance(profile, bytes) and profile else None
    colours = colours.convert("RGB") if converted is None else converted
    if alpha is not None:
        colours.putalpha(alpha)
    return colours


def _by_profile(picture: Pil.Image, profile: bytes) -> Pil.Image | None:
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _encode(picture: Pil.Image, *, lossless: bool) -> tuple[bytes, str]:
    """PNG for what is transparent or flat, JPEG for the rest."""
    picture.info.clear()
    out = io.BytesIO()
    flat = lossless and picture.mode == "RGB" and picture.getcolors(_FLAT_COLOURS) is not None
    if picture.mode == "RGBA" or flat:
        picture.save(out, "PNG")
        if picture.mode == "RGBA" or out.tell() <= _FLAT_BYTES:
            return out.getvalue(), "image/png"
        out = io.BytesIO()
    picture.save(out, "JPEG", quality=90, subsampling=0 if lossless else -1)
    return out.getvalue(), "image/jpeg"
