"""Every kind of file, through intake, by the limits of every service."""

from __future__ import annotations

import asyncio
import os
import stat
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pil

from tests.adapters.pictures import encoded, flat, opened, photo
from tui.adapters import picture_preparer
from tui.adapters.picture_preparer import PicturePreparer
from tui.adapters.pillow import PillowReader
from tui.adapters.providers.catalog import PROVIDERS
from tui.adapters.sample_picture import SAMPLE_WORDS, sample_picture
from tui.domain.errors import ImageError
from tui.domain.image import UNLIMITED, Image, PictureLimits

MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


def taken_in(picture: Pil.Image, kind: str, **options: object) -> Image:
    return PillowReader().decode(encoded(picture, kind, **options), f"a.{kind.lower()}")


def heic() -> Image:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return taken_in(photo(), "HEIF")


def glass(width: int = 200, height: int = 100) -> Pil.Image:
    """Clear on the left, noise on the right."""
    picture = photo(width, height, "RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, width // 2, height))
    return picture


def turned() -> Image:
    exif = Pil.Exif()
    exif[0x0112] = 6
    return taken_in(photo(), "JPEG", exif=exif)


@pytest.fixture(scope="module")
def intake() -> dict[str, Image]:
    return {
        "gif": taken_in(photo(mode="P"), "GIF", save_all=True, append_images=[photo(mode="P")]),
        "webp": taken_in(photo(), "WEBP"),
        "clear webp": taken_in(glass(), "WEBP", lossless=True),
        "heic": heic(),
        "cmyk": taken_in(photo(mode="CMYK"), "JPEG"),
        "16 bits": taken_in(photo(mode="L").convert("I;16"), "PNG"),
        "turned": turned(),
        "12 megapixels": taken_in(photo(4000, 3000), "JPEG"),
        "large and clear": taken_in(glass(2200, 1100), "PNG", compress_level=1),
        "sample": sample_picture(),
    }


@pytest.fixture
def preparer(tmp_path: Path) -> PicturePreparer:
    return PicturePreparer(tmp_path / "pictures")


@pytest.fixture
def encodings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each JPEG that is encoded."""
    made: list[int] = []
    real = picture_preparer._jpeg

    def counted(picture: Pil.Image, quality: int) -> bytes:
        made.append(quality)
        return real(picture, quality)

    monkeypatch.setattr(picture_preparer, "_jpeg", counted)
    return made


def assert_fits(made: Image, limits: PictureLimits) -> None:
    assert made.mime in limits.accepts
    assert made.data.startswith(MAGIC[made.mime])
    assert opened(made.data).size == (made.width, made.height)
    assert len(made.data) <= (limits.max_bytes or len(made.data))
    assert max(made.width, made.height) <= (limits.max_side or made.width + made.height)
    assert made.width * made.height <= (limits.max_pixels or made.width * made.height)


async def test_every_kind_of_file_fits_every_service(
    intake: dict[str, Image], preparer: PicturePreparer
) -> None:
    limits = {row.pictures for row in PROVIDERS.values()}
    assert limits
    for row in limits:
        for image in intake.values():
            made = await preparer.prepare(image, row)
            assert_fits(made, row)
            assert (made.digest, made.name, made.facts) == (image.digest, image.name, image.facts)


async def test_narrow_limits_are_kept_too(
    intake: dict[str, Image], preparer: PicturePreparer
) -> None:
    narrow = [
        PictureLimits(accepts=("image/jpeg",)),
        PictureLimits(accepts=("image/png",), max_bytes=20_000),
        PictureLimits(max_bytes=40_000),
        PictureLimits(max_side=100),
        PictureLimits(max_pixels=9_999),
        PictureLimits(max_bytes=8_000, max_side=333, max_pixels=50_000),
    ]
    for limits in narrow:
        for image in (image for name, image in intake.items() if name != "12 megapixels"):
            assert_fits(await preparer.prepare(image, limits), limits)


async def test_a_picture_that_fits_is_the_same_one_and_nothing_is_written(
    intake: dict[str, Image], preparer: PicturePreparer, tmp_path: Path
) -> None:
    for image in intake.values():
        assert await preparer.prepare(image, UNLIMITED) is image
    assert list(tmp_path.iterdir()) == []


async def test_a_picture_of_many_bytes_loses_quality_before_size(
    intake: dict[str, Image], preparer: PicturePreparer
) -> None:
    image = intake["12 megapixels"]
    made = await preparer.prepare(image, PictureLimits(max_bytes=len(image.data) * 3 // 4))
    assert (made.width, made.height) == (image.width, image.height)
    made = await preparer.prepare(image, PictureLimits(max_bytes=len(image.data) // 10))
    assert made.width < image.width
    assert made.width / made.height == pytest.approx(image.width / image.height, rel=0.02)


async def test_clear_parts_become_white_in_a_jpeg(preparer: PicturePreparer) -> None:
    image = taken_in(glass(), "PNG")
    assert image.mime == "image/png"
    made = await preparer.prepare(image, PictureLimits(accepts=("image/jpeg",)))
    left = opened(made.data).convert("RGB").getpixel((20, 50))
    assert isinstance(left, tuple)
    assert min(left) > 245


async def test_a_png_stays_one_where_it_fits(preparer: PicturePreparer) -> None:
    image = taken_in(flat(800, 600), "PNG")
    made = await preparer.prepare(image, PictureLimits(max_side=400))
    assert (made.mime, made.width, made.height) == ("image/png", 400, 300)
    clear = taken_in(glass(), "PNG")
    made = await preparer.prepare(clear, PictureLimits(max_side=100))
    assert opened(made.data).mode == "RGBA"


async def test_shrinking_halves_sides_and_bytes(
    intake: dict[str, Image], preparer: PicturePreparer
) -> None:
    for name in ("12 megapixels", "large and clear"):
        whole = await preparer.prepare(intake[name], PictureLimits(max_side=1600))
        for shrink in (1, 2):
            made = await preparer.prepare(intake[name], PictureLimits(max_side=1600), shrink)
            assert made.mime == "image/jpeg"
            assert made.width <= whole.width >> shrink
            assert len(made.data) <= len(whole.data) >> shrink
    tiny = taken_in(Pil.new("RGB", (1, 1), "red"), "PNG")
    assert (await preparer.prepare(tiny, UNLIMITED, 3)).width == 1


async def test_the_second_time_it_comes_from_the_cache(
    intake: dict[str, Image], preparer: PicturePreparer, encodings: list[int], tmp_path: Path
) -> None:
    image, limits = intake["cmyk"], PictureLimits(max_side=100)
    first = await preparer.prepare(image, limits)
    done = len(encodings)
    assert done
    renamed = replace(image, name="b.jpg")
    for again in (preparer, PicturePreparer(tmp_path / "pictures")):
        assert await again.prepare(renamed, limits) == replace(first, name="b.jpg")
    assert len(encodings) == done
    await preparer.prepare(image, replace(limits, max_count=7))
    assert len(encodings) == done
    await preparer.prepare(image, limits, 1)
    await preparer.prepare(image, replace(limits, max_side=90))
    assert len(encodings) > done


async def test_cached_files_are_for_their_owner_only(
    intake: dict[str, Image], preparer: PicturePreparer, tmp_path: Path
) -> None:
    await preparer.prepare(intake["cmyk"], PictureLimits(max_side=100))
    folder = tmp_path / "pictures"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()] == [0o600]


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "foreign"])
async def test_a_damaged_file_in_the_cache_is_made_anew(
    damage: str,
    intake: dict[str, Image],
    preparer: PicturePreparer,
    tmp_path: Path,
) -> None:
    limits = PictureLimits(max_side=100)
    first = await preparer.prepare(intake["cmyk"], limits)
    (file,) = (tmp_path / "pictures").iterdir()
    whole = file.read_bytes()
    spoiled = {
        "cut": whole[:-10],
        "changed": whole[:-10] + b"0123456789",
        "empty": b"",
        "foreign": b"[1]\nnot ours",
    }
    file.write_bytes(spoiled[damage])
    assert await preparer.prepare(intake["cmyk"], limits) == first
    assert file.read_bytes() == whole


async def test_what_was_used_longest_ago_goes_when_the_cache_is_full(
    intake: dict[str, Image], tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    plenty = PicturePreparer(folder)
    image = intake["cmyk"]
    for number, side in enumerate((100, 101, 102)):
        before = set(folder.glob("*"))
        await plenty.prepare(image, PictureLimits(max_side=side))
        (new,) = set(folder.glob("*")) - before
        os.utime(new, (number, number))
    oldest = min(folder.iterdir(), key=lambda file: file.stat().st_mtime)
    await plenty.prepare(image, PictureLimits(max_side=100))  # used: no longer the oldest
    size = sum(file.stat().st_size for file in folder.iterdir())
    await PicturePreparer(folder, size).prepare(image, PictureLimits(max_side=60))
    assert oldest.exists()
    assert sum(file.stat().st_size for file in folder.iterdir()) <= size
    assert len(list(folder.iterdir())) == 3


async def test_without_a_place_for_a_cache_pictures_are_prepared_all_the_same(
    intake: dict[str, Image], tmp_path: Path
) -> None:
    (tmp_path / "pictures").write_text("in the way")
    preparer = PicturePreparer(tmp_path / "pictures")
    made = await preparer.prepare(intake["cmyk"], PictureLimits(max_side=100))
    assert made.width == 100


async def test_what_cannot_be_done_is_one_line(
    intake: dict[str, Image], preparer: PicturePreparer
) -> None:
    broken = replace(intake["cmyk"], data=intake["cmyk"].data[:300])
    with pytest.raises(ImageError, match="damaged"):
        await preparer.prepare(broken, PictureLimits(max_side=100))
    with pytest.raises(ImageError, match="cannot be made smaller than 9 bytes"):
        await preparer.prepare(intake["cmyk"], PictureLimits(max_bytes=9))
    with pytest.raises(ImageError, match="neither JPEG nor PNG"):
        await preparer.prepare(intake["cmyk"], PictureLimits(accepts=("image/webp",)))


async def test_the_event_loop_goes_on_meanwhile(
    intake: dict[str, Image], preparer: PicturePreparer
) -> None:
    task = asyncio.ensure_future(
        preparer.prepare(intake["12 megapixels"], PictureLimits(max_bytes=50_000))
    )
    turns = 0
    while not task.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 10


@given(st.integers(1, 30_000), st.integers(1, 30_000), st.integers(0, 9000), st.integers(0, 10**7))
def test_no_shape_escapes_the_limits(width: int, height: int, side: int, pixels: int) -> None:
    limits = PictureLimits(max_side=side, max_pixels=pixels)
    wide, high = picture_preparer._size(width, height, limits)
    assert 1 <= wide <= width
    assert 1 <= high <= height
    assert max(wide, high) <= (side or 30_000)
    assert wide * high <= (pixels or wide * high)
    assert picture_preparer._size(wide, high, limits) == (wide, high)


def test_the_sample_is_small_and_what_it_says_it_is() -> None:
    image = sample_picture()
    assert len(image.data) <= 4096
    picture = opened(image.data)
    assert picture.format == "PNG"
    assert picture.size == (image.width, image.height)
    assert resources.files("tui.data").joinpath("test_picture.png").is_file()
    assert all(word == word.lower() for word in SAMPLE_WORDS)
