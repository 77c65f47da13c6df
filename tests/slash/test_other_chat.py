"""A script goes on with its chat while the person looks at another one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from tests.fakes.models import picture
from tests.slash.test_builtins import Room
from tui.domain.chat import Attachment
from tui.domain.errors import CommandError


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    await made.run("/send one | /send two | /send three")
    made.front.opened.append(await made.services.library.new())
    made.front.focus = 1
    yield made
    await made.services.aclose()


async def test_the_focus_is_that_of_the_chat_on_the_screen(room: Room) -> None:
    assert await room.run("/delete") == "three\n"
    await room.run("/hide")

    assert [room.session.message(at).hidden for at in range(3)] == [False, False, True]


async def test_pictures_wait_for_a_message_of_the_chat_on_the_screen(room: Room) -> None:
    waiting = Attachment(picture("cat.png").digest, "cat.png", "image/png", 8, 8)
    room.front.pictures = [replace(waiting, number=1)]
    await room.run("/send four")

    assert not room.session.message(-1).attachments
    assert len(room.front.pictures) == 1


@pytest.mark.parametrize("line", ["/goto 1", "/edit 1", "/retry", "/reply", "/continue"])
async def test_what_works_on_the_screen_is_refused(room: Room, line: str) -> None:
    before = list(room.front.calls)
    with pytest.raises(CommandError, match="another chat is on the screen"):
        await room.run(line)

    assert (room.front.calls, room.front.visited, room.front.drafts) == (before, [], [])


async def test_a_new_version_is_not_asked_for_in_the_other_chat(room: Room) -> None:
    await room.run("/sendas name=Ada Hello")
    with pytest.raises(CommandError, match="another chat is on the screen"):
        await room.run("/swipe")

    assert "regenerate" not in room.front.calls
