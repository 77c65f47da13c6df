"""The offline description of real and drawn pictures, through the real worker process."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image as Pillow
from PIL import ImageDraw

from tui.adapters.captioners.describe import DescribeCaptioner
from tui.adapters.onnx.client import OnnxWorker
from tui.domain.errors import CaptionError
from tui.domain.generation import Finished, GenerationEvent, Progress, Started, TextDelta
from tui.domain.image import Image, ImageFacts

PHOTOS = Path(__file__).parents[2] / "data" / "photos"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def captioner() -> AsyncIterator[DescribeCaptioner]:
    worker = OnnxWorker()
    yield DescribeCaptioner(worker)
    await worker.aclose()


def image_of(data: bytes, file_format: str) -> Image:
    with Pillow.open(io.BytesIO(data)) as opened:
        width, height = opened.size
    facts = ImageFacts(format=file_format, width=width, height=height, bytes=len(data))
    return Image(data, f"image/{file_format.lower()}", width, height, "0", "name", facts)


def drawn(picture: Pillow.Image) -> Image:
    data = io.BytesIO()
    picture.save(data, "PNG")
    return image_of(data.getvalue(), "PNG")


async def events_of(
    stream: AsyncGenerator[GenerationEvent, None],
) -> list[GenerationEvent]:
    async with aclosing(stream) as events:
        return [event async for event in events]


async def said(captioner: DescribeCaptioner, image: Image) -> str:
    events = await events_of(captioner.caption(image, "What's in this image?"))
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cat.jpg", ["photo in landscape format (451 × 300 pixels)", "brown", "a cat ("]),
        ("coffee.jpg", ["photo in landscape format", "very probably shows an espresso ("]),
        ("rocket.jpg", ["photo in landscape format", "dark", "blue", "a rocket or a missile ("]),
    ],
)
async def test_real_photos_are_described_rightly(
    captioner: DescribeCaptioner, name: str, words: list[str]
) -> None:
    text = await said(captioner, image_of((PHOTOS / name).read_bytes(), "JPEG"))
    for word in words:
        assert word in text


@pytest.mark.asyncio(loop_scope="module")
async def test_a_drawing_is_no_photo_and_its_colours_are_named(
    captioner: DescribeCaptioner,
) -> None:
    picture = Pillow.new("RGB", (300, 400), "#1e3ce6")
    ImageDraw.Draw(picture).ellipse((50, 50, 250, 250), fill="#f5dc32")
    text = await said(captioner, drawn(picture))
    assert text == (
        "Probably a drawing or chart in portrait format (300 × 400 pixels), "
        "mostly blue with some yellow."
    )


@pytest.mark.asyncio(loop_scope="module")
async def test_a_screen_full_of_text_is_a_screenshot(captioner: DescribeCaptioner) -> None:
    picture = Pillow.new("RGB", (1280, 720), "#1a1a1c")
    pen = ImageDraw.Draw(picture)
    for line in range(40):
        pen.text((10, 18 * line), f"{line}: def words(self) -> list[str]: " * 5, fill="#6eaa46")
    assert (await said(captioner, drawn(picture))).startswith("Probably a screenshot")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 2), (7, 7)])
async def test_pictures_of_odd_sizes_are_described(
    captioner: DescribeCaptioner, size: tuple[int, int]
) -> None:
    text = await said(captioner, drawn(Pillow.new("RGB", size, "white")))
    assert f"({size[0]} × {size[1]} pixels), white all over" in text


@pytest.mark.asyncio(loop_scope="module")
async def test_the_stream_tells_what_goes_on_and_ends_once(captioner: DescribeCaptioner) -> None:
    image = image_of((PHOTOS / "cat.jpg").read_bytes(), "JPEG")
    events = await events_of(captioner.caption(image, ""))
    assert [type(event) for event in events] == [Started, Progress, Progress, TextDelta, Finished]
    assert captioner.label == "offline description"


@pytest.mark.asyncio(loop_scope="module")
async def test_data_that_is_no_picture_is_an_error_of_one_line(
    captioner: DescribeCaptioner,
) -> None:
    facts = ImageFacts(format="PNG", width=1, height=1, bytes=4)
    broken = Image(b"none", "image/png", 1, 1, "0", "name", facts)
    with pytest.raises(CaptionError, match="could not be read"):
        await said(captioner, broken)


class SilentWorker:
    """A worker whose operation ends without findings."""

    async def run(
        self, op: str, fields: dict[str, Any], data: bytes = b""
    ) -> AsyncGenerator[dict[str, Any], None]:
        yield {"stage": op}


def test_a_caption_of_this_source_depends_on_the_picture_alone() -> None:
    ours, other = DescribeCaptioner(SilentWorker()), DescribeCaptioner(SilentWorker())
    assert not ours.takes_prompt
    assert ours.fingerprint
    assert ours.fingerprint == other.fingerprint


async def test_a_worker_that_finds_nothing_is_an_error() -> None:
    captioner = DescribeCaptioner(SilentWorker())
    facts = ImageFacts(format="PNG", width=1, height=1, bytes=4)
    with pytest.raises(CaptionError):
        await said(captioner, Image(b"", "image/png", 1, 1, "0", "name", facts))
