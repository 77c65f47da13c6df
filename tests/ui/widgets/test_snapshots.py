"""How the main dialogs look; run with `--snapshot-update` after looking at the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from tests.ui.captions.test_editor import FakeSource, editor_app
from tests.ui.connections.test_connections import Desk
from tests.ui.settings.test_screen import make
from tests.ui.widgets.harness import Harness, read_picture, wait_until
from tui.ui.widgets.file_picker import FilePicker
from tui.ui.widgets.image_view import ImageView

Compare = Callable[..., bool]
SIZES = [(100, 30), (80, 24), (40, 12)]


def still(pilot: Pilot[Any]) -> None:
    """Hold what blinks."""
    for area in pilot.app.screen.query(TextArea):
        area.cursor_blink = False
        area.notify_style_update()  # a line that was drawn before it had the focus is kept so
        area.refresh()
    for line in pilot.app.screen.query(Input):
        line.cursor_blink = False


@pytest.mark.parametrize("size", SIZES)
def test_the_caption_editor(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, editor = editor_app(
        FakeSource(), source_label="offline description", note="Ctrl+D gets the model, 246 MB"
    )

    async def settle(pilot: Pilot[Any]) -> None:
        await wait_until(lambda: not editor.streaming)
        await wait_until(lambda: size[0] == 40 or editor.query_one(ImageView).ready)
        # Told five times a second, on a small screen in one line.
        facts = editor.query_one("#facts", Static)
        await wait_until(lambda: (" · offline" in str(facts.content)) == (size[0] == 40))
        still(pilot)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=settle)


@pytest.mark.parametrize("size", SIZES)
def test_the_settings(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, _, _ = make()

    async def settle(pilot: Pilot[Any]) -> None:
        still(pilot)
        await pilot.press("ctrl+down", "down")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=settle)


@pytest.mark.parametrize("size", SIZES)
def test_the_connection(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, form = Desk().form("kitchen")

    async def settle(pilot: Pilot[Any]) -> None:
        await pilot.press("ctrl+t")
        await wait_until(lambda: "picture: seen" in str(form.query_one("#status", Static).content))
        # The seconds are told with a fraction, which is never the same.
        form.query_one("#status", Static).update("✓ chat: answered\n✓ picture: seen")
        still(pilot)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=settle)


@pytest.mark.parametrize("size", SIZES)
def test_the_file_picker(
    snap_compare: Compare,
    size: tuple[int, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "Pictures"
    (folder / "holiday").mkdir(parents=True)
    for name in ("cat.jpg", "HOUSE.JPG", "a name that is far too long for a narrow list.png"):
        (folder / name).write_bytes(b"x" * 5000)
    monkeypatch.setenv("HOME", str(tmp_path))
    picker = FilePicker(read_picture, folder)

    async def settle(pilot: Pilot[Any]) -> None:
        still(pilot)
        await wait_until(lambda: bool(picker.rows.rows))
        await pilot.press("down", "down")
        await wait_until(lambda: size[0] == 40 or picker.query_one(ImageView).ready)
        await wait_until(lambda: bool(str(picker.query_one("#facts", Static).content)))
        await pilot.pause()

    assert snap_compare(Harness(picker), terminal_size=size, run_before=settle)
