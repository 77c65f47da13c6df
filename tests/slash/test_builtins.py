from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.front import FakeFront
from tests.fakes.house import House
from tests.fakes.interaction import FakeInteraction
from tui.domain.errors import AppError, CommandError, NetworkError
from tui.domain.generation import Progress
from tui.services.session import ChatSession
from tui.slash.builtins import default_registry
from tui.slash.context import Context
from tui.slash.interpreter import Interpreter
from tui.slash.keeper import ChatKeeper


class Room(House):
    """A house with one open chat in front of a fake screen."""

    def __init__(self) -> None:
        super().__init__()
        self.front = FakeFront()
        self.interaction = FakeInteraction()
        self.registry = default_registry()
        self.session: ChatSession

    async def open(self) -> Room:
        self.session = await self.services.library.new()
        return self

    async def run(self, text: str) -> str:
        context = Context(self.services, self.session, self.interaction, self.front)
        outcome = await Interpreter(self.registry, ChatKeeper(self.services)).run(text, context)
        return outcome.text

    def texts(self) -> list[str]:
        return [self.session.message(index).text for index in range(len(self.session))]


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    yield made
    await made.services.aclose()


@pytest.fixture
def cat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "my cat.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    return path


async def test_caption_takes_the_named_file(room: Room) -> None:
    result = await room.run('/caption file="my cat.png"')

    assert result == "a red circle"
    assert room.texts()[-1] == "[You sends Salon a picture that contains: a red circle]"
    assert room.session.message(-1).attachments[0].name == "my cat.png"


async def test_caption_takes_a_first_word_that_is_a_picture(room: Room, cat: Path) -> None:
    await room.run(f'/caption "{cat.name}" what is it?')

    refinement = room.interaction.refinements[-1]
    assert refinement.image.name == "my cat.png"
    assert refinement.prompt == "what is it?"


async def test_caption_of_several_files_makes_a_message_each(room: Room) -> None:
    result = await room.run("/caption file=a.png file=b.png look")

    assert result == "a red circle\na red circle"
    assert [len(room.session.message(i).attachments) for i in (-2, -1)] == [1, 1]


async def test_a_cancelled_caption_ends_the_round(room: Room) -> None:
    room.interaction = FakeInteraction(refine=lambda _text: None)

    assert await room.run("/caption file=a.png file=b.png") == ""
    assert [made.position for made in room.interaction.refinements] == [(1, 2), (2, 2)]
    assert len(room.session) == 1


async def test_quiet_shows_the_caption_and_sends_nothing(room: Room) -> None:
    result = await room.run("/caption quiet=true file=a.png")

    assert result == "a red circle"
    assert len(room.session) == 1
    assert "a red circle" in room.front.notes[-1]


@pytest.mark.parametrize(
    ("named", "label"),
    [
        ("source=horde", "AI Horde"),
        ("source=extras", "Extras"),
        ("source=describe", "offline description"),
        ("connection=kitchen", "Fake: tiny-vision"),
        ("connection=kitchen model=big-vision", "Fake: big-vision"),
    ],
)
async def test_caption_asks_whom_it_is_told_to(room: Room, named: str, label: str) -> None:
    await room.run(f"/caption {named} file=a.png")

    assert room.session.message(-1).attachments[0].source == label


async def test_caption_says_when_it_was_made_before_unless_asked_afresh(room: Room) -> None:
    for more in ("", "", "fresh=true "):
        await room.run(f"/caption quiet=true {more}file=a.png")

    first, second, third = room.front.notes[-3:]
    assert "(local model, from cache)" in second
    assert "from cache" not in first + third
    assert len(room.sources.local_source.asked) == 2


async def test_caption_without_a_picture_asks_for_one(room: Room) -> None:
    room.interaction = FakeInteraction(path=Path("picked.png"))

    await room.run("/caption what is this?")

    assert room.session.message(-1).attachments[0].name == "picked.png"
    assert room.interaction.refinements[-1].prompt == "what is this?"


async def test_caption_takes_the_picture_of_a_message(room: Room) -> None:
    await room.run("/caption file=a.png")

    await room.run("/caption mesId=-1 target=new again")

    assert len(room.session) == 3
    assert room.session.message(-1).attachments[0].name == "a.png"


