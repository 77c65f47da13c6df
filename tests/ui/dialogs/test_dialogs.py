from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual import events
from textual.widget import Widget

from tests.ui.widgets.harness import UNSET, Harness, wait_until
from tui.services.dialogs import Choice, ChoiceQuestion, Page, TextQuestion
from tui.ui.dialogs.ask_choice import AskChoice
from tui.ui.dialogs.ask_text import AskText
from tui.ui.dialogs.script_dialog import ScriptDialog
from tui.ui.dialogs.script_page import ScriptPage

SIZES = [(120, 36), (100, 18), (80, 24), (40, 12)]
LONG = "\n".join(f"line {number} of [/] \\[b]" for number in range(200))


async def answered(screen: ScriptDialog[Any], *keys: str) -> object:
    app = Harness(screen)
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.result is not UNSET
    return app.result


def asks(default: str = "", **more: Any) -> AskText:
    return AskText(TextQuestion("What?", default, **more))


def choices(*labels: str, several: bool = False) -> AskChoice:
    return AskChoice(ChoiceQuestion("Which?", tuple(map(Choice, labels)), several))


async def test_what_is_typed_replaces_the_default() -> None:
    assert await answered(asks("old"), *"new", "enter") == "new"
    assert await answered(asks("old"), "enter") == "old"
    assert await answered(asks(), "enter") == ""


async def test_a_text_can_have_lines() -> None:
    assert await answered(asks(), "a", "ctrl+j", "b", "enter") == "a\nb"


@pytest.mark.parametrize(
    ("screen", "keys", "result"),
    [
        (lambda: asks("old"), (*"new", "enter", "enter"), "new"),
        (asks, ("a", "ctrl+j", "b", "enter"), "a\nb"),
        (lambda: choices("a", "b", "c"), ("down", "down", "enter", "enter"), (2,)),
        (
            lambda: choices("a", "b", "c", several=True),
            ("down", "space", "down", "space", "enter"),
            (1, 2),
        ),
    ],
)
async def test_who_types_fast_is_not_overtaken(
    screen: Callable[[], ScriptDialog[Any]], keys: tuple[str, ...], result: object
) -> None:
    app = Harness(screen())
    async with app.run_test() as pilot:
        await pilot.pause()
        for key in keys:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await wait_until(lambda: app.result is not UNSET)
        await pilot.pause()
    assert app.result == result


async def test_esc_cancels() -> None:
    assert await answered(asks("old"), "a", "escape") is None
    assert await answered(choices("a"), "escape") is None
    assert await answered(ScriptPage(Page("a")), "escape") is None


async def test_f10_ends_the_script() -> None:
    for screen in (asks(), choices("a"), ScriptPage(Page("a"))):
        assert await answered(screen, "f10") is None
        assert screen.ended


async def test_enter_chooses_what_is_under_the_cursor() -> None:
    assert await answered(choices("a", "b", "c"), "down", "enter") == (1,)
    assert await answered(choices("a"), "space", "enter") == (0,)


async def test_space_marks_where_several_can_be_chosen() -> None:
    keys = ("end", "space", "up", "space", "space", "home", "space", "enter")

    assert await answered(choices("a", "b", "c", several=True), *keys) == (0, 2)
    assert await answered(choices("a", several=True), "enter") == ()


async def test_a_page_is_left_by_a_button() -> None:
    page = Page("Sure?", cancel="No")

    assert await answered(ScriptPage(page), "enter") == "ok"
    assert await answered(ScriptPage(page), "right", "enter") == "cancel"
    assert await answered(ScriptPage(page), "right", "left", "enter") == "ok"


async def has_moved(text: Widget, before: float) -> None:
    await wait_until(lambda: text.scroll_y > before)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("large", [False, True])
async def test_long_texts_leave_room_for_the_answer(size: tuple[int, int], large: bool) -> None:
    many = tuple(Choice(f"[b]label {number}[/]", "help") for number in range(100))
    for screen, answer in (
        (AskText(TextQuestion(LONG, help="h" * 200, rows=50, wide=True, large=large)), "#answer"),
        (AskChoice(ChoiceQuestion(LONG, many)), "#choices"),
        (ScriptPage(Page(LONG, "[b]header", "help", cancel="No", large=large)), "#answers"),
    ):
        app = Harness(screen)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            before = screen.query_one("#text").scroll_y
            for selector in (answer, "KeyFooter"):
                region = screen.query_one(selector).region
                assert region.height > 0, (screen, selector)
                assert app.screen.region.contains_region(region), (screen, selector)
            await pilot.press("shift+down")
            await has_moved(screen.query_one("#text"), before)
