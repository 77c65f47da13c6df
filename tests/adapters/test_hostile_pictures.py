"""Picture files made to do harm: each is one line or a picture, in bounded time and memory."""

from __future__ import annotations

import asyncio
import io
import os
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.adapters.pictures import encoded, flat, photo, saved
from tui.adapters import pillow
from tui.adapters.folder_watch import FolderWatch
from tui.adapters.pillow import PillowReader
from tui.domain.errors import ImageError

READER = PillowReader()
SIDE = 100_000


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks)


def black(side: int) -> bytes:
    """A transparent PNG of many pixels and few bytes."""
    machine = zlib.compressobj(9)
    rows = b"".join(machine.compress(bytes(1 + 4 * side)) for _ in range(side)) + machine.flush()
    return png(side, side, chunk(b"IDAT", rows), chunk(b"IEND", b""))


def gif(width: int, height: int, frames: int) -> bytes:
    head = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHH", 0, 0, 1, 1) + b"\0\x02\x02\x44\x01\x00"
    return head + frame * frames + b";"


def tiff(width: int, height: int, pages: int = 1) -> bytes:
    entries = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1)]
    entries += [(278, height), (279, 1)]
    out = bytearray(b"II*\0" + struct.pack("<I", 12) + bytes(4))
    for page in range(pages):
        out += struct.pack("<H", len(entries))
        for tag, value in entries:
            out += struct.pack("<HHII", tag, 4, 1, value)
        out += struct.pack("<I", len(out) + 4 if page < pages - 1 else 0)
    return bytes(out)


