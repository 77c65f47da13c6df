from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.slash.test_builtins import Room
from tui.domain.chat import Attachment
from tui.domain.errors import CommandError

CAT = Attachment("c" * 64, "cat.png", "image/png", 4, 2, caption="a cat")
DOG = Attachment("d" * 64, "dog.png", "image/png", 4, 2)


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    yield made
    await made.services.aclose()


@pytest.mark.parametrize(
    ("line", "focus", "shown"),
    [
        ("/view", None, (2, 2)),
        ("/view", 1, (1, 1)),
        ("/view", 0, (2, 2)),
        ("/view picture=1", None, (2, 1)),
        ("/view mesId=1", None, (1, 1)),
        ("/view mesId=#2 picture=2", 1, (2, 2)),
        ("/view mesId=-1", None, (2, 1)),
    ],
)
async def test_the_picture_that_is_meant_is_shown(
    room: Room, line: str, focus: int | None, shown: tuple[int, int]
) -> None:
    await room.services.chats.send(room.session, "look", (CAT,))
    await room.services.chats.send(room.session, "and these", (CAT, DOG))
    room.front.focus = focus

    await room.run(line)

    assert room.front.viewed == [shown]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/view mesId=0", "#0 has no picture"),
        ("/view mesId=9", "there is no message #9"),
        ("/view mesId=1 picture=2", "#1 has no picture 2"),
        ("/view picture=0", "#1 has no picture 0"),
    ],
)
async def test_a_picture_that_is_not_there_is_named(room: Room, line: str, said: str) -> None:
    await room.services.chats.send(room.session, "look", (CAT,))

    with pytest.raises(CommandError, match=said):
        await room.run(line)


async def test_a_chat_without_pictures_says_how_to_get_one(room: Room) -> None:
    with pytest.raises(CommandError, match="no picture yet") as caught:
        await room.run("/view")

    assert "/attach" in caught.value.hint
