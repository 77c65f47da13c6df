from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.adapters.storage.exports import ExportFolder
from tui.domain.errors import StorageError


def names(folder: Path) -> list[str]:
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*"))


def test_nothing_is_there_before_it_is_whole(tmp_path: Path) -> None:
    draft = ExportFolder().begin(tmp_path / "a.md", tmp_path / "a-assets", force=False)
    draft.write("one ")
    draft.picture("img1.png", b"PNG")

    assert not (tmp_path / "a.md").exists() and not (tmp_path / "a-assets").exists()
    draft.write("zwei 猫")
    draft.finish()

    assert names(tmp_path) == ["a-assets", "a-assets/img1.png", "a.md"]
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == "one zwei 猫"
    draft.abandon()
    draft.write("late")
    draft.finish()
    assert len(names(tmp_path)) == 3


def test_a_file_without_pictures_has_no_folder(tmp_path: Path) -> None:
    draft = ExportFolder().begin(tmp_path / "a.md", tmp_path / "a-assets", force=False)
    draft.finish()

    assert names(tmp_path) == ["a.md"]


def test_what_is_abandoned_leaves_nothing(tmp_path: Path) -> None:
    draft = ExportFolder().begin(tmp_path / "a.md", tmp_path / "a-assets", force=False)
    draft.write("one")
    draft.picture("img1.png", b"PNG")
    draft.abandon()

    assert names(tmp_path) == []


@pytest.mark.parametrize("there", ["a.md", "a-assets"])
def test_what_is_there_is_not_written_over_unasked(tmp_path: Path, there: str) -> None:
    (tmp_path / there).symlink_to("nowhere")

    with pytest.raises(StorageError, match=f"{there} already exists"):
        ExportFolder().begin(tmp_path / "a.md", tmp_path / "a-assets", force=False)
    assert names(tmp_path) == [there]


@pytest.mark.parametrize("there", ["a.md", "a-assets"])
def test_what_came_meanwhile_is_not_written_over(tmp_path: Path, there: str) -> None:
    draft = ExportFolder().begin(tmp_path / "a.md", tmp_path / "a-assets", force=False)
    draft.picture("img1.png", b"PNG")
    (tmp_path / there).write_text("mine")

    with pytest.raises(StorageError, match=f"{there} already exists"):
        draft.finish()
    draft.abandon()

    assert names(tmp_path) == [there]
    assert (tmp_path / there).read_text() == "mine"


def test_force_writes_over_its_own_files_and_keeps_others(tmp_path: Path) -> None:
    for text in ("old", "new"):
        draft = ExportFolder().begin(tmp_path / "a.md", tmp_path / "a-assets", force=True)
        draft.write(text)
        draft.picture("img1.png", text.encode())
        draft.finish()
        (tmp_path / "a-assets" / "mine.txt").write_text("kept")

    assert names(tmp_path) == ["a-assets", "a-assets/img1.png", "a-assets/mine.txt", "a.md"]
    assert (tmp_path / "a.md").read_text() == "new"
    assert (tmp_path / "a-assets" / "img1.png").read_bytes() == b"new"


def test_a_file_system_without_hard_links_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    draft = ExportFolder().begin(tmp_path / "a.html", None, force=False)
    draft.write("x")
    draft.finish()

    assert names(tmp_path) == ["a.html"]


@pytest.mark.parametrize("path", ["gone/a.md", "nul\0.md", "x" * 300 + ".md", "a\x1b.md"])
def test_where_nothing_can_be_written_is_said_in_a_line(tmp_path: Path, path: str) -> None:
    (tmp_path / "full").mkdir()

    with pytest.raises(StorageError, match="cannot write") as caught:
        draft = ExportFolder().begin(tmp_path / path, None, force=False)
        try:
            draft.finish()
        finally:
            draft.abandon()
    assert "\x1b" not in caught.value.line()
    assert names(tmp_path) == ["full"]


def test_a_disk_that_fails_at_the_end_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    draft = ExportFolder().begin(tmp_path / "a.md", tmp_path / "a-assets", force=False)
    draft.picture("img1.png", b"PNG")
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(StorageError, match=r"cannot write a\.md"):
        draft.finish()
    draft.abandon()

    assert names(tmp_path) == []