def jpeg(width: int, height: int) -> bytes:
    data = bytearray(encoded(photo(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", min(height, 65535), min(width, 65535))
    return bytes(data)


def webp(width: int, height: int) -> bytes:
    data = bytearray(encoded(flat(), "WEBP", save_all=True, append_images=[photo(64, 48)]))
    at = data.index(b"VP8X") + 12
    data[at : at + 6] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(data)


def bmp(width: int, height: int) -> bytes:
    data = bytearray(encoded(flat(), "BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


HUGE = {
    "PNG": png(SIDE, SIDE, chunk(b"IDAT", zlib.compress(bytes(9)))),
    "GIF": gif(65535, 65535, 1),
    "TIFF": tiff(SIDE, SIDE),
    "JPEG": jpeg(SIDE, SIDE),
    "WEBP": webp(SIDE, SIDE),
    "BMP": bmp(SIDE, SIDE),
    "BMP upside down": bmp(SIDE, -SIDE),
    "BMP of nothing": bmp(0, 0),
}


@pytest.mark.parametrize("kind", HUGE)
def test_a_header_that_promises_too_much_is_refused_at_once(kind: str) -> None:
    start = time.thread_time()
    with pytest.raises(ImageError) as caught:
        READER.decode(HUGE[kind], "x")
    assert caught.value.line().isprintable()
    assert time.thread_time() - start < 1


def progressive(scans: int) -> bytes:
    data = encoded(Image.new("L", (640, 640), 100), "JPEG", progressive=True)
    end, last = data.rindex(b"\xff\xd9"), data.rindex(b"\xff\xda")
    return data[:end] + data[last:end] * scans + data[end:]


def test_a_jpeg_that_grows_clearer_for_ever_is_refused() -> None:
    start = time.thread_time()
    with pytest.raises(ImageError, match="rare kind"):
        READER.decode(progressive(50_000), "x")
    assert time.thread_time() - start < 1
    assert READER.decode(progressive(10), "x").width == 640


SLOW = {
    "marks of a JPEG": encoded(flat(), "JPEG")[:2]
    + b"\xff\xe5\0\2" * 200_000
    + encoded(flat(), "JPEG")[2:],
    "chunks of a PNG": png(4, 4, *[chunk(b"aaAa", b"")] * 200_000),
    "pieces of a PNG": png(4, 4, *[chunk(b"IDAT", b"")] * 200_000),
    "comments of a GIF": gif(1, 1, 0)[:-1] + b"\x21\xfe\x01a\0" * 200_000,
}


@pytest.mark.parametrize("what", SLOW)
def test_millions_of_empty_parts_are_not_all_read(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a hundredth of the real time, which is ten seconds."""
    monkeypatch.setattr(pillow, "_READ_SECONDS", 0.1)
    start = time.thread_time()
    with pytest.raises(ImageError, match="rare kind"):
        READER.decode(SLOW[what], "x")
    assert time.thread_time() - start < 1


@pytest.mark.parametrize("data", [gif(1, 1, 100_000), tiff(1, 1, 40_000)], ids=["GIF", "TIFF"])
def test_frames_without_end_are_not_all_counted(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time that was given to decoding is not left over for them."""
    monkeypatch.setattr(pillow, "_FACTS_SECONDS", 0.05)
    start = time.thread_time()
    try:
        image = READER.decode(data, "x")
    except ImageError as error:
        assert "rare kind" in error.message
    else:
        assert (image.width, image.facts.frames) == (1, 1)
    assert time.thread_time() - start < 2


def test_an_animation_of_a_thousand_frames_is_counted_to_its_end() -> None:
    assert READER.decode(gif(1, 1, 1000), "x").facts.frames == 1000


def test_texts_that_unpack_to_something_huge_are_not_unpacked() -> None:
    packed = zlib.compress(bytes(64 * 1024 * 1024))
    text = chunk(b"zTXt", b"a\0\0" + packed)
    pixels = chunk(b"IDAT", zlib.compress(bytes(17 * 4))) + chunk(b"IEND", b"")
    with pytest.raises(ImageError, match="rare kind"):
        READER.decode(png(4, 4, text, pixels), "x")


PROGRAM = """
import resource, sys
from tui.adapters.pillow import PillowReader
import PIL.Image, PIL.JpegImagePlugin, PIL.PngImagePlugin, PIL.ImageCms
from tui.domain.errors import ImageError
before = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
room = int(sys.argv[2]) * 1_000_000
resource.setrlimit(resource.RLIMIT_AS, (before + room, before + room))
data = open(sys.argv[1], "rb").read()
try:
    image = PillowReader().decode(data, "x")
    print(image.width, image.height)
except ImageError as error:
    print(error.message)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux for its memory")
@pytest.mark.parametrize(
    ("room", "said"), [(260, "2048 2048"), (30, "x: not enough memory to open it")]
)
def test_a_bomb_within_the_limits_takes_no_more_than_its_pixels_three_times(
    tmp_path: Path, room: int, said: str
) -> None:
    """16 megapixels of four bytes: 64 MB. Where even they have no room, that is one line."""
    path = tmp_path / "bomb.png"
    path.write_bytes(black(4000))
    assert path.stat().st_size < 100_000
    run = [sys.executable, "-c", PROGRAM, str(path), str(room)]
    done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout.strip() == said, done.stderr[-500:]


@pytest.fixture
def odd_files(tmp_path: Path) -> Iterator[Path]:
    """A folder full of what is named like a picture and is none."""
    folder = tmp_path / "odd"
    folder.mkdir()
    os.mkfifo(folder / "fifo.png")
    (folder / "folder.png").mkdir()
    (folder / "loop.png").symlink_to(folder / "loop.png")
    (folder / "device.png").symlink_to("/dev/zero")
    (folder / "terminal.png").symlink_to("/dev/tty")
    (folder / "pipe.png").symlink_to(folder / "fifo.png")
    (folder / "gone.png").symlink_to(folder / "nothing")
    (folder / "empty.png").touch()
    with (folder / "sparse.png").open("wb") as stream:
        stream.truncate(1 << 40)
    yield folder


async def test_what_is_no_file_is_one_line_and_nothing_waits_for_it(odd_files: Path) -> None:
    for path in sorted(odd_files.iterdir()):
        with pytest.raises(ImageError) as caught:
            await READER.read(path)
        assert caught.value.line().isprintable(), path


async def test_a_watched_folder_gives_files_only(odd_files: Path) -> None:
    watch = FolderWatch(0.01)
    events = watch.watch(odd_files)
    saved(odd_files / "first.png", flat(), "PNG")
    following = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0.03)
    (odd_files / "late.png").symlink_to("/dev/zero")
    os.mkfifo(odd_files / "late2.png")
    saved(odd_files / "zz.png", flat(), "PNG")
    async with asyncio.timeout(5):
        assert (await following).name == "zz.png"
    await events.aclose()


def test_after_all_that_the_next_picture_opens() -> None:
    assert READER.decode(encoded(photo(), "JPEG"), "x").width == 320
    assert Image.open(io.BytesIO(encoded(flat(), "PNG"))).size == (64, 48)
