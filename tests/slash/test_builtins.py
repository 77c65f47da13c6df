from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.chats import InMemoryChats
from tests.fakes.front import FakeFront
from tests.fakes.images import InMemoryImages
from tests.fakes.interaction import FakeInteraction
from tests.fakes.models import (
    FAKE,
    FakeConnector,
    FakeOffline,
    FakeSecrets,
    FakeSources,
    picture,
)
from tests.fakes.settings import FakeSettingsStore
from tui.domain.character import Character, Persona
from tui.domain.errors import AppError, CommandError
from tui.domain.image import Image
from tui.domain.settings import ConnectionSettings, Settings
from tui.services import Services
from tui.services.caption_sources import SourceService
from tui.services.captioning import CaptionService
from tui.services.chatting import ChatService
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.library import Library
from tui.services.session import ChatSession
from tui.slash.builtins import default_registry
from tui.slash.command import Context
from tui.slash.interpreter import run


class People:
    async def characters(self) -> list[Character]:
        return [
            Character("Salon", first_message="Welcome, {{user}}.", id="salon"),
            Character("Ada Lovelace", id="ada"),
        ]

    async def personas(self) -> list[Persona]:
        return [Persona("You", id="you"), Persona("Bob", id="bob")]


class Reader:
    async def read(self, path: Path) -> Image:
        if path.name.startswith("bad"):
            raise AppError(f"{path.name} is no picture")
        return picture(path.name, path.name.ljust(64, "0"))


class NoWorker:
    async def aclose(self) -> None:
        return


class House:
    """Everything that a command works with, in memory, with one open chat."""

    def __init__(self) -> None:
        connections = {
            "kitchen": ConnectionSettings("fake", model="tiny-vision"),
            "Attic": ConnectionSettings("fake", model="text-only"),
        }
        self.settings = SettingsService(FakeSettingsStore(Settings(connections=connections)))
        self.store = InMemoryChats()
        self.offline = FakeOffline()
        self.front = FakeFront()
        self.interaction = FakeInteraction()
        self.registry = default_registry()
        secrets, images = FakeSecrets(), InMemoryImages()
        providers = {"fake": FAKE}
        connecting = ConnectionService(
            self.settings, providers, secrets, FakeConnector(), lambda _p, url: url, self.offline
        )
        chats = ChatService(self.settings, connecting, images)
        sources = SourceService(self.settings, connecting, FakeSources())
        self.services = Services(
            self.settings,
            connecting,
            chats,
            Library(self.store, People(), self.settings),
            CaptionService(self.settings, sources, Reader(), images, self.store, chats),
            secrets,
            self.offline,
            self.store,
            NoWorker(),
        )
        self.session: ChatSession

    async def open(self) -> House:
        self.session = await self.services.library.new()
        return self

    async def run(self, text: str) -> str:
        context = Context(self.services, self.session, self.interaction, self.front)
        return await run(text, self.registry, context)

    def texts(self) -> list[str]:
        return [self.session.message(index).text for index in range(len(self.session))]


@pytest.fixture
async def house() -> AsyncGenerator[House, None]:
    made = await House().open()
    yield made
    await made.services.aclose()


@pytest.fixture
def cat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "my cat.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    return path


async def test_caption_takes_the_named_file(house: House) -> None:
    result = await house.run('/caption file="my cat.png"')

    assert result == "a red circle"
    assert house.texts()[-1] == "[You sends Salon a picture that contains: a red circle]"
    assert house.session.message(-1).attachments[0].name == "my cat.png"


async def test_caption_takes_a_first_word_that_is_a_picture(house: House, cat: Path) -> None:
    await house.run(f'/caption "{cat.name}" what is it?')

    refinement = house.interaction.refinements[-1]
    assert refinement.image.name == "my cat.png"
    assert refinement.prompt == "what is it?"


async def test_caption_of_several_files_makes_a_message_each(house: House) -> None:
    result = await house.run("/caption file=a.png file=b.png look")

    assert result == "a red circle\na red circle"
    assert [len(house.session.message(i).attachments) for i in (-2, -1)] == [1, 1]


async def test_a_cancelled_caption_ends_the_round(house: House) -> None:
    house.interaction = FakeInteraction(refine=lambda _text: None)

    assert await house.run("/caption file=a.png file=b.png") == ""
    assert len(house.interaction.refinements) == 1
    assert len(house.session) == 1


async def test_quiet_shows_the_caption_and_sends_nothing(house: House) -> None:
    result = await house.run("/caption quiet=true file=a.png")

    assert result == "a red circle"
    assert len(house.session) == 1
    assert "a red circle" in house.front.notes[-1]


async def test_caption_without_a_picture_asks_for_one(house: House) -> None:
    house.interaction = FakeInteraction(path=Path("picked.png"))

    await house.run("/caption what is this?")

    assert house.session.message(-1).attachments[0].name == "picked.png"
    assert house.interaction.refinements[-1].prompt == "what is this?"


