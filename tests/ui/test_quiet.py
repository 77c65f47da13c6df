from __future__ import annotations

import pytest
from textual.app import App

from tests.ui.widgets.harness import wait_until
from tui.ui import quiet


async def test_work_waits_until_nothing_is_going_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "_AGAIN", 0.001)
    asked: list[bool] = []
    begun: list[int] = []

    def is_busy() -> bool:
        asked.append(len(asked) < 2)
        return asked[-1]

    app: App[None] = App()
    async with app.run_test():
        quiet.later(app, 0.001, is_busy, lambda: begun.append(len(asked)))
        await wait_until(lambda: bool(begun))

    assert begun == [3]
