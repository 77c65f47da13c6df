from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.interaction import FakeInteraction
from tests.fakes.models import picture
from tests.slash.test_builtins import Room
from tui.domain.chat import Attachment, Message


def seen(number: int, caption: str = "") -> Attachment:
    return Attachment(str(number) * 64, f"{number}.png", "image/png", 4, 2, caption)


@pytest.fixture
async def room() -> Room:
    room = await Room().open()
    for number, (text, pictures) in enumerate(
        [("hi", (seen(1), seen(2, "known"), seen(3))), ("no picture", ()), ("", (seen(4),))]
    ):
        for each in pictures:
            await room.images.put(picture(each.name, each.digest))
        message = Message(f"m{number}", "user", "You", text, 1.0, attachments=pictures)
        await room.session.append(message)
    return room


async def test_every_picture_without_a_caption_gets_one(room: Room) -> None:
    assert await room.run("/caption-all") == "3"

    captions = [[p.caption for p in room.session.message(at).attachments] for at in (1, 2, 3)]
    assert captions == [["a red circle", "known", "a red circle"], [], ["a red circle"]]
    assert room.session.message(1).text == "hi"
    assert room.session.message(3).text.endswith("contains: a red circle]")
    assert room.front.notes == ["3 of 3 pictures captioned"]

    await room.run("/caption-all")
    nothing = "no message of this chat has a picture without a caption"
    assert room.front.notes[-1] == nothing

    room.front.pictures = [replace(seen(5), number=5)]
    assert await room.run("/caption-all") == "0"
    assert room.front.notes[-1] == f"{nothing}; /caption img5 captions one that waits"


async def test_one_that_is_gone_is_told_and_the_others_are_captioned(room: Room) -> None:
    room.images._images.pop("3" * 64)

    assert await room.run("/caption-all preset=short") == "2"

    assert room.front.notes[0].startswith("2 of 3 pictures captioned\nthe picture of message #1")


async def test_those_accepted_before_the_rest_was_left_stay(room: Room) -> None:
    texts = iter(["mine", None, None])
    room.interaction = FakeInteraction(refine=lambda _: next(texts))

    assert await room.run("/caption-all") == "1"

    assert [p.caption for p in room.session.message(1).attachments] == ["mine", "known", ""]


async def test_a_chat_without_pictures_says_so() -> None:
    bare = await Room().open()

    assert await bare.run("/caption-all") == "0"
    assert bare.front.notes == ["this chat has no pictures yet: /attach takes one from disk"]
