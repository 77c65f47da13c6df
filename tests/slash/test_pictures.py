from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from tests.fakes.models import picture
from tests.slash.test_builtins import Room
from tui.domain.chat import Attachment, Swipe
from tui.domain.errors import AppError, CommandError

CAT = Attachment("c" * 64, "cat.png", "image/png", 4, 2, caption="a cat")
DOG = Attachment("d" * 64, "dog.png", "image/png", 4, 2)


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    await made.settings.change("chat.connection", "kitchen")
    await made.services.chats.send(made.session, "look", (CAT, DOG))
    yield made
    await made.services.aclose()


async def test_the_fate_of_waiting_pictures_comes_first(room: Room) -> None:
    room.front.pictures = [CAT, DOG]
    room.front.focus = 1

    result = await room.run("/fate caption")

    assert [each.fate for each in room.front.pictures] == ["caption", "caption"]
    assert result == "cat.png: caption: you chose so\ndog.png: caption: you chose so"
    assert room.session.message(1).attachments == (replace(CAT, number=1), replace(DOG, number=2))


async def test_one_of_several_waiting_pictures_can_be_meant(room: Room) -> None:
    room.front.pictures = [CAT, DOG]

    await room.run("/fate nothing picture=2")

    assert [each.fate for each in room.front.pictures] == ["auto", "nothing"]
    with pytest.raises(CommandError, match="no picture 3 waits"):
        await room.run("/fate nothing picture=3")


@pytest.mark.parametrize("line", ["/fate caption mesId=1", "/fate mesId=1 caption"])
async def test_the_fate_of_a_message_is_kept_and_can_be_undone(room: Room, line: str) -> None:
    result = await room.run(line)

    stored = room.store.read([room.session.outline[1].id])[0]
    assert [each.fate for each in stored.attachments] == ["caption", "caption"]
    assert result.splitlines() == [
        "img1 cat.png: caption: you chose so",
        "img2 dog.png: nothing: there is no caption; /caption img2 makes one",
    ]

    await room.run("/undo")

    stored = room.store.read([room.session.outline[1].id])[0]
    assert [each.fate for each in stored.attachments] == ["auto", "auto"]


async def test_undo_gives_the_fate_back_to_the_version_that_had_it(room: Room) -> None:
    message = room.session.message(1)
    bare = Swipe("two", 2.0, attachments=(replace(DOG, fate="both"),))
    await room.session.show(message, (*message.versions, bare), 0)
    await room.run("/fate nothing mesId=1")
    await room.session.show(message, message.versions, 1)

    await room.run("/undo")

    fates = [[each.fate for each in version.attachments] for version in message.versions]
    assert fates == [["auto", "auto"], ["both"]]


async def test_without_a_choice_the_fates_of_the_focused_message_are_shown(room: Room) -> None:
    room.front.focus = 1

    result = await room.run("/fate")

    assert result.splitlines() == [
        "img1 cat.png: both: the chat model sees",
        "img2 dog.png: picture: the chat model sees",
    ]


async def test_a_picture_is_named_by_its_id_wherever_it_is(room: Room) -> None:
    room.front.pictures = [replace(CAT, digest="e" * 64, name="owl.png", number=3)]

    waiting = await room.run("/fate img3 nothing")
    sent = await room.run("/fate IMG2 picture")
    shown = await room.run("/fate img2")

    assert waiting == "img3 owl.png: nothing: you chose so"
    assert room.front.pictures[0].fate == "nothing"
    assert sent == shown == "img2 dog.png: picture: you chose so"
    assert [each.fate for each in room.session.message(1).attachments] == ["auto", "picture"]


@pytest.mark.parametrize(
    ("line", "said", "hint"),
    [
        ("/fate img9 both", "there is no img9", "this chat has img1 and img2"),
        ("/fate img0 both", "there is no img0", "this chat has img1 and img2"),
        ("/fate img mesId=1", "cannot be 'img'", "it can be auto"),
        ("/fate mesId=1 img1 both", "exclude each other", ""),
        ("/caption img9", "there is no img9", "this chat has img1 and img2"),
        ("/caption mesId=1 img1", "exclude each other", ""),
        ("/caption file=a.png img1", "exclude each other", ""),
        ("/caption mesId=1 index=2", "no picture with index 2", "they go from 0 to 1"),
        ("/caption mesId=0", "message #0 has no picture", "/caption file=PATH"),
        ("/caption index=1", "index= needs mesId=", ""),
    ],
)
async def test_a_picture_that_is_not_there_is_said_with_those_that_are(
    room: Room, line: str, said: str, hint: str
) -> None:
    with pytest.raises(AppError) as caught:
        await room.run(line)

    assert said in str(caught.value)
    assert hint in caught.value.hint


