from __future__ import annotations

from tests.ui.app.stage import opened


async def test_a_toast_is_read_whole_on_a_small_screen() -> None:
    async with opened(size=(40, 12)) as stage:
        await stage.enter("/cpation my secret.png")
        await stage.until(lambda: bool(stage.notices))
        await stage.quiet()

        words = " ".join(" ".join(row.strip("▌ ") for row in stage.rows).split())
        assert stage.notices[-1] in words
