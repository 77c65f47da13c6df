from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.slash.picture_path import path_of, picture_named


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a b.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "cat.png").write_bytes(b"not a picture")
    (tmp_path / "photo").write_bytes(b"\x89PNG\r\n\x1a\n0000")
    (tmp_path / "what").write_bytes(b"plain words")
    (tmp_path / "Pictures").mkdir()
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("cat.png", "cat.png"),
        ("a b.jpg", "a b.jpg"),
        ("photo", "photo"),
        ("./missing.png", "missing.png"),
        ("missing.png", "missing.png"),
        ("what", None),
        ("and/or", None),
        ("pipe", None),
        ("./pipe", "pipe"),
        ("./Pictures", "Pictures"),
        ("Pictures", None),
        ("", None),
        ("a\x00b/c", None),
        ("~nobody-of-that-name", None),
    ],
)
def test_a_word_names_a_picture_or_is_the_beginning_of_a_prompt(
    word: str, path: str | None
) -> None:
    assert picture_named(word) == (Path(path) if path else None)


def test_home_and_file_addresses_are_understood(folder: Path) -> None:
    assert path_of("~/cat.png") == folder / "cat.png"
    assert path_of("file:///tmp/a%20b.png") == Path("/tmp/a b.png")
