from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ui.chat.pasting import as_word, is_large, pasted_images

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