async def test_a_caption_goes_to_the_picture_that_is_named(room: Room) -> None:
    for digest in (CAT.digest, DOG.digest):
        await room.images.put(picture("x.png", digest))

    assert await room.run("/caption img2 short please") == "a red circle"

    first, second = room.session.message(1).attachments
    assert (first.caption, second.caption, second.name) == ("a cat", "a red circle", "dog.png")
    assert room.interaction.refinements[-1].prompt == "short please"
    assert room.session.message(1).text == "look"
    assert len(room.session) == 2
    assert "reply" not in room.front.calls


async def test_without_an_index_the_picture_that_lacks_a_caption_is_meant(room: Room) -> None:
    for digest in (CAT.digest, DOG.digest):
        await room.images.put(picture("x.png", digest))

    await room.run("/caption mesId=-1")
    await room.run("/caption mesId=1 index=0 source=describe")

    captions = [each.caption for each in room.session.message(1).attachments]
    assert captions == ["A landscape photo.", "a red circle"]


async def test_a_waiting_picture_gets_its_caption_and_nothing_is_sent(room: Room) -> None:
    room.front.pictures = [replace(DOG, digest="e" * 64, number=3, fate="both")]
    await room.images.put(picture("dog.png", "e" * 64))

    await room.run("/caption img3")

    (waiting,) = room.front.pictures
    assert (waiting.caption, waiting.number, waiting.fate) == ("a red circle", 3, "both")
    assert len(room.session) == 2


async def test_a_message_without_text_gets_the_caption_as_its_text(room: Room) -> None:
    await room.images.put(picture("dog.png", DOG.digest))
    await room.services.chats.send(room.session, "", (DOG,))

    await room.run("/caption mesId=2")

    message = room.session.message(2)
    assert message.text == "[You sends Salon a picture that contains: a red circle]"
    assert message.templated


async def test_a_fate_needs_a_picture(room: Room) -> None:
    with pytest.raises(CommandError, match="no picture waits"):
        await room.run("/fate both")
    with pytest.raises(AppError, match="message #0 has no picture"):
        await room.run("/fate both mesId=0")
    with pytest.raises(AppError, match="no picture 3"):
        await room.run("/fate both mesId=1 picture=3")


async def test_local_only_is_kept_with_the_chat(room: Room) -> None:
    said = await room.run("/local-only on")

    kept = await room.store.load(room.session.chat.id)
    assert kept is not None
    assert kept.local_only
    assert said == "local only: no picture of this chat leaves this machine"
    assert not room.settings.current.images.local_only

    await room.run("/local-only off")

    assert not room.session.chat.local_only


async def test_local_only_for_all_chats_is_a_setting_and_wins(room: Room) -> None:
    await room.run("/local-only on for=all")
    assert room.settings.current.images.local_only

    said = await room.run("/local-only off")

    assert said.startswith("off for this chat, but local only is on for all chats")
    assert "/local-only off for=all" in said


async def test_without_a_word_local_only_is_turned_round(room: Room) -> None:
    await room.run("/local-only")
    assert room.session.chat.local_only
    await room.run("/local-only")
    assert not room.session.chat.local_only


async def test_a_chat_model_elsewhere_gets_no_picture_that_stays_here(room: Room) -> None:
    far = {"provider": "distant", "model": "m", "vision": "yes"}
    await room.settings.change("connections.far", far)
    await room.settings.change("chat.connection", "far")

    said = await room.run("/local-only on")
    fates = await room.run("/fate both mesId=1")

    assert said.endswith("the chat model runs elsewhere and gets captions alone")
    assert fates.splitlines()[0] == "img1 cat.png: caption: pictures stay on this machine"
    prompt = await room.services.chats.prompt(room.session)
    assert prompt.digests == ()
