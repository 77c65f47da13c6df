from __future__ import annotations

import stat
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.widgets.harness import picture, scene
from tui.domain.errors import AppError
from tui.ui.terminal import system_viewer
from tui.ui.terminal.system_viewer import SystemViewer, opener


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def program(folder: Path, name: str, script: str = "exit 0") -> None:
    """Put a program there that notes what it was called with."""
    path = folder / name
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> "{folder}/called"\n{script}\n')
    path.chmod(0o755)


def called(folder: Path) -> list[str]:
    return (folder / "called").read_text().splitlines()


@pytest.fixture
def viewer(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SystemViewer]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = SystemViewer({"PATH": str(programs), "DISPLAY": ":0"}, "linux")
    yield made
    made.close()


SSH = {"SSH_CONNECTION": "1.2.3.4 5 6.7.8.9 22"}
WSL = {"WSL_DISTRO_NAME": "Debian"}


@pytest.mark.parametrize(
    ("platform", "environment", "there", "chosen"),
    [
        ("linux", {"DISPLAY": ":0"}, ["xdg-open"], ["xdg-open"]),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, ["xdg-open"], ["xdg-open"]),
        ("linux", {"DISPLAY": ":0"}, ["open"], []),
        ("linux", {}, ["xdg-open"], []),
        ("linux", SSH, ["xdg-open"], []),
        ("linux", {**SSH, "DISPLAY": "localhost:10.0"}, ["xdg-open"], ["xdg-open"]),
        ("linux", WSL, ["wslview", "cmd.exe"], ["wslview"]),
        ("linux", WSL, ["cmd.exe"], ["cmd.exe", "/c", "start", ""]),
        ("linux", {**WSL, "DISPLAY": ":0"}, ["xdg-open"], ["xdg-open"]),
        ("linux", {**WSL, **SSH}, ["wslview"], []),
        ("darwin", {}, ["open", "xdg-open"], ["open"]),
        ("darwin", {"DISPLAY": ":0"}, ["xdg-open"], []),
        ("darwin", SSH, ["open"], []),
    ],
)
def test_the_program_depends_on_the_system_and_on_a_screen(
    platform: str,
    environment: dict[str, str],
    there: list[str],
    chosen: list[str],
    programs: Path,
) -> None:
    for name in there:
        program(programs, name)

    assert opener({**environment, "PATH": str(programs)}, platform) == chosen


async def test_a_private_copy_with_a_harmless_name_is_opened(
    viewer: SystemViewer, programs: Path
) -> None:
    program(programs, "xdg-open")

    await viewer.open(picture("; rm -rf \x1b[31m ~/$(id).jpg"))
    await viewer.open(replace(picture("other"), mime="image/jpeg"))
    await viewer.open(picture("; rm -rf \x1b[31m ~/$(id).jpg"))

    first, second, again = [Path(each) for each in called(programs)]
    assert (first.name, second.name) == ("picture-1.png", "picture-2.jpg")
    assert again == first
    assert first.read_bytes() == scene()
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700


async def test_the_copies_go_at_the_end(viewer: SystemViewer, programs: Path) -> None:
    program(programs, "xdg-open")
    await viewer.open(picture())
    path = Path(called(programs)[0])

    viewer.close()
    viewer.close()

    assert not path.parent.exists()
    await viewer.open(picture())
    assert Path(called(programs)[1]).exists()


async def test_without_a_program_it_says_where_the_picture_is(viewer: SystemViewer) -> None:
    with pytest.raises(AppError, match="no program or no screen") as caught:
        await viewer.open(picture())

    path = Path(caught.value.hint.removeprefix("until Salon ends it is in "))
    assert path.read_bytes() == scene()


async def test_a_program_that_fails_is_named(viewer: SystemViewer, programs: Path) -> None:
    program(programs, "xdg-open", "exit 3")

    with pytest.raises(AppError, match="xdg-open could not open the picture") as caught:
        await viewer.open(picture())
    assert "picture-1.png" in caught.value.hint


async def test_a_program_that_stays_is_not_waited_for(
    viewer: SystemViewer, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_viewer, "SECONDS", 0.05)
    program(programs, "xdg-open", "exec /bin/sleep 0.3")

    await viewer.open(picture())

    assert [process.wait() for process in viewer._running] == [0]


async def test_windows_knows_the_file_by_another_path(programs: Path, viewer: SystemViewer) -> None:
    program(programs, "cmd.exe")
    program(programs, "wslpath", r'printf "%s\n" "\\\\wsl.localhost\\picture-1.png"')
    viewer._environment = {"PATH": str(programs), **WSL}

    await viewer.open(picture())

    assert called(programs)[-4:-1] == ["/c", "start", ""]
    assert called(programs)[-1] == r"\\wsl.localhost\picture-1.png"


async def test_a_full_disk_is_told(
    viewer: SystemViewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))

    with pytest.raises(AppError, match="could not be written"):
        await viewer.open(picture())
