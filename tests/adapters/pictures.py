"""Pictures drawn for tests."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw


def photo(width: int = 320, height: int = 240, mode: str = "RGB") -> Image.Image:
    """Noise over a gradient, so that it is no flat graphic; top left corner red."""
    noise = random.Random(7).randbytes((width // 4 + 1) * (height // 4 + 1))
    grain = Image.frombytes("L", (width // 4 + 1, height // 4 + 1), noise).resize((width, height))
    rising = Image.linear_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (grain, rising, rising.rotate(180)))
    corner = (0, 0, width // 4, height // 4)
    ImageDraw.Draw(picture).rectangle(corner, fill=(230, 20, 20))
    return picture.convert(mode)


def flat(width: int = 64, height: int = 48) -> Image.Image:
    picture = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(picture).ellipse((8, 8, width - 8, height - 8), fill=(0, 90, 200))
    return picture


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def saved(path: Path, picture: Image.Image, kind: str, **options: Any) -> Path:
    path.write_bytes(encoded(picture, kind, **options))
    return path


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))
