from __future__ import annotations

import importlib
import pkgutil
from collections import Counter

from textual.binding import Binding

import tui.ui
from tests.ui.app.stage import Stage, connected, opened
from tui.domain.quick_reply import QuickReply
from tui.slash.builtins import default_registry
from tui.ui.app import SalonApp
from tui.ui.chat.screen import ChatScreen
from tui.ui.keys import KEYS
from tui.ui.palette import SalonCommands

OPENED = {
    "f1": "HelpScreen",
    "f2": "SettingsScreen",
    "f3": "ChoiceList",
    "ctrl+p": "CommandPalette",
    "ctrl+s": "ChatsScreen",
    "ctrl+o": "PicturesPicker",
}
NEVER = {"ctrl+i", "ctrl+m", "ctrl+h", "ctrl+left_square_bracket"}
"""Terminals cannot tell these from Tab, Enter, Backspace and Esc."""


async def test_each_key_opens_its_screen_and_esc_leads_back() -> None:
    async with opened() as stage:
        for key, screen in OPENED.items():
            await stage.press(key)
            await stage.until(lambda: stage.top == screen)  # noqa: B023 - awaited at once
            await stage.press("escape")
            await stage.closed()

            assert stage.app.focused is stage.app.chat.composer.area, key


async def test_the_palette_does_not_open_above_a_question() -> None:
    async with opened() as stage:
        await stage.press("f2")
        await stage.until(lambda: stage.top == "SettingsScreen")
        await stage.press("ctrl+p")
        await stage.quiet()

        assert stage.top == "SettingsScreen"


async def test_the_palette_can_be_moved_too() -> None:
    house = await connected()
    await house.settings.change("keys.palette", "f8")
    async with opened(house) as stage:
        await stage.press("f8")
        await stage.until(lambda: stage.top == "CommandPalette")


async def test_each_screen_opens_by_command_too() -> None:
    async with opened() as stage:
        for line in ("/help", "/settings", "/extensions", "/chats", "/palette", "/theme"):
            await stage.enter(line)
            await stage.until(lambda: stage.app.screen is not stage.app.chat)
            await stage.press("escape")
            await stage.closed()


async def test_the_palette_holds_every_command() -> None:
    async with opened() as stage:
        entries = SalonCommands.entries()
        await stage.press("ctrl+p")
        await stage.until(lambda: stage.top == "CommandPalette")
        await stage.until(lambda: "/attach [FILE]" in stage.screen)

    commands = {f"/{command.name}" for command in default_registry()}
    assert commands <= {entry.command for entry in entries}


async def test_the_palette_switches_connections() -> None:
    async with opened(await connected()) as stage:
        await stage.choose("chat through attic")
        assert stage.house.settings.current.chat.connection == "Attic"
        await stage.choose("caption through kitchen")
        assert stage.house.settings.current.captioning.connection == "kitchen"
        assert stage.house.settings.current.captioning.source == "multimodal"


async def test_a_command_that_needs_more_goes_into_the_prompt() -> None:
    async with opened() as stage:
        await stage.choose("name this chat")

        assert stage.prompt == "/rename "
        assert stage.app.focused is stage.app.chat.composer.area


def bindings() -> list[Binding]:
    """Those that any class of the UI declares itself."""
    names = [each.name for each in pkgutil.walk_packages(tui.ui.__path__, "tui.ui.")]
    classes = {
        thing
        for name in names
        for thing in vars(importlib.import_module(name)).values()
        if isinstance(thing, type) and thing.__module__.startswith("tui.ui.")
    }
    declared = [each for kind in classes for each in vars(kind).get("BINDINGS", ())]
    return [binding for binding in declared if isinstance(binding, Binding)]


def test_binding_ids_are_unique() -> None:
    ids = Counter(binding.id for binding in bindings() if binding.id)

    assert [name for name, count in ids.items() if count > 1] == []


def test_no_key_is_bound_that_terminals_cannot_send() -> None:
    assert [b.key for b in bindings() if NEVER & set(b.key.split(","))] == []


def test_every_command_that_the_help_names_for_a_key_exists() -> None:
    registry = default_registry()

    assert [c for _, _, c in KEYS if c and registry.get(c.removeprefix("/")) is None] == []


def test_every_key_of_the_app_and_the_chat_is_in_the_help() -> None:
    listed = {
        key.strip().casefold().removeprefix("shift+")
        for keys, _, _ in KEYS
        for key in keys.split(",")
    }
    wanted = {
        "escape" if key == "esc" else key
        for owner in (SalonApp, ChatScreen)
        for binding in owner.BINDINGS
        if isinstance(binding, Binding)
        for key in binding.key.split(",")
    }

    assert wanted - {"escape" if key == "esc" else key for key in listed} == set()


async def test_keys_can_be_moved_in_the_settings() -> None:
    house = await connected()
    await house.settings.change("keys.chats", "f8")
    async with opened(house) as stage:
        await stage.press("f8")
        await stage.until(lambda: stage.top == "ChatsScreen")
        await stage.press("escape")
        await stage.closed()
        await stage.press("ctrl+s")

        assert stage.app.screen is stage.app.chat


async def test_a_key_moved_while_salon_runs_works_at_once() -> None:
    async with opened() as stage:
        await stage.enter("/set keys.message.copy y")
        assert stage.notices == []
        await stage.press("alt+up", "y")
        await stage.until(lambda: stage.app.clipboard == "Welcome, You.")


async def leave(stage: Stage) -> None:
    await stage.enter("/quit")
    await stage.pilot.pause(0.05)


async def test_the_command_quit_leaves() -> None:
    house = await connected()
    async with opened(house) as stage:
        await leave(stage)

    assert house.worker.closed == 1


async def test_a_theme_shows_while_it_is_chosen_and_goes_back_on_esc() -> None:
    async with opened() as stage:
        await stage.enter("/theme")
        await stage.until(lambda: stage.top == "ChoiceList")
        await stage.press("up")
        await stage.until(lambda: stage.app.theme != "salon-dark")
        await stage.press("escape")
        await stage.closed()
        assert stage.app.theme == "salon-dark"

        await stage.enter("/theme paper")

        assert stage.app.theme == "paper"
        assert stage.house.settings.current.ui.theme == "paper"


async def test_long_words_in_the_palette_are_searched_at_once() -> None:
    house = await connected()
    house.quick_replies.add("Set", QuickReply("mine", "/pass 1", title="let the last reply " * 60))
    async with opened(house) as stage:
        await stage.choose("let the last reply")

        assert stage.top != "CommandPalette"
