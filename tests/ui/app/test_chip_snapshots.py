"""How pictures look that wait; run with `--snapshot-update` after looking at the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.app.stage import Stage
from tests.ui.app.test_snapshots import Compare, app_of, before, still
from tests.ui.widgets.harness import picture
from tui.domain.image import Box, Image
from tui.ui.widgets.image_view import ImageView


class Album:
    """Every file is the same landscape, but none the same picture."""

    async def read(self, path: Path) -> Image:
        return self.decode(b"", path.name)

    def decode(self, data: bytes, name: str) -> Image:
        return replace(picture(name), digest=name.ljust(64, "0"))

    async def crop(self, image: Image, box: Box) -> Image:
        return image


async def wait_with_three(stage: Stage) -> None:
    await stage.until(lambda: hasattr(stage.app, "chat") and stage.app.screen is stage.app.chat)
    stage.app.chat.attach((Path("lake.jpg"), Path("a photo with a long name.png"), Path("x.gif")))
    await stage.until(lambda: len(stage.app.chat.attaching.waiting) == 3)
    await stage.enter("/caption img1")
    await stage.until(lambda: bool(stage.app.chat.attaching.waiting[0].caption))
    await stage.press("shift+tab", "left", "f", "ctrl+left")
    # Thumbnails begin to be drawn once their pictures are loaded.
    await stage.until(lambda: all(view.ready for view in stage.app.chat.query(ImageView)))
    await still(stage)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)])
def test_the_chips(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, house = app_of(reader=Album())

    assert snap_compare(app, terminal_size=size, run_before=before(app, house, wait_with_three))
