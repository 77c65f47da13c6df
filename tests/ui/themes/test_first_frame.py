from __future__ import annotations

import os

import pytest

from tui.bootstrap import build
from tui.paths import find, folder
from tui.ui.app import SalonApp
from tui.ui.terminal.skeleton import DEFAULT_COLOURS, recall


@pytest.mark.parametrize("theme", ["paper", "moss"])
async def test_the_next_first_frame_has_the_colours_of_the_theme(theme: str) -> None:
    paths = find()
    folder(paths.state)
    before = os.umask(0o022)
    try:
        app = SalonApp(build(paths, {"ui.theme": theme}, {}), paths)
    finally:
        os.umask(before)
    await app.services.aclose()

    colours = recall(str(paths.first_frame))
    assert colours != DEFAULT_COLOURS
    assert colours[0] == app.get_css_variables()["background"]
    assert paths.first_frame.stat().st_mode & 0o777 == 0o600
