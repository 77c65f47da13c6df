from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path

from PIL import Image as Pil

from tui.adapters.picture_preparer import PicturePreparer
from tui.adapters.providers.catalog import PROVIDERS
from tui.adapters.sample_picture import SAMPLE_WORDS, sample_picture

ROOT = Path(__file__).parents[2]
SMALL = 5_000
"""Bytes; it goes along with each test of a connection."""


def test_it_says_of_itself_what_it_is() -> None:
    picture = sample_picture()
    with Pil.open(io.BytesIO(picture.data), formats=("PNG",)) as opened:
        opened.load()
        assert opened.size == (picture.width, picture.height)
        assert not opened.info
    assert picture.mime == "image/png"
    assert picture.digest == hashlib.sha256(picture.data).hexdigest()
    facts = picture.facts
    assert (facts.format, facts.width, facts.height) == ("PNG", picture.width, picture.height)
    assert facts.bytes == len(picture.data) < SMALL
    assert sample_picture() == picture


def test_it_shows_a_purple_triangle_and_black_letters_on_white() -> None:
    with Pil.open(io.BytesIO(sample_picture().data)) as opened:
        pixels = opened.convert("RGB")
    counts = pixels.getcolors(pixels.width * pixels.height)
    assert counts is not None
    (_, ground), (_, shape) = sorted(counts, reverse=True)[:2]
    assert ground == (255, 255, 255)
    assert isinstance(shape, tuple)
    red, green, blue = shape
    assert min(red, blue) > 100
    assert green < 50
    rows = [row_of(pixels, y, shape) for y in range(pixels.height)]
    triangle = [width for width in rows if width]
    assert triangle == sorted(triangle)
    assert triangle[-1] > 10 * triangle[0]
    below = pixels.crop((0, len(rows) - 80, pixels.width, pixels.height)).convert("L")
    lowest, highest = below.getextrema()
    assert (lowest, highest) == (0, 255)


def row_of(pixels: Pil.Image, y: int, colour: tuple[int, ...]) -> int:
    """How many pixels of a row have a colour."""
    return sum(pixels.getpixel((x, y)) == colour for x in range(pixels.width))


def test_the_words_are_such_as_nobody_says_unseeing() -> None:
    assert "kiwi" in SAMPLE_WORDS
    guesses = (
        "I cannot see any picture. I'm sorry, could you describe it?",
        "A red circle with the word HELLO.",
        "The image shows a black square and the word STOP, or a blue triangle with TEST.",
        "A dog sits on a green lawn; there is no word in this picture, only a shape and a colour.",
    )
    for word in SAMPLE_WORDS:
        assert word == word.lower()
        assert len(word) > 3
        assert not any(word in guess.lower() for guess in guesses)
    for answer in ("Triangle, purple, KIWI", "A violet triangle.", "It says “Kiwi”."):
        assert any(word in answer.lower() for word in SAMPLE_WORDS)


async def test_every_service_takes_it_as_it_is(tmp_path: Path) -> None:
    picture = sample_picture()
    preparer = PicturePreparer(tmp_path)
    for row in PROVIDERS.values():
        assert await preparer.prepare(picture, row.pictures) is picture, row.id
    assert list(tmp_path.iterdir()) == []


def test_it_is_shipped() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert "tui" in wheel["packages"]
    assert not {"exclude", "only-include", "include"} & wheel.keys()
    file = resources.files("tui.data").joinpath(sample_picture().name)
    assert file.is_file()
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    assert not any(line.endswith((".png", "data", "data/")) for line in ignored)


def test_it_is_read_without_pillow() -> None:
    code = (
        "import sys; from tui.adapters.sample_picture import sample_picture; sample_picture();"
        "print([name for name in ('PIL', 'numpy', 'httpx') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
