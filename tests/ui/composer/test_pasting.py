from __future__ import annotations

import base64
import os
import shlex
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.typed_path import as_local
from tui.ui.chat.pasting import (
    Pasted,
    as_word,
    is_large,
    may_be_data,
    pasted_data,
    pasted_images,
    picture_address,
    read_paste,
)

NASTY = [
    "plain.jpg",
    "with space.png",
    "it's.webp",
    'say "hi".gif',
    "back\\slash.bmp",
    "dollar$HOME.jpg",
    "semi;colon & co.jpeg",
    "(round) [square] {curly}.tiff",
    "größe 世界.avif",
    "UPPER.JPG",
    "100%.heic",
]

QUOTINGS = {
    "single quotes": shlex.quote,
    "backslashes": lambda path: "".join(
        char if char.isalnum() or char in "/._-" else f"\\{char}" for char in path
    ),
    "only blanks escaped": lambda path: path.replace(" ", "\\ "),
    "bare": str,
    "percent signs": lambda path: quote(path, safe="/"),
    "file address of this machine": lambda path: f"file://host.example{quote(path)}",
    "file address": lambda path: Path(path).as_uri(),
}


@pytest.mark.parametrize("quoting", QUOTINGS.values(), ids=QUOTINGS.keys())
@pytest.mark.parametrize("name", NASTY)
def test_a_dropped_picture_is_found_however_the_terminal_quotes_it(
    name: str, quoting: object, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(b"x")

    assert callable(quoting)
    assert pasted_images(quoting(str(file)) + " ") == [file]


def test_double_quotes_and_windows_line_ends_are_understood(tmp_path: Path) -> None:
    one, two = tmp_path / "a b.jpg", tmp_path / "c.png"
    one.touch()
    two.touch()

    assert pasted_images(f'"{one}"\r\n"{two}"\r\n') == [one, two]
    assert pasted_images(f'"{one}" "{two}"') == [one, two]


def test_several_pictures_in_one_drop_are_all_taken(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.jpg", "b c.png", "d.gif")]
    for file in files:
        file.touch()

    assert pasted_images(" ".join(shlex.quote(str(file)) for file in files)) == files
    assert pasted_images("\n".join(str(file) for file in files)) == files
    assert pasted_images("\n".join(file.as_uri() for file in files)) == files


def test_one_word_that_is_no_picture_makes_all_of_it_text(tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    picture.touch()
    (tmp_path / "notes.txt").touch()

    assert pasted_images(f"look at {picture}") == []
    assert pasted_images(f"{tmp_path / 'notes.txt'} {picture}") == []
    assert pasted_images(f"{tmp_path / 'missing.jpg'}") == []
    assert pasted_images(f"{picture} is nice") == []


def test_things_that_are_no_regular_files_are_text(tmp_path: Path) -> None:
    folder = tmp_path / "folder.jpg"
    folder.mkdir()
    fifo = tmp_path / "pipe.jpg"
    os.mkfifo(fifo)
    device = tmp_path / "zero.jpg"
    device.symlink_to("/dev/zero")
    dangling = tmp_path / "gone.jpg"
    dangling.symlink_to(tmp_path / "nowhere")

    for path in (folder, fifo, device, dangling):
        assert pasted_images(str(path)) == []


def test_the_home_folder_may_be_written_with_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jpg").touch()
    monkeypatch.setenv("HOME", str(tmp_path))

    assert pasted_images("~/a.jpg") == [tmp_path / "a.jpg"]


@given(st.text(max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    assert pasted_images(text + ".jpg") == []


def test_a_paste_full_of_white_space_is_read_at_once() -> None:
    # In the square of its length it would take hours.
    assert pasted_images(f"/a{' ' * 500_000}b.jpg") == []


@pytest.mark.parametrize("text", ["\0.jpg", "file://[.jpg", "~nobody-here/x.jpg", "'.jpg"])
def test_broken_paths_are_text(text: str) -> None:
    assert pasted_images(text) == []


@pytest.mark.parametrize("name", NASTY)
def test_a_path_in_a_command_is_one_word(name: str) -> None:
    assert shlex.split(as_word(Path("/tmp") / name.replace("$", ""))) == [
        f"/tmp/{name.replace('$', '')}"
    ] or not any(char in name for char in " \"'\\")


def test_a_large_text_is_told_by_characters_or_lines() -> None:
    assert not is_large("x" * 20_000)
    assert is_large("x" * 20_001)
    assert not is_large("\n" * 199)
    assert is_large("\n" * 200)


def test_several_dropped_on_wezterm_are_found_though_it_escapes_blanks_alone(
    tmp_path: Path,
) -> None:
    files = [tmp_path / name for name in ("it's one.jpg", "two (2).png", "c.gif")]
    for file in files:
        file.touch()

    assert pasted_images(" ".join(str(file).replace(" ", "\\ ") for file in files)) == files


def test_several_whole_paths_on_one_line_are_found_without_any_quotes(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a b.jpg", "c d.png")]
    for file in files:
        file.touch()

    assert pasted_images(" ".join(map(str, files))) == files
    assert pasted_images(" ".join(file.as_uri() for file in files)) == files


@pytest.mark.parametrize(
    ("written", "local"),
    [
        ("C:\\Users\\me\\a b.png", "/mnt/c/Users/me/a b.png"),
        ("d:/x.png", "/mnt/d/x.png"),
        ("file:///C:/Users/a%20b.png", "/mnt/c/Users/a b.png"),
        ("\\\\wsl$\\Ubuntu\\home\\me\\a.png", "/home/me/a.png"),
        ("\\\\wsl.localhost\\Debian\\tmp\\a b.png", "/tmp/a b.png"),
        ("file://wsl.localhost/Debian/tmp/a.png", "/tmp/a.png"),
        ("file:///tmp/a%23b#c?.png", "/tmp/a#b#c?.png"),
        ("file:/tmp/a.png", "/tmp/a.png"),
        ("FILE://localhost/tmp/a.png", "/tmp/a.png"),
        ("\\\\server\\share\\a.png", "\\\\server\\share\\a.png"),
        ("/tmp/C:\\a.png", "/tmp/C:\\a.png"),
        ("a%20b.png", "a%20b.png"),
    ],
)
def test_paths_of_windows_and_addresses_of_files_are_those_of_this_machine(
    written: str, local: str
) -> None:
    assert as_local(written) == local


def test_what_windows_drops_on_its_terminal_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a b.png"
    file.touch()
    dropped = "\\\\wsl.localhost\\Debian" + str(file).replace("/", "\\")

    assert pasted_images(f'"{dropped}"') == [file]
    assert pasted_images(dropped) == [file]
    assert pasted_images(f'"{dropped}" "{dropped}"') == [file, file]


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
CODED = base64.b64encode(PNG).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"data:image/png;base64,{CODED}",
        f"  DATA:image/PNG;Base64,{CODED}\n",
        f'"data:image/png;base64,{CODED}"',
        f"data:image/png;name=a.png;base64,{CODED}",
        f"data:image/svg+xml;base64,{quote(CODED)}",
        f"data:image/png;base64,{CODED.rstrip('=')}",
        CODED,
        "\n".join(CODED[at : at + 76] for at in range(0, len(CODED), 76)) + "\n",
    ],
)
def test_a_pictures_bytes_are_found_in_text_to_the_last_one(text: str) -> None:
    assert may_be_data(text)
    assert pasted_data(text) == PNG


@pytest.mark.parametrize(
    "text",
    [
        f"see data:image/png;base64,{CODED}",
        f"data:image/png;base64,{CODED} is it",
        f"data:text/plain;base64,{CODED}",
        f"data:image/png,{CODED}",
        "data:image/png;base64,",
        "data:image/png;base64,@@@",
        f"{CODED}!",
        "iVBORw0KGgo=",
        "/9j/not a picture/but a path",
        base64.b64encode(
            b"just words, and a good many of them, so that it is long enough"
        ).decode(),
        "",
    ],
)
def test_other_text_has_no_pictures_bytes(text: str) -> None:
    assert not may_be_data(text) or pasted_data(text) == b""


@given(st.binary(min_size=1, max_size=400), st.integers(1, 90))
def test_any_bytes_survive_being_text(data: bytes, width: int) -> None:
    coded = base64.b64encode(data).decode()
    wrapped = "\r\n".join(coded[at : at + width] for at in range(0, len(coded), width))

    assert pasted_data(f"data:image/x;base64,{wrapped}") == data


@given(st.text(max_size=80))
def test_no_text_is_too_odd_to_be_looked_at(text: str) -> None:
    for start in ("", "data:image/png;base64,", "iVBORw0KGgo", "https://x/"):
        assert isinstance(pasted_data(start + text), bytes)
        assert picture_address(start + text) in ("", (start + text).strip())


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://x.example/a.png", "https://x.example/a.png"),
        (" https://x.example/A%20B.JPG?size=2#top\n", "https://x.example/A%20B.JPG?size=2#top"),
        ("<https://x.example/a.webp>", "https://x.example/a.webp"),
        ("http://x.example/a.gif", "http://x.example/a.gif"),
        ("https://x.example/page", ""),
        ("https://x.example/?a.png", ""),
        ("https://x.example/a.png and more", ""),
        ("https://x.example/a.png\nhttps://x.example/b.png", ""),
        ("ftp://x.example/a.png", ""),
        ("https://[x/a.png", ""),
        ("x.example/a.png", ""),
    ],
)
def test_an_address_alone_that_ends_like_a_picture_is_one(text: str, url: str) -> None:
    assert picture_address(text) == url


async def test_a_paste_is_one_thing_only(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.touch()

    assert await read_paste(str(file)) == Pasted(paths=(file,))
    assert await read_paste(CODED) == Pasted(data=PNG)
    assert await read_paste("https://x.example/a.png") == Pasted(url="https://x.example/a.png")
    assert await read_paste("hello") == Pasted()
