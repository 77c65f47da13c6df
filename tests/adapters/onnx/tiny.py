"""The tiny captioner as tests use it: its files, its scenes as pictures, and what torch said."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from tests.models.tiny_captioner.scenes import HELD_OUT, scene
from tui.adapters.onnx.loading import Files
from tui.domain.generation import Finished, GenerationEvent, TextDelta
from tui.domain.image import Image, ImageFacts

HERE = Path(__file__).parents[2] / "models" / "tiny_captioner"
MODEL = HERE / "model"
EXPECTED: dict[str, Any] = json.loads((HERE / "expected.json").read_text())
CAPTIONS: list[str] = EXPECTED["captions"]


def picture(number: int) -> bytes:
    """Held-out scene `number` as PNG."""
    out = io.BytesIO()
    scene(HELD_OUT + number).draw().save(out, "PNG")
    return out.getvalue()


def image(number: int) -> Image:
    """Held-out scene `number` as intake would hand it over."""
    data = picture(number)
    facts = ImageFacts("PNG", 192, 192, len(data))
    digest = hashlib.sha256(data).hexdigest()
    return Image(data, "image/png", 192, 192, digest, f"scene{number}.png", facts)


def files(
    folder: Path = MODEL, *, dtype: str = "", merged: bool = True, plain: bool = False
) -> Files:
    """Files of the model with this suffix and layout."""
    if merged:
        decoder, later = f"onnx/decoder_model_merged{dtype}.onnx", ""
    else:
        decoder = f"onnx/decoder_model{dtype}.onnx"
        later = f"onnx/decoder_with_past_model{dtype}.onnx"
    return Files(folder, f"onnx/encoder_model{dtype}.onnx", decoder, later, plain=plain)


async def collect(events: AsyncGenerator[GenerationEvent, None]) -> list[GenerationEvent]:
    async with aclosing(events) as stream:
        return [event async for event in stream]


def text_of(events: Sequence[GenerationEvent]) -> str:
    assert isinstance(events[-1], Finished)
    return "".join(event.text for event in events if isinstance(event, TextDelta))