async def test_caption_takes_the_picture_of_a_message(house: House) -> None:
    await house.run("/caption file=a.png")

    await house.run("/caption mesId=-1 again")

    assert len(house.session) == 3
    assert house.session.message(-1).attachments[0].name == "a.png"


async def test_caption_can_replace_the_caption_of_a_message(house: House) -> None:
    await house.run("/caption file=a.png")
    house.interaction = FakeInteraction(refine=lambda _text: "a better one")

    await house.run("/caption mesId=1 target=existing")

    assert len(house.session) == 2
    assert house.session.message(1).attachments[0].caption == "a better one"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/caption mesId=9", "no message #9"),
        ("/caption mesId=-5", "no message #-5"),
        ("/caption mesId=0", "no picture"),
        ("/caption mesId=0 file=a.png", "exclude"),
        ("/caption target=existing file=a.png", "needs mesId"),
        ("/caption file=bad.png", "no picture"),
    ],
)
async def test_a_message_number_never_opens_the_picker(house: House, line: str, words: str) -> None:
    house.interaction = FakeInteraction(path=Path("picked.png"))

    with pytest.raises(AppError, match=words):
        await house.run(line)

    assert len(house.session) == 1


async def test_a_caption_that_looks_like_commands_stays_text(house: House) -> None:
    house.interaction = FakeInteraction(refine=lambda _text: "{{user}} | /delete 0")

    await house.run("/caption file=a.png")

    assert house.texts()[-1].endswith("contains: {{user}} | /delete 0]")
    assert len(house.session) == 2


async def test_attach_gives_the_picture_to_the_composer(house: House, cat: Path) -> None:
    house.interaction = FakeInteraction(path=cat)

    await house.run('/attach "my cat.png"')
    await house.run("/attach")

    assert house.front.attached == [Path("my cat.png"), cat]


async def test_an_unknown_command_does_nothing(house: House) -> None:
    with pytest.raises(CommandError, match="there is no command /captoin"):
        await house.run("/captoin file=a.png")

    assert len(house.session) == 1


async def test_send_keeps_the_text_as_it_is(house: House) -> None:
    await house.run('/send /home/me said "hi" a=b')

    assert house.texts()[-1] == '/home/me said "hi" a=b'
    assert house.front.calls == ["sync"]


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("/reply", "reply"),
        ("/trigger", "reply"),
        ("/regenerate", "regenerate"),
        ("/regen", "regenerate"),
        ("/continue", "continue"),
        ("/stop", "stop"),
        ("/quit", "quit"),
    ],
)
async def test_commands_drive_the_front_end(house: House, line: str, call: str) -> None:
    await house.run(line)

    assert house.front.calls == [call]


@pytest.mark.parametrize(
    ("line", "screen"),
    [
        ("/caption-log", "caption_log"),
        ("/chats", "chats"),
        ("/context", "context"),
        ("/connect", "connections"),
        ("/character", "characters"),
        ("/persona", "personas"),
        ("/theme", "themes"),
        ("/settings", "settings"),
        ("/extensions", "extensions"),
        ("/help", "help"),
        ("/palette", "palette"),
    ],
)
async def test_commands_open_screens(house: House, line: str, screen: str) -> None:
    await house.run(line)

    assert house.front.shown == [screen]


async def test_retry_answers_a_message_and_replaces_a_reply(house: House) -> None:
    await house.run("/retry")
    await house.run("/send hello")
    await house.run("/retry")

    assert house.front.calls == ["regenerate", "sync", "reply"]


async def test_edit_changes_a_message_and_undo_brings_it_back(house: House) -> None:
    await house.run("/edit 0 Good day,\nall.")
    assert house.texts() == ["Good day,\nall."]

    await house.run("/undo")

    assert house.texts() == ["Welcome, You."]


async def test_edit_without_text_puts_the_old_one_into_the_prompt(house: House) -> None:
    await house.run("/edit #0")

    assert house.front.drafts == ["/edit 0 Welcome, You."]


async def test_delete_takes_the_focused_message_and_undo_brings_it_back(house: House) -> None:
    await house.run("/send one")
    await house.run("/send two")
    house.front.focus = 1

    await house.run("/delete")
    assert house.texts() == ["Welcome, You.", "two"]

    await house.run("/undo")
    assert house.texts() == ["Welcome, You.", "one", "two"]


async def test_there_may_be_nothing_to_undo(house: House) -> None:
    await house.run("/undo")

    assert house.front.notes == ["there is nothing to undo"]


async def test_copy_takes_a_number_or_the_last_message(house: House) -> None:
    await house.run("/send two")

    await house.run("/copy 0")
    await house.run("/copy last")
    await house.run("/copy")

    assert house.front.copied == ["Welcome, You.", "two", "two"]