async def test_caption_can_replace_the_caption_of_a_message(room: Room) -> None:
    await room.run("/caption file=a.png")
    room.interaction = FakeInteraction(refine=lambda _text: "a better one")

    await room.run("/caption mesId=1 target=existing")

    assert len(room.session) == 2
    assert room.session.message(1).attachments[0].caption == "a better one"


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
async def test_a_message_number_never_opens_the_picker(room: Room, line: str, words: str) -> None:
    room.interaction = FakeInteraction(path=Path("picked.png"))

    with pytest.raises(AppError, match=words):
        await room.run(line)

    assert len(room.session) == 1


async def test_a_caption_that_looks_like_commands_stays_text(room: Room) -> None:
    room.interaction = FakeInteraction(refine=lambda _text: "{{user}} | /delete 0")

    await room.run("/caption file=a.png")

    assert room.texts()[-1].endswith("contains: {{user}} | /delete 0]")
    assert len(room.session) == 2


async def test_attach_gives_the_picture_to_the_composer(room: Room, cat: Path) -> None:
    room.interaction = FakeInteraction(path=cat)

    await room.run('/attach "my cat.png"')
    await room.run("/attach")

    assert room.front.attached == [Path("my cat.png"), cat]


async def test_an_unknown_command_does_nothing(room: Room) -> None:
    with pytest.raises(CommandError, match="there is no command /captoin"):
        await room.run("/captoin file=a.png")

    assert len(room.session) == 1


async def test_send_keeps_the_text_as_it_is(room: Room) -> None:
    await room.run('/send /home/me said "hi" a=b')

    assert room.texts()[-1] == '/home/me said "hi" a=b'
    assert room.front.calls == ["sync"]


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
async def test_commands_drive_the_front_end(room: Room, line: str, call: str) -> None:
    await room.run(line)

    assert room.front.calls == [call]


@pytest.mark.parametrize(
    ("line", "screen"),
    [
        ("/caption-log", "caption_log"),
        ("/chats", "chats"),
        ("/context", "context"),
        ("/connect", "connections"),
        ("/connection for=captions", "caption_connections"),
        ("/pull", "pull"),
        ("/character", "characters"),
        ("/persona", "personas"),
        ("/theme", "themes"),
        ("/settings", "settings"),
        ("/settings captioning", "caption_settings"),
        ("/gallery", "gallery"),
        ("/extensions", "extensions"),
        ("/help", "help"),
        ("/palette", "palette"),
    ],
)
async def test_commands_open_screens(room: Room, line: str, screen: str) -> None:
    await room.run(line)

    assert room.front.shown == [screen]


async def test_retry_answers_a_message_and_replaces_a_reply(room: Room) -> None:
    await room.run("/retry")
    await room.run("/send hello")
    await room.run("/retry")

    assert room.front.calls == ["regenerate", "sync", "reply"]


async def test_edit_changes_a_message_and_undo_brings_it_back(room: Room) -> None:
    await room.run("/edit 0 Good day,\nall.")
    assert room.texts() == ["Good day,\nall."]

    await room.run("/undo")

    assert room.texts() == ["Welcome, You."]


async def test_edit_without_text_puts_the_old_one_into_the_prompt(room: Room) -> None:
    await room.run("/edit #0")

    assert room.front.drafts == ["/edit 0 Welcome, You."]


async def test_delete_takes_the_focused_message_and_undo_brings_it_back(room: Room) -> None:
    await room.run("/send one")
    await room.run("/send two")
    room.front.focus = 1

    await room.run("/delete")
    assert room.texts() == ["Welcome, You.", "two"]

    await room.run("/undo")
    assert room.texts() == ["Welcome, You.", "one", "two"]


async def test_there_may_be_nothing_to_undo(room: Room) -> None:
    await room.run("/undo")

    assert room.front.notes == ["there is nothing to undo"]


async def test_copy_takes_a_number_or_the_last_message(room: Room) -> None:
    await room.run("/send two")

    await room.run("/copy 0")
    await room.run("/copy last")
    await room.run("/copy")

    assert room.front.copied == ["Welcome, You.", "two", "two"]


async def test_goto_counts_from_zero_and_from_the_end(room: Room) -> None:
    await room.run("/send two")

    await room.run("/goto 0")
    await room.run("/goto -1")

    assert room.front.visited == [0, 1]
    with pytest.raises(CommandError, match="no message #2") as caught:
        await room.run("/goto 2")
    assert caught.value.hint == "they go from #0 to #1"
    assert caught.value.column == 6


