from __future__ import annotations

import pytest

from tests.fakes.house import House
from tests.ui.app.stage import opened
from tui.domain.errors import StorageError
from tui.ui import upkeep


async def test_what_was_done_about_a_damaged_file_is_said() -> None:
    house = House()
    house.store.problems.append("the file of the chats was damaged: [/] the backup took its place")
    async with opened(house) as stage:
        assert stage.notices == house.store.problems
        assert "damaged" in stage.screen


async def test_upkeep_begins_after_the_start_and_its_error_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upkeep, "FIRST_SECONDS", 0.01)
    house = House()
    house.upkeep.error = StorageError("no backup of the chats: disk full", hint="make room")
    async with opened(house) as stage:
        await stage.until(lambda: house.upkeep.runs == 1)
        await stage.until(lambda: bool(stage.notices))

        assert stage.notices == ["no backup of the chats: disk full: make room"]


async def test_nothing_is_looked_after_before_the_prompt_can_be_used() -> None:
    house = House()
    async with opened(house) as stage:
        await stage.write("hello")

        assert house.upkeep.runs == 0
        assert stage.notices == []