async def test_goto_counts_from_zero_and_from_the_end(house: House) -> None:
    await house.run("/send two")

    await house.run("/goto 0")
    await house.run("/goto -1")

    assert house.front.visited == [0, 1]
    with pytest.raises(CommandError, match="no message #2") as caught:
        await house.run("/goto 2")
    assert caught.value.hint == "they go from #0 to #1"
    assert caught.value.column == 6


async def test_search_names_messages_of_this_chat_by_number(house: House) -> None:
    await house.run("/send a violet dragon")

    found = await house.run("/search violet")

    assert found == "#1: a violet dragon"
    assert house.front.notes == [found]


async def test_search_may_find_nothing(house: House) -> None:
    await house.run("/search nothing like it")

    assert house.front.notes == ["nothing found for nothing like it"]


async def test_new_starts_a_chat_with_a_character(house: House) -> None:
    await house.run("/new ada lovelace")

    assert house.front.opened[-1].character.name == "Ada Lovelace"
    with pytest.raises(CommandError, match="there is no character 'Eda'"):
        await house.run("/new Eda")


async def test_rename_survives_the_next_save(house: House) -> None:
    await house.run("/rename  The  cat ")
    await house.run("/send hello")

    assert [each.title for each in await house.store.chats()] == ["The  cat"]


async def test_chats_opens_one_by_a_part_of_its_title(house: House) -> None:
    await house.run("/rename Holiday in Rome")

    await house.run("/chats rome")

    assert house.front.opened[-1].chat.id == house.session.chat.id
    with pytest.raises(CommandError, match="there is no chat"):
        await house.run("/chats Paris")


@pytest.mark.parametrize("line", ["/restore-chat", "/undo"])
async def test_a_deleted_chat_comes_back(house: House, line: str) -> None:
    gone = house.session.chat.id

    await house.run("/delete-chat")
    assert gone not in [each.id for each in await house.store.chats()]

    house.session = house.front.opened[-1]
    await house.run(line)
    assert house.front.opened[-1].chat.id == gone


async def test_without_a_deleted_chat_there_is_none_to_restore(house: House) -> None:
    with pytest.raises(CommandError, match="no chat was deleted"):
        await house.run("/restore-chat")


async def test_character_and_persona_take_names_in_any_case(house: House) -> None:
    await house.run("/character ADA LOVELACE")
    await house.run("/persona bob")

    assert house.session.character.id == "ada"
    assert house.session.persona.name == "Bob"
    with pytest.raises(CommandError, match="there is no persona"):
        await house.run("/persona Carol")


async def test_connect_switches_in_any_case(house: House) -> None:
    await house.run("/connect attic")

    assert house.front.settings[-1].chat.connection == "Attic"
    assert house.front.notes == ["chatting through Fake: text-only"]
    with pytest.raises(CommandError) as caught:
        await house.run("/connect kichen")
    assert caught.value.hint == "did you mean kitchen?"


async def test_model_lists_and_chooses(house: House) -> None:
    with pytest.raises(CommandError, match="no model is connected"):
        await house.run("/model")
    await house.run("/connect kitchen")

    assert await house.run("/model") == "text-only\ntiny-vision (sees pictures)"
    await house.run("/model text-only")

    assert house.settings.current.connections["kitchen"].model == "text-only"


async def test_the_offline_model_is_fetched_with_progress(house: House) -> None:
    await house.run("/offline")

    assert house.interaction.progressed[-1] is None
    assert len(house.interaction.progressed) == 2
    assert "ready" in house.front.notes[-1]


async def test_set_changes_and_shows_a_setting(house: House) -> None:
    assert await house.run("/set captioning.prompt Name it.") == "Name it."
    assert house.settings.current.captioning.prompt == "Name it."
    assert await house.run("/set captioning.edit_before_saving off") == "false"
    assert await house.run("/set captioning.edit_before_saving") == "false"
    assert await house.run("/set chat.temperature none") == "empty"
    assert len(house.front.settings) == 3


async def test_set_refuses_what_there_is_not(house: House) -> None:
    with pytest.raises(CommandError) as caught:
        await house.run("/set captioning.promt")

    assert caught.value.column == 5
    assert "captioning.prompt" in caught.value.hint


async def test_theme_and_images_change_the_look(house: House) -> None:
    await house.run("/theme SALON-light")
    await house.run("/images off")

    assert house.front.settings[-1].ui.theme == "salon-light"
    assert house.front.settings[-1].ui.images == "off"
    with pytest.raises(CommandError, match="there is no theme"):
        await house.run("/theme pink")


async def test_help_explains_every_command(house: House) -> None:
    for command in house.registry:
        text = await house.run(f"/help /{command.name}")
        assert command.summary in text
        assert text.startswith(f"/{command.name}")


async def test_every_alias_runs_the_same_command(house: House) -> None:
    for command in house.registry:
        for alias in command.aliases:
            assert house.registry.find(alias) is command
