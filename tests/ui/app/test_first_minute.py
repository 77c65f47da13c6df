from __future__ import annotations

from itertools import count

import pytest

from tests.fakes.house import House
from tests.ui.app.stage import OLLAMA, Recorded, connected, opened
from tui.domain.connection import FoundServer, Model
from tui.services.endpoints import OFFLINE
from tui.ui import keeping
from tui.ui.chat.offers import NO_MODEL
from tui.ui.transcript.view import Transcript

SIZES = [(120, 36), (80, 24), (40, 12)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_character_greets_and_the_prompt_has_the_focus(size: tuple[int, int]) -> None:
    async with opened(size=size) as stage:
        await stage.write("hi")

        assert stage.texts == ["Welcome, You."]
        assert "Welcome, You." in stage.screen
        assert stage.app.focused is stage.app.chat.composer.area
        assert stage.prompt == "hi"


async def test_one_dim_line_says_how_to_connect_a_model() -> None:
    async with opened() as stage:
        assert stage.hint == NO_MODEL
        assert NO_MODEL in stage.screen


async def test_a_connection_that_is_there_needs_no_hint() -> None:
    async with opened(await connected()) as stage:
        assert stage.hint == ""
        assert "kitchen: tiny-vision" in stage.rows[-1]


async def test_a_message_without_a_model_is_kept_and_enter_asks_once_there_is_one() -> None:
    async with opened() as stage:
        await stage.enter("hello")
        assert stage.texts == ["Welcome, You.", "hello"]
        assert stage.hint == NO_MODEL

        await stage.say("/connect kitchen")
        assert stage.texts[-1] == "hello"
        await stage.say("")

        assert stage.texts[-1] == "Hello there."


async def test_a_local_server_is_offered_and_enter_adopts_it() -> None:
    house = House()
    painter = FoundServer("painter", "P", "http://127.0.0.1:7860", (Model("v", "yes"),) * 9)
    empty = FoundServer("fake", "Empty", "http://127.0.0.1:1/v1", ())
    house.connector.found = [empty, painter, OLLAMA]
    async with opened(house) as stage:
        await stage.until(lambda: "Ollama" in stage.hint)
        assert stage.hint == "Ollama is running with 3 models, 1 sees pictures: Enter to use it"

        await stage.press("enter")
        await stage.until(lambda: house.services.connections.current() == "fake")

        chosen = house.settings.current.connections["fake"]
        assert (chosen.url, chosen.model, chosen.vision) == (OLLAMA.url, "tiny-vision", "yes")
        assert stage.hint == ""


async def test_enter_adopts_the_server_and_answers_what_was_said_before() -> None:
    house = House()
    house.connector.found = [OLLAMA]
    async with opened(house) as stage:
        await stage.until(lambda: "Ollama" in stage.hint)
        await stage.enter("hello")
        await stage.press("enter")
        await stage.until(lambda: stage.texts[-1] == "Hello there.")


async def test_looking_around_can_be_switched_off() -> None:
    house = House()
    house.connector.found = [OLLAMA]
    await house.settings.change("ui.probe_local_servers", False)
    async with opened(house) as stage:
        await stage.quiet()

        assert stage.hint == NO_MODEL


async def test_the_tiny_model_is_offered_where_no_server_runs() -> None:
    house = House()
    house.offline.there = True
    async with opened(house) as stage:
        await stage.until(lambda: "Enter to use it" in stage.hint)
        await stage.press("enter")
        await stage.until(lambda: house.services.connections.current() == OFFLINE)

        assert house.settings.current.chat.connection == OFFLINE


async def test_leaving_closes_what_was_started() -> None:
    house = House()
    async with opened(house) as stage:
        await stage.write("half a sentence")
        await stage.pilot.press("ctrl+q")
        await stage.pilot.pause()

    assert house.worker.closed == 1
    assert stage.app.return_code == 0


async def test_ctrl_c_twice_leaves() -> None:
    house = House()
    async with opened(house) as stage:
        await stage.press("ctrl+c")
        assert "Ctrl+C once more" in stage.notices[-1]
        assert house.worker.closed == 0
        await stage.pilot.press("ctrl+c")
        await stage.pilot.pause()

    assert house.worker.closed == 1


async def test_ctrl_c_copies_what_is_selected() -> None:
    house = House()
    async with opened(house) as stage:
        row = next(y for y, line in enumerate(stage.screen.splitlines()) if "Welcome" in line)
        await stage.pilot.click(Transcript, offset=(4, row), times=2)
        await stage.press("ctrl+c")

        assert stage.app.clipboard == "Welcome"
        assert stage.app.screen.get_selected_text() is None
        assert stage.notices == []
        assert house.worker.closed == 0


async def test_ctrl_c_long_after_the_first_does_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = count(1.0, 2 * keeping.TWICE_SECONDS)
    monkeypatch.setattr(keeping, "monotonic", lambda: next(clock))
    house = House()
    async with opened(house) as stage:
        await stage.press("ctrl+c", "ctrl+c")

        assert house.worker.closed == 0
        assert "Ctrl+C once more" in stage.notices[-1]


async def test_an_end_before_the_chat_is_on_the_screen_closes_everything() -> None:
    house = House()
    app = Recorded(house.services)
    await app.on_load()
    draft = app.chat.session.chat.draft = "begun before"

    await app.save()

    assert house.worker.closed == 1
    assert app.chat.session.chat.draft == draft


async def test_the_draft_is_there_after_a_restart() -> None:
    house = House()
    async with opened(house) as stage:
        await stage.write("half a\nsentence")
        await stage.pilot.press("ctrl+q")
        await stage.pilot.pause()

    async with opened(house) as stage:
        assert stage.prompt == "half a\nsentence"
        assert stage.texts == ["Welcome, You."]


async def test_the_last_chat_is_open_after_a_restart() -> None:
    house = await connected()
    async with opened(house) as stage:
        await stage.say("hello")
        await stage.press("ctrl+n")
        await stage.say("a second chat")
        await stage.pilot.press("ctrl+q")
        await stage.pilot.pause()

    async with opened(house) as stage:
        assert stage.texts == ["Welcome, You.", "a second chat", "Hello there."]


async def test_a_connection_that_is_not_there_is_told_at_the_start() -> None:
    house = House()
    await house.settings.change("chat.connection", "kichen")
    async with opened(house) as stage:
        assert stage.notices == ["chat.connection: there is no connection 'kichen'"]


async def test_a_message_that_nobody_answers_says_how_to_connect() -> None:
    async with opened() as stage:
        await stage.enter("hello")
        await stage.until(lambda: bool(stage.notices))

        assert stage.texts[-1] == "hello"
        assert "/connect" in stage.notices[-1]


async def test_what_only_makes_pictures_is_added_and_does_not_chat() -> None:
    async with opened() as stage:
        await stage.press("f4")
        await stage.until(lambda: stage.top == "ConnectionPicker")
        await stage.press(*"add", "enter")
        await stage.until(lambda: stage.top == "ConnectionForm")
        await stage.press(*"easel", "tab", "enter")
        await stage.until(lambda: stage.top == "ChoiceList")
        await stage.press(*"painter", "enter")
        await stage.until(lambda: stage.top == "ConnectionForm")
        await stage.press("ctrl+s")
        await stage.until(lambda: "easel is saved; it does not chat" in stage.screen)

    assert stage.house.settings.current.connections["easel"].provider == "painter"
    assert stage.house.settings.current.chat.connection == ""
