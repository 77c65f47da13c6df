from __future__ import annotations

import io
import os
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from tests.adapters.pictures import encoded, flat, opened, photo, saved
from tui.adapters.pillow import PillowReader
from tui.domain.errors import ImageError

READER = PillowReader()


def near(pixel: Any, expected: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(pixel, expected, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
async def test_each_format_opens_whatever_its_name(tmp_path: Path, kind: str) -> None:
    path = saved(tmp_path / "picture.txt", photo(), kind)

    image = await READER.read(path)

    assert (image.width, image.height) == (320, 240)
    assert image.facts.format == kind
    assert image.facts.bytes == path.stat().st_size
    assert opened(image.data).size == (320, 240)
    assert near(opened(image.data).convert("RGB").getpixel((20, 20)), (230, 20, 20), 40)


async def test_heic_opens(tmp_path: Path) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    path = saved(tmp_path / "IMG_1.HEIC", photo(), "HEIF")

    image = await READER.read(path)

    assert (image.mime, image.width, image.facts.format) == ("image/jpeg", 320, "HEIF")


@pytest.mark.parametrize("turn", range(1, 9))
async def test_rotated_photos_stand_upright(tmp_path: Path, turn: int) -> None:
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    upright = photo(160, 96)
    stored = upright.transpose(Image.Transpose(back[turn])) if turn in back else upright
    exif = Image.Exif()
    exif[0x0112] = turn
    path = saved(tmp_path / "phone.jpg", stored, "JPEG", exif=exif, quality=95)

    image = await READER.read(path)

    assert (image.width, image.height) == (160, 96)
    assert near(opened(image.data).getpixel((10, 10)), (230, 20, 20), 30)
    assert image.facts.width == stored.width


async def test_metadata_is_read_and_then_gone(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon\0", "Canon EOS \x1b[31mR5"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 12:30:45"
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 1.0)
    path = saved(
        tmp_path / "a.jpg", photo(), "JPEG", exif=exif, comment=b"secret place", dpi=(99, 99)
    )

    image = await READER.read(path)
    plain = opened(image.data)

    assert image.facts.taken == "2024-05-01T12:30:45"
    assert image.facts.camera == "Canon EOS \ufffd[31mR5"
    assert not plain.getexif()
    assert b"secret" not in image.data
    assert set(plain.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


async def test_png_texts_are_cleaned_and_cut(tmp_path: Path) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("parameters", "a cat\x1b]52;c;x\x07" + "y" * 5000)
    texts.add_itxt("XML:com.adobe.xmp", "<gps/>")
    path = saved(tmp_path / "a.png", flat(), "PNG", pnginfo=texts)

    image = await READER.read(path)

    [(key, text)] = image.facts.texts
    assert key == "parameters"
    assert text.startswith("a cat\ufffd]52")
    assert len(text) == 2000
    assert "text" not in opened(image.data).info
    assert b"a cat" not in image.data


@pytest.mark.parametrize("turns", ["I;16", "I;16B"])
async def test_sixteen_bit_grey_keeps_its_shades(tmp_path: Path, turns: str) -> None:
    deep = Image.new("I;16", (256, 4))
    for x in range(256):
        for y in range(4):
            deep.putpixel((x, y), x * 257)
    kind = "PNG" if turns == "I;16" else "TIFF"
    path = saved(tmp_path / "deep", deep.convert("I").convert(turns), kind)

    image = await READER.read(path)

    shades = [opened(image.data).convert("L").getpixel((x, 1)) for x in (0, 64, 128, 255)]
    assert near(shades, (0, 64, 128, 255), 3)


async def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    picture = Image.new("CMYK", (40, 40), (0, 255, 255, 0))

    image = await READER.read(saved(tmp_path / "a.jpg", picture, "JPEG"))

    red = opened(image.data)
    assert red.mode == "RGB"
    assert near(red.getpixel((5, 5)), (254, 0, 0), 30)


async def test_transparency_survives(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (40, 40), (10, 200, 30, 128))

    image = await READER.read(saved(tmp_path / "a.webp", picture, "WEBP", lossless=True))

    assert image.mime == "image/png"
    assert opened(image.data).getpixel((5, 5)) == (10, 200, 30, 128)


async def test_a_transparent_palette_survives(tmp_path: Path) -> None:
    picture = flat().quantize(8)
    path = saved(tmp_path / "a.gif", picture, "GIF", transparency=picture.getpixel((0, 0)))

    image = await READER.read(path)

    corner: Any = opened(image.data).convert("RGBA").getpixel((0, 0))
    assert corner[3] == 0


async def test_alpha_that_hides_nothing_is_dropped(tmp_path: Path) -> None:
    image = await READER.read(saved(tmp_path / "a.png", photo(mode="RGBA"), "PNG"))

    assert image.mime == "image/jpeg"


async def test_flat_graphics_stay_exact(tmp_path: Path) -> None:
    image = await READER.read(saved(tmp_path / "a.bmp", flat(), "BMP"))

    assert image.mime == "image/png"
    assert opened(image.data).tobytes() == flat().tobytes()


async def test_an_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "green", "blue")]
    path = saved(tmp_path / "a.gif", frames[0], "GIF", save_all=True, append_images=frames[1:])

    image = await READER.read(path)

    assert image.facts.frames == 3
    assert near(opened(image.data).convert("RGB").getpixel((5, 5)), (255, 0, 0))


async def test_colour_profiles_are_applied(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ"))
    path = saved(tmp_path / "a.jpg", photo(), "JPEG", icc_profile=lab.tobytes())
    broken = saved(tmp_path / "b.jpg", photo(), "JPEG", icc_profile=b"no profile at all")

    for each in (path, broken):
        image = await READER.read(each)
        assert "icc_profile" not in opened(image.data).info


async def test_large_pictures_are_reduced(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", photo(3000, 1500), "JPEG")

    image = await PillowReader(max_side=1000).read(path)

    assert (image.width, image.height) == (1000, 500)
    assert (image.facts.width, image.facts.height) == (3000, 1500)


def chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def png_header(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 9))


JPEG = encoded(photo(), "JPEG")
BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "text": (b"just some words\n", "text"),
    "truncated jpeg": (JPEG[: len(JPEG) // 2], "the end of the file is missing"),
    "truncated png": (encoded(photo(), "PNG")[:3000], "the end of the file is missing"),
    "only a sign": (b"\x89PNG\r\n\x1a\n", "damaged, or|missing"),
    "bomb": (png_header(60_000, 60_000), "pixels are too many"),
    "long": (png_header(30_000, 1), "pixels are too many"),
    "svg": (b'<?xml version="1.0"?>\n<svg xmlns="x"/>', "an SVG drawing"),
    "jxl": (b"\xff\x0a\xfa\x7f" + bytes(40), "a JPEG XL picture"),
    "pdf": (b"%PDF-1.7\n", "a PDF document"),
    "video": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "a video"),
    "html": (b"<!DOCTYPE html><p>no", "a web page"),
    "binary": (bytes(range(200, 256)) * 9, "unknown data"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript file"),
    "BM text": (b"BMW is a maker of cars and more\n", "text"),
}


@pytest.mark.parametrize("name", BAD)
async def test_what_is_no_picture_is_one_line(tmp_path: Path, name: str) -> None:
    data, says = BAD[name]
    path = tmp_path / "cat.png"
    path.write_bytes(data)

    with pytest.raises(ImageError, match=says) as caught:
        await READER.read(path)

    assert "\n" not in caught.value.line()
    assert caught.value.message.startswith("cat.png: ")


async def test_what_is_no_file_is_one_line(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, says in (
        (tmp_path / "gone.png", "no such file"),
        (tmp_path, "a folder"),
        (tmp_path / "fifo", "pipe or device"),
        (Path("/dev/zero"), "pipe or device"),
        (tmp_path / "loop", "cannot be read"),
        (tmp_path / "a\0b", "cannot be read"),
        (tmp_path / ("n" * 300), "cannot be read"),
        (Path("~nobody-of-this-name/x"), "no such file|cannot be read"),
    ):
        with pytest.raises(ImageError, match=says):
            await READER.read(path)


async def test_no_permission_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "a.png", flat(), "PNG")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ImageError, match="no permission"):
        await READER.read(path)


async def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.png"
    with path.open("wb") as stream:
        stream.truncate(3_000_000)

    with pytest.raises(ImageError, match="larger than 2 MB"):
        await PillowReader(max_megabytes=2).read(path)


async def test_control_characters_in_a_name_are_harmless(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b]52;c;x\x07\n.png"
    image = await READER.read(saved(path, flat(), "PNG"))

    assert "\x1b" not in image.name
    assert "\n" not in image.name


SEEDS = [
    JPEG,
    encoded(flat(), "PNG"),
    encoded(flat(), "GIF"),
    encoded(flat(), "TIFF", compression="tiff_deflate"),
    encoded(flat(), "WEBP"),
    encoded(flat(), "BMP"),
]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.sampled_from(SEEDS),
    cut=st.just(0) | st.integers(0, 4000),
    changes=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=12),
)
def test_damaged_files_never_raise_anything_else(
    seed: bytes, cut: int, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(seed[: cut or None])
    for at, value in changes:
        data[at % len(data)] = value

    try:
        image = PillowReader(max_megapixels=2).decode(bytes(data), "x")
    except ImageError as error:
        assert "\n" not in error.line()
    else:
        opened(image.data).load()


def test_the_lab_and_float_modes_open() -> None:
    out = io.BytesIO()
    Image.new("F", (4, 4), 0.5).save(out, "TIFF")

    image = READER.decode(out.getvalue(), "x")

    pixel: Any = opened(image.data).convert("L").getpixel((0, 0))
    assert abs(pixel - 127) < 3


async def test_a_part_is_cut_out_as_a_picture_of_its_own(tmp_path: Path) -> None:
    both = Image.new("RGB", (64, 32), "red")
    both.paste("blue", (32, 0, 64, 32))
    both.save(tmp_path / "both.png")
    reader = READER
    whole = await reader.read(tmp_path / "both.png")

    part = await reader.crop(whole, (40, -5, 500, 16))

    assert (part.width, part.height, part.mime, part.name) == (24, 16, "image/png", "both.png")
    assert part.digest not in (whole.digest, (await reader.crop(whole, (0, 0, 9, 9))).digest)
    with Image.open(io.BytesIO(part.data)) as opened:
        assert opened.convert("RGB").getcolors() == [(24 * 16, (0, 0, 255))]
    with pytest.raises(ImageError, match="empty"):
        await reader.crop(whole, (70, 0, 90, 9))
    with pytest.raises(ImageError, match="damaged"):
        await reader.crop(replace(whole, data=b"nonsense"), (0, 0, 9, 9))
