from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.slash.picture_path import path_of, split_picture


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
    ("raw", "path", "prompt"),
    [
        ("cat.png what is it?", "cat.png", "what is it?"),
        ('"a b.jpg" what', "a b.jpg", "what"),
        ("a\\ b.jpg what", "a b.jpg", "what"),
        ("photo in words", "photo", "in words"),
        ("./missing.png look", "missing.png", "look"),
        ("missing.png look", "missing.png", "look"),
        ("what is it?", None, "what is it?"),
        ("and/or not", None, "and/or not"),
        ("pipe", None, "pipe"),
        ("./pipe", "pipe", ""),
        ("./Pictures", "Pictures", ""),
        ("Pictures of cats", None, "Pictures of cats"),
        ('"open', None, '"open'),
        ("", None, ""),
        ("a\x00b/c", None, "a\x00b/c"),
        ("~nobody-of-that-name", None, "~nobody-of-that-name"),
    ],
)
def test_the_first_word_is_a_picture_or_the_beginning_of_the_prompt(
    raw: str, path: str | None, prompt: str
) -> None:
    found, left = split_picture(raw)

    assert found == (Path(path) if path else None)
    assert left == prompt


def test_home_and_file_addresses_are_understood(folder: Path) -> None:
    assert path_of("~/cat.png") == folder / "cat.png"
    assert path_of("file:///tmp/a%20b.png") == Path("/tmp/a b.png")