async def test_search_names_messages_of_this_chat_by_number(room: Room) -> None:
    await room.run("/send a violet dragon")

    found = await room.run("/search violet")

    assert found == "#1: a violet dragon"
    assert room.front.notes == [found]


async def test_search_may_find_nothing(room: Room) -> None:
    await room.run("/search nothing like it")

    assert room.front.notes == ["nothing found for nothing like it"]


async def test_new_starts_a_chat_with_a_character(room: Room) -> None:
    await room.run("/new ada lovelace")

    assert room.front.opened[-1].character.name == "Ada Lovelace"
    with pytest.raises(CommandError, match="there is no character 'Eda'"):
        await room.run("/new Eda")


async def test_rename_survives_the_next_save(room: Room) -> None:
    await room.run("/rename  The  cat ")
    await room.run("/send hello")

    assert [each.title for each in await room.store.chats()] == ["The  cat"]


async def test_chats_opens_one_by_a_part_of_its_title(room: Room) -> None:
    await room.run("/rename Holiday in Rome")

    await room.run("/chats rome")

    assert room.front.opened[-1].chat.id == room.session.chat.id
    with pytest.raises(CommandError, match="there is no chat"):
        await room.run("/chats Paris")


async def test_only_chats_with_a_title_are_named(room: Room) -> None:
    await room.services.library.new()
    await room.run("/rename Rome")

    with pytest.raises(CommandError) as caught:
        await room.run("/chats Berlin")
    assert caught.value.hint == "there are: Rome"


@pytest.mark.parametrize("line", ["/restore-chat", "/undo"])
async def test_a_deleted_chat_comes_back(room: Room, line: str) -> None:
    gone = room.session.chat.id

    await room.run("/delete-chat")
    assert gone not in [each.id for each in await room.store.chats()]

    room.session = room.front.opened[-1]
    await room.run(line)
    assert room.front.opened[-1].chat.id == gone


async def test_without_a_deleted_chat_there_is_none_to_restore(room: Room) -> None:
    with pytest.raises(CommandError, match="no chat was deleted"):
        await room.run("/restore-chat")


async def test_character_and_persona_take_names_in_any_case(room: Room) -> None:
    await room.run("/character ADA LOVELACE")
    await room.run("/persona bob")

    assert room.session.character.id == "ada"
    assert room.session.persona.name == "Bob"
    with pytest.raises(CommandError, match="there is no persona"):
        await room.run("/persona Carol")


async def test_connect_switches_in_any_case(room: Room) -> None:
    await room.run("/connect attic")

    assert room.front.settings[-1].chat.connection == "Attic"
    assert room.front.notes == ["chatting through Fake: text-only"]
    with pytest.raises(CommandError) as caught:
        await room.run("/connect kichen")
    assert caught.value.hint == "did you mean kitchen?"


async def test_model_lists_and_chooses(room: Room) -> None:
    with pytest.raises(CommandError, match="no model is connected"):
        await room.run("/model")
    await room.run("/connect kitchen")

    assert await room.run("/model") == "tiny-vision"
    assert room.front.notes[-1] == "text-only\ntiny-vision (sees pictures)"
    await room.run("/model text-only")

    assert room.settings.current.connections["kitchen"].model == "text-only"


async def test_what_is_known_of_a_models_sight_goes_with_the_model(room: Room) -> None:
    await room.run("/connect kitchen")
    await room.settings.change("connections.kitchen.vision", "yes")

    known = []
    for line in ("/model another", "/model", "/model text-only"):
        await room.run(line)
        known.append(room.settings.current.connections["kitchen"].vision)

    assert known == ["unknown", "unknown", "no"]


async def test_another_connection_can_caption(room: Room) -> None:
    await room.run("/connect kitchen")
    await room.run("/connection for=captions attic")

    assert room.settings.current.chat.connection == "kitchen"
    assert room.settings.current.captioning.connection == "Attic"
    assert room.settings.current.captioning.source == "multimodal"
    assert room.front.notes[-1] == "captions come from Fake: text-only"


