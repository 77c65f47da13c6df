"""Toasts are read, and then out of the way."""

from __future__ import annotations

import pytest

from tests.fakes.house import House
from tests.ui.app.stage import Stage, opened
from tui.domain.errors import ConfigError
from tui.ui import toasts

SIZES = [(120, 36), (80, 24), (40, 12)]
WORDS = "the chats on disk: database is locked: another program holds the file; try again"


def covered(stage: Stage) -> int:
    """Rows of the screen that a toast lies over."""
    return sum("▌" in row for row in stage.rows)


async def tell(stage: Stage, words: str = WORDS) -> None:
    stage.app.notify(words, severity="error", markup=False, timeout=8)
    await stage.until(lambda: covered(stage) > 0)


def read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands there could be read by now."""
    monkeypatch.setattr(toasts, "READ_SECONDS", 0.0)
    monkeypatch.setattr(toasts, "_JUST_NOW", 0.0)


@pytest.mark.parametrize("size", SIZES)
async def test_a_toast_takes_no_more_rows_than_its_words(size: tuple[int, int]) -> None:
    async with opened(size=size) as stage:
        await tell(stage)

        assert covered(stage) == (3 if size[0] == 40 else 2)
        words = "".join(row.partition("▌")[2] for row in stage.rows)
        assert "".join(words.split()) == "".join(WORDS.split())


@pytest.mark.parametrize("size", SIZES)
async def test_a_key_takes_away_what_could_be_read_and_is_typed(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(size=size) as stage:
        await tell(stage)
        await stage.press("x")
        assert covered(stage) > 0, "nobody could read it yet"

        read(monkeypatch)
        await stage.press("y")
        await stage.until(lambda: not covered(stage))
        assert stage.prompt == "xy"


@pytest.mark.parametrize("size", SIZES)
async def test_a_screen_that_opens_is_not_covered_by_what_was_told_before(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(size=size) as stage:
        await tell(stage)
        monkeypatch.setattr(toasts, "_JUST_NOW", 0.0)
        await stage.press("f2")
        await stage.until(lambda: stage.top == "SettingsScreen")
        await stage.quiet()
        assert not covered(stage)

        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.app.chat)
        assert not covered(stage)


@pytest.mark.parametrize("size", SIZES)
async def test_after_many_that_were_taken_away_one_stands_where_the_first_did(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(size=size) as stage:
        read(monkeypatch)
        for number in range(size[1]):
            await tell(stage, f"mistake {number}")
            await stage.press("x")
            await stage.until(lambda: not covered(stage))
        await tell(stage, "the last mistake")
        await stage.quiet()

        assert "▌ the last mistake" in stage.rows[0]
        assert len(stage.app.screen.query("ToastHolder")) <= 2, "they are not to pile up"


@pytest.mark.parametrize("size", SIZES)
async def test_the_same_words_stand_there_once(size: tuple[int, int]) -> None:
    async with opened(size=size) as stage:
        for _ in range(3):
            await tell(stage)
        await stage.quiet()

        assert stage.notices == [WORDS]


async def test_on_a_short_terminal_the_latest_stands_alone() -> None:
    async with opened(size=(40, 12)) as stage:
        await tell(stage)
        await tell(stage, "something else")

        assert stage.notices == ["something else"]


async def test_all_that_is_wrong_at_the_start_is_told_also_where_one_toast_has_room() -> None:
    house = House()
    house.store.problems += ["the chats: one", "the chats: two"]
    house.people.problems = [ConfigError(f"{n}.yaml line 1: not valid YAML") for n in "abc"]
    async with opened(house, size=(80, 16)) as stage:
        for words in ("the chats: one", "the chats: two", "a.yaml", "b.yaml", "and 1 more"):
            assert words in stage.screen


async def test_the_same_words_in_one_moment_are_told_once() -> None:
    async with opened() as stage:
        stage.app.notify("the disk is full", markup=False)
        stage.app.notify("the disk is full", markup=False)
        await stage.until(lambda: bool(stage.notices))
        await stage.quiet()

        assert stage.notices == ["the disk is full"]


async def test_long_words_stand_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toasts, "READ_SECONDS", 0.01)
    async with opened() as stage:
        await tell(stage, "short")
        await tell(stage, "a long story " * 900)
        await stage.press("x")
        await stage.until(lambda: "short" not in stage.notices)

        assert len(stage.notices) == 1
