from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tui import paths
from tui.domain.errors import StorageError


def test_xdg_variables_choose_the_folders(tmp_path: Path) -> None:
    env = {"HOME": "/h", "XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_DATA_HOME": "/d"}

    found = paths.find(env)

    assert found.config == tmp_path / "c" / "salon"
    assert found.chats == Path("/d/salon/chats.db")
    assert found.log == Path("/h/.local/state/salon/salon.log")


def test_relative_xdg_values_are_ignored() -> None:
    found = paths.find({"HOME": "/h", "XDG_CONFIG_HOME": "relative", "XDG_CACHE_HOME": ""})

    assert found.config == Path("/h/.config/salon")
    assert found.cache == Path("/h/.cache/salon")


def test_salon_home_overrides_all(tmp_path: Path) -> None:
    found = paths.find({"SALON_HOME": str(tmp_path), "XDG_CONFIG_HOME": "/other", "HOME": "/h"})

    assert found.settings == tmp_path / "config" / "config.yaml"
    assert found.characters == tmp_path / "data" / "characters"


def test_salon_home_may_use_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/h")

    assert paths.find({"SALON_HOME": "~/s"}).data == Path("/h/s/data")


def test_folders_are_private(tmp_path: Path) -> None:
    made = paths.folder(tmp_path / "a" / "b")

    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700


def test_a_file_in_the_way_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")

    with pytest.raises(StorageError, match=r"cannot make the folder.* not a directory") as caught:
        paths.folder(tmp_path / "a" / "b")

    assert "SALON_HOME" in caught.value.hint


def test_shipped_files_are_found() -> None:
    assert paths.shipped("config.yaml").is_file()