@pytest.mark.parametrize("line", ["/connect easel", "/connect for=captions easel"])
async def test_what_only_makes_pictures_neither_chats_nor_captions(room: Room, line: str) -> None:
    await room.settings.change("connections.easel", {"provider": "painter"})

    with pytest.raises(CommandError, match="easel only makes pictures"):
        await room.run(line)

    assert room.settings.current.chat.connection == ""
    assert room.settings.current.captioning.connection == ""


async def test_what_only_captions_is_not_chatted_with(room: Room) -> None:
    await room.settings.change("connections.old", {"provider": "extras"})

    with pytest.raises(CommandError, match="only captions") as caught:
        await room.run("/connect old")

    assert caught.value.hint == "/connect for=captions old"
    await room.run(caught.value.hint)
    assert room.settings.current.captioning.connection == "old"


async def test_a_model_is_pulled_with_progress(room: Room) -> None:
    assert await room.run("/pull moondream") == "moondream"

    assert room.connector.pulled == ["moondream"]
    assert room.interaction.progressed[-1] is None
    assert len(room.interaction.progressed) == 2
    assert room.front.notes == ["moondream is there: /connect finds the server"]


async def test_a_model_is_pulled_to_the_ollama_that_is_named_or_used(room: Room) -> None:
    await room.settings.change("connections.stove", {"provider": "puller"})

    await room.run("/pull llava")
    assert room.front.notes[-1].startswith("llava is there: /connect stove")
    await room.run("/pull connection=stove llava:13b")
    assert room.connector.pulled == ["llava", "llava:13b"]
    with pytest.raises(AppError, match="fetches no models"):
        await room.run("/pull connection=kitchen llava")
    with pytest.raises(CommandError, match="there is no connection 'stov'"):
        await room.run("/pull connection=stov llava")


async def test_a_pull_that_is_stopped_says_how_to_go_on(room: Room) -> None:
    room.connector.pulling = [Progress("pulling", 1, 2, "bytes")] * 1000
    task = asyncio.create_task(room.run("/pull llava"))
    while not room.interaction.progressed:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert room.interaction.progressed[-1] is None
    assert room.front.notes == ["llava is paused, what came is kept: /pull llava goes on"]


async def test_a_pull_that_fails_takes_its_progress_away(room: Room) -> None:
    room.connector.pulling = [Progress("pulling", 1, 2, "bytes"), NetworkError("it broke off")]

    with pytest.raises(NetworkError):
        await room.run("/pull llava")

    assert room.interaction.progressed[-1] is None
    assert room.front.notes == []


async def test_the_offline_model_is_fetched_with_progress(room: Room) -> None:
    await room.run("/offline")

    assert room.interaction.progressed[-1] is None
    assert len(room.interaction.progressed) == 2
    assert "ready" in room.front.notes[-1]


async def test_set_changes_and_shows_a_setting(room: Room) -> None:
    assert await room.run("/set captioning.prompt Name it.") == "Name it."
    assert room.settings.current.captioning.prompt == "Name it."
    assert await room.run("/set captioning.edit_before_saving off") == "false"
    assert await room.run("/set captioning.edit_before_saving") == "false"
    assert await room.run("/set chat.temperature none") == "empty"
    assert len(room.front.settings) == 3


async def test_set_refuses_what_there_is_not(room: Room) -> None:
    with pytest.raises(CommandError) as caught:
        await room.run("/set captioning.promt")

    assert caught.value.column == 5
    assert "captioning.prompt" in caught.value.hint


async def test_theme_and_images_change_the_look(room: Room) -> None:
    await room.run("/theme SALON-light")
    await room.run("/images off")

    assert [made.ui.theme for made in room.front.settings][-1] == "salon-light"
    assert [made.ui.images for made in room.front.settings][-1] == "off"
    assert room.front.notes[-1] == "pictures: off"
    await room.run("/images sixel")
    assert [made.ui.images for made in room.front.settings][-1] == "sixel"
    assert room.front.notes[-1] == "pictures: sixel, drawn in half blocks: as the test says"
    with pytest.raises(CommandError, match="there is no theme"):
        await room.run("/theme pink")


async def test_help_explains_every_command(room: Room) -> None:
    for command in room.registry:
        text = await room.run(f"/help /{command.name}")
        assert command.summary in text
        assert text.startswith(f"/{command.name}")


async def test_every_alias_runs_the_same_command(room: Room) -> None:
    for command in room.registry:
        for alias in command.aliases:
            assert room.registry.find(alias) is command
