from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Static

from tests.ui.widgets.harness import UNSET, Harness
from tui.domain.fate import Fate
from tui.domain.prompt import Part, Prompt
from tui.ui.help.context import ContextScreen
from tui.ui.help.help import HelpScreen

KEYS = [
    ("Ctrl+N", "New chat", "/new"),
    ("Esc", "Stop a reply", "/stop"),
    ("Alt+Up", "Message above", ""),
]
COMMANDS = [
    (
        "/caption",
        "Describe a picture",
        "/caption [file=PATH…] [quiet=true] [mesId=N] [prompt]\nDescribe a picture",
    ),
    ("/new", "Start a chat", "/new [character]\nStart a chat\nfor example: /new Seraphina"),
]
FATE = ("lake\x1b.jpg", Fate(True, True, "both: the chat model sees"))
PROMPT = Prompt(
    (
        Part("system prompt", "system", "Write Salon's next reply.", 8),
        Part("#0 You", "user", "Look [/] \x1b[2Jhere", 604, ("abc" * 20,), ("A lake.",), (FATE,)),
        Part("#1 Salon", "assistant", "What a lake!\n" * 30, 120),
    ),
    left_out=2,
)
SIZES = [(120, 36), (80, 24), (40, 12)]


def help_screen() -> HelpScreen:
    return HelpScreen(KEYS, COMMANDS, here="Up and Down move.")


def labels(screen: HelpScreen | ContextScreen) -> list[str]:
    return [row.label for row in screen.rows.rows]


def shown(screen: HelpScreen | ContextScreen, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)


@pytest.mark.parametrize("size", SIZES)
async def test_guide_keys_and_commands_are_listed(size: tuple[int, int]) -> None:
    screen = help_screen()
    app = Harness(screen)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        found = labels(screen)

        for heading in ("Here", "First minute", "Connect a model", "Keys", "Commands"):
            assert heading in found
        assert "Ctrl+N        New chat" in found
        assert max(map(len, found)) <= size[0]
        assert app.screen.region.contains_region(screen.query_one("KeyFooter").region)


async def test_search_leaves_what_fits_under_its_heading() -> None:
    screen = help_screen()
    async with Harness(screen).run_test() as pilot:
        await pilot.press(*"start a chat")
        await pilot.pause()

        assert labels(screen) == ["Commands", "/new"]
        assert shown(screen, "#about") == COMMANDS[1][2]


async def test_enter_gives_the_command_to_try() -> None:
    app = Harness(help_screen())
    async with app.run_test() as pilot:
        await pilot.press(*"stop a", "enter")
        await pilot.pause()

    assert app.result == "/stop"


async def test_enter_on_the_guide_does_nothing() -> None:
    app = Harness(help_screen())
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert app.result is UNSET
        await pilot.press("f1")
        await pilot.pause()

    assert app.result is None


@pytest.mark.parametrize(("count", "words"), [(1, "1 message is"), (3, "3 messages are")])
async def test_what_is_not_for_the_model_is_counted(count: int, words: str) -> None:
    screen = ContextScreen(replace(PROMPT, withheld=count))
    async with Harness(screen).run_test(size=(120, 36)) as pilot:
        await pilot.pause()

        assert f" · {words} left out: hidden, or a comment" in shown(screen, "#sum")


@pytest.mark.parametrize("size", SIZES)
async def test_each_part_is_shown_with_its_tokens(size: tuple[int, int]) -> None:
    screen = ContextScreen(PROMPT)
    async with Harness(screen).run_test(size=size) as pilot:
        await pilot.press("down")
        await pilot.pause()

        assert shown(screen, "#sum") == (
            "3 parts · about 732 tokens (estimated) · 1 picture"
            " · 2 older messages are left out: no room"
        )
        assert screen.rows.rows[1].detail == "user · about 604 tokens · both: the chat model sees"
        whole = shown(screen, "#whole")
        assert "\x1b" not in whole
        assert whole.startswith("Look [/]")
        assert "Caption: A lake." in whole
        assert screen.query_one("#whole-box").region.height >= 2


async def test_a_part_is_found_by_its_text_and_copied() -> None:
    app = Harness(ContextScreen(PROMPT))
    async with app.run_test() as pilot:
        await pilot.press(*"what a", "enter")
        await pilot.pause()

        assert app.clipboard.startswith("What a lake!")
