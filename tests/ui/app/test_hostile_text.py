"""Text from elsewhere is shown as it is written, wherever it comes from, and obeyed nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.house import House
from tests.fakes.models import FakeConnector
from tests.ui.app.stage import Stage, connected, opened
from tests.ui.terminal.test_line_filter import leftovers
from tui.domain.character import Character
from tui.domain.errors import ProviderError
from tui.domain.generation import Finished, TextDelta

PLAIN = "[red]x[/] {{user}} | /delete 0 [@click=app.leave]y[/]"
CONTROL = "\x1b]52;c;ZXZpbA==\x07\x1b]0;evil\x07\x1b[2J\x9b2J\u202eB\u2066C\x08\x7f"
EVIL = f"{PLAIN} {CONTROL}END"
SHOWN = "[red]x[/] {{user}} | /delete 0"
SIZE = (160, 40)


@pytest.fixture(autouse=True)
def home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield


def check(stage: Stage) -> None:
    """The text stands on the screen as written, and no sequence of it reached the terminal."""
    assert SHOWN in stage.screen
    harmless(stage)


def harmless(stage: Stage) -> None:
    assert leftovers(stage.app.written) == ""
    assert "]0;evil\x07" not in stage.app.written
    assert "ZXZpbA==\x07" not in stage.app.written


async def test_in_a_reply() -> None:
    async with opened(await connected((TextDelta(EVIL), Finished("stop"))), SIZE) as stage:
        await stage.say("hello")
        check(stage)

        await stage.press("alt+up")
        check(stage)
        assert len(stage.texts) == 3


async def test_in_a_message_of_ones_own() -> None:
    async with opened(await connected(), SIZE) as stage:
        await stage.say(EVIL)

        assert SHOWN.replace("{{user}}", "You") in stage.screen
        harmless(stage)
        assert len(stage.texts) == 3


async def captioner(text: str, *, edited: bool = True) -> House:
    house = await connected()
    house.sources.local_source.script = (TextDelta(text), Finished("stop"))
    await house.settings.change("captioning.edit_before_saving", edited)
    return house


async def test_in_a_caption_it_is_plain_in_editor_preview_transcript_and_journal() -> None:
    async with opened(await captioner(EVIL), SIZE) as stage:
        await stage.enter("/caption cat.png")
        await stage.editor()
        check(stage)
        assert stage.screen.count(SHOWN) >= 2
        assert stage.shown("#preview").startswith(
            f"[You sends Salon a picture that contains: {PLAIN}"
        )

        await stage.press("ctrl+s")
        await stage.closed()
        await stage.press("alt+up", "alt+up")
        check(stage)
        assert len(stage.texts) == 3
        assert PLAIN in stage.texts[1]

        await stage.enter("/caption-log")
        await stage.until(lambda: stage.top == "CaptionJournal")
        check(stage)


async def test_in_a_caption_that_is_only_shown() -> None:
    async with opened(await captioner(EVIL), SIZE) as stage:
        await stage.enter("/caption quiet=true cat.png")
        await stage.until(lambda: bool(stage.notes))

        check(stage)


async def test_in_a_caption_that_the_model_gets() -> None:
    async with opened(await captioner(EVIL, edited=False), SIZE) as stage:
        await stage.enter("/caption cat.png")
        await stage.until(lambda: len(stage.texts) == 3)
        await stage.enter("/context")
        await stage.until(lambda: stage.top == "ContextScreen")
        await stage.press("end", "down", "down", "down")

        harmless(stage)
        assert "{{user}}" in stage.model.requests[0].turns[-1].text


async def test_in_a_title_of_a_chat() -> None:
    house = await connected()
    async with opened(house, SIZE) as stage:
        await stage.say("hello")
        await house.services.library.rename(stage.app.chat.session.chat.id, EVIL)
        await stage.press("ctrl+s")
        await stage.until(lambda: stage.top == "ChatsScreen" and SHOWN in stage.screen)
        check(stage)
        await stage.press("delete")
        await stage.until(lambda: "Deleted" in stage.screen)
        check(stage)
        await stage.press("u")
        await stage.until(lambda: "Deleted" not in stage.screen)
        check(stage)


async def test_in_the_name_of_a_character() -> None:
    house = await connected()
    house.people.cast[0] = Character(EVIL, EVIL, first_message="I am {{char}}.", id="salon")
    async with opened(house, SIZE) as stage:
        check(stage)
        assert SHOWN in stage.rows[-1]
        await stage.enter("/character")
        await stage.until(lambda: stage.top == "ChoiceList")
        check(stage)
        await stage.press("escape")
        await stage.say("hello")
        await stage.press("ctrl+s")
        await stage.until(lambda: stage.top == "ChatsScreen" and SHOWN in stage.screen)
        check(stage)


async def test_in_an_error_of_a_server() -> None:
    async with opened(await connected((ProviderError(EVIL, hint=EVIL),)), SIZE) as stage:
        await stage.say("hello")

        assert len(stage.notices) == 1
        check(stage)
        await stage.enter("/retry")
        check(stage)


async def test_in_an_error_of_a_caption_source() -> None:
    house = await connected()
    house.sources.local_source.script = (ProviderError(EVIL, hint=EVIL),)
    async with opened(house, SIZE) as stage:
        await stage.enter("/caption cat.png")
        await stage.editor()

        check(stage)


async def test_in_a_file_name() -> None:
    name = f"{PLAIN} {CONTROL}.png".replace("/", "∕")
    shown = SHOWN.replace("/", "∕")
    Path(name).touch()
    async with opened(await captioner("a lake"), SIZE) as stage:
        await stage.app.chat.composer.paste(f"'{Path(name).absolute()}'")
        stage.app.chat.attach((Path(name),))
        await stage.until(lambda: shown in stage.screen)
        harmless(stage)
        await stage.press("ctrl+o")
        await stage.until(lambda: stage.top == "PicturesPicker" and shown in stage.screen)
        harmless(stage)
        await stage.press("escape")
        await stage.closed()
        await stage.say("look")
        await stage.until(lambda: len(stage.texts) == 3)

        assert shown in stage.screen
        harmless(stage)


async def test_in_the_names_of_models_and_connections() -> None:
    house = await connected()
    await house.settings.change("connections.kitchen", {"provider": "fake", "model": EVIL})
    async with opened(house, SIZE) as stage:
        assert SHOWN in stage.rows[-1]
        await stage.enter("/connect")
        await stage.until(lambda: stage.app.screen is not stage.app.chat)
        await stage.until(lambda: SHOWN in stage.screen)
        harmless(stage)
        await stage.press("escape")
        await stage.enter("/connect kitchen")
        check(stage)


async def test_in_what_a_server_lists() -> None:
    house = await connected()
    connector: FakeConnector = house.connector
    connector.listed = [type(connector.listed[0])(EVIL)]
    async with opened(house, SIZE) as stage:
        await stage.enter("/model")
        await stage.until(lambda: bool(stage.notes))

        check(stage)


async def test_in_a_wrong_line() -> None:
    async with opened(await connected(), SIZE) as stage:
        await stage.enter("/[red]x[/]{{user}} \u202e")
        await stage.until(lambda: "[red]x[/]{{user}} is not a command" in stage.screen)

        harmless(stage)


async def test_in_the_name_of_a_file_that_is_no_picture() -> None:
    async with opened(await connected(), SIZE) as stage:
        await stage.enter(r"/caption file=bad[red]x[bold]\{\{user\}\}.png")
        await stage.until(lambda: "bad[red]x[bold]{{user}}.png is no picture" in stage.screen)

        harmless(stage)
