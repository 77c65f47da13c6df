from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.app import App

from tui.ui.terminal import clipboard
from tui.ui.terminal.clipboard_program import system_command


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.delenv("DISPLAY", raising=False)
    return tmp_path


async def test_both_ways_are_used(desktop: Path) -> None:
    program(desktop, "wl-copy", f"cat > {desktop}/copied")
    app: App[None] = App()
    async with app.run_test():
        assert await clipboard.copy(app, "grüße\n")

        assert (desktop / "copied").read_text() == "grüße\n"
        assert app.clipboard == "grüße\n"


async def test_a_program_that_hangs_or_fails_is_not_waited_for(
    desktop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard, "SECONDS", 0.1)
    app: App[None] = App()
    async with app.run_test():
        program(desktop, "wl-copy", "exec sleep 60")
        assert not await clipboard.copy(app, "x")
        program(desktop, "wl-copy", "exit 1")
        assert not await clipboard.copy(app, "x")
        (desktop / "wl-copy").unlink()
        assert not await clipboard.copy(app, "x")
        assert app.clipboard == "x"


async def test_a_text_too_long_for_the_terminal_goes_to_the_system_alone(desktop: Path) -> None:
    program(desktop, "wl-copy", f"cat > {desktop}/copied")
    app: App[None] = App()
    async with app.run_test():
        assert await clipboard.copy(app, "x" * 100_000)

        assert app.clipboard == ""
        assert (desktop / "copied").stat().st_size == 100_000


def test_the_program_fits_the_session(desktop: Path) -> None:
    for name in ("wl-copy", "xclip", "xsel"):
        program(desktop, name, "")
    path = os.environ["PATH"]

    def chosen(**environment: str) -> str | None:
        command = system_command({"PATH": path, **environment})
        return command[0] if command else None

    assert chosen(WAYLAND_DISPLAY="w", DISPLAY=":0") == "wl-copy"
    assert chosen(DISPLAY=":0") == "xclip"
    assert chosen() is None
