from __future__ import annotations

import pytest

from tests.fakes.house import House
from tui.domain.chat import Message
from tui.domain.errors import AppError, StorageError
from tui.services import swipes
from tui.services.session import ChatSession


class Reply:
    """A chat whose last message is a reply of three versions."""

    def __init__(self, house: House, session: ChatSession) -> None:
        self.house = house
        self.session = session

    @property
    def message(self) -> Message:
        return self.session.message(2)

    @property
    def shown(self) -> tuple[str, int, list[str]]:
        message = self.message
        return message.text, message.swipe, [each.text for each in message.versions]

    async def stored(self) -> tuple[str, int, list[str]]:
        opened = await self.house.services.library.open(self.session.chat.id)
        return Reply(self.house, opened).shown

    async def undo(self) -> str | None:
        return await self.house.services.chats.undo(self.session)


@pytest.fixture
async def reply() -> Reply:
    house = House()
    session = await house.services.library.new("ada")
    await session.append(Message("m0", "assistant", "Ada", "zero", 1.0))
    await session.append(Message("m1", "user", "You", "hi", 1.0))
    await session.append(Message("m2", "assistant", "Ada", "a", 1.0))
    made = Reply(house, session)
    for text in "bc":
        await swipes.add_swipe(session, text, switch=True)
    session.undos.clear()
    return made


async def test_versions_are_walked_in_a_ring_to_the_left(reply: Reply) -> None:
    seen = []
    for _ in range(4):
        assert await swipes.swipe(reply.session, "left")
        seen.append(reply.message.text)

    assert "".join(seen) == "bacb"
    assert await reply.stored() == ("b", 1, ["a", "b", "c"])
    assert await reply.undo() is None


async def test_behind_the_last_version_one_is_to_be_generated(reply: Reply) -> None:
    assert not await swipes.swipe(reply.session, "right")
    assert not await swipes.swipe(reply.session, "right", 2)
    await swipes.swipe(reply.session, "left")

    assert await swipes.swipe(reply.session, "right")
    assert reply.shown == ("c", 2, ["a", "b", "c"])


async def test_only_the_last_reply_gets_new_versions(reply: Reply) -> None:
    assert await swipes.swipe(reply.session, "left", 0)
    with pytest.raises(AppError, match="no later version"):
        await swipes.swipe(reply.session, "right", 0)
    await reply.session.append(Message("m3", "user", "You", "and?", 1.0))
    with pytest.raises(AppError, match="no later version"):
        await swipes.swipe(reply.session, "right", 2)
    assert await swipes.swipe(reply.session, "left", 2)

    with pytest.raises(AppError, match="#3 is not a reply"):
        await swipes.swipe(reply.session, "left")


async def test_an_edited_version_stays_edited(reply: Reply) -> None:
    await reply.house.services.chats.edit(reply.session, 2, "C")
    await swipes.swipe(reply.session, "left")

    assert reply.shown == await reply.stored() == ("b", 1, ["a", "b", "C"])


async def test_a_growing_reply_is_left_alone(reply: Reply) -> None:
    reply.message.status = "streaming"

    for change in (
        swipes.swipe(reply.session, "left"),
        swipes.add_swipe(reply.session, "d"),
        swipes.delete_swipe(reply.session),
    ):
        with pytest.raises(AppError, match="still being written"):
            await change


async def test_a_version_is_added_shown_or_not(reply: Reply) -> None:
    assert await swipes.add_swipe(reply.session, "d\x1b") == 3
    assert reply.shown == await reply.stored() == ("c", 2, ["a", "b", "c", "d\ufffd"])
    assert await swipes.add_swipe(reply.session, "e", switch=True) == 4
    assert (reply.message.text, reply.message.name) == ("e", "Ada")

    assert await reply.undo() == "the versions without the one that was added"
    await reply.undo()
    assert reply.shown == await reply.stored() == ("c", 2, ["a", "b", "c"])


@pytest.mark.parametrize(
    ("number", "left"),
    [
        (None, ("b", 1, ["a", "b"])),
        (3, ("b", 1, ["a", "b"])),
        (1, ("c", 1, ["b", "c"])),
    ],
)
async def test_a_version_is_taken_away(
    reply: Reply, number: int | None, left: tuple[str, int, list[str]]
) -> None:
    assert await swipes.delete_swipe(reply.session, number) == left[1]
    assert reply.shown == await reply.stored() == left

    assert await reply.undo() == "the version that was taken away"
    assert reply.shown == await reply.stored() == ("c", 2, ["a", "b", "c"])


async def test_the_first_version_gives_way_to_the_one_behind_it(reply: Reply) -> None:
    await swipes.swipe(reply.session, "left")
    await swipes.swipe(reply.session, "left")

    assert await swipes.delete_swipe(reply.session) == 0
    assert reply.shown == ("b", 0, ["b", "c"])


async def test_the_only_version_stays(reply: Reply) -> None:
    await swipes.delete_swipe(reply.session)
    await swipes.delete_swipe(reply.session)

    assert reply.message.swipes == ()
    with pytest.raises(AppError, match="no other version"):
        await swipes.delete_swipe(reply.session)
    for number in (0, 2):
        with pytest.raises(AppError, match=f"no version {number}"):
            await swipes.delete_swipe(reply.session, number)


async def test_what_cannot_be_written_stays_as_it_was(
    reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_messages: Message) -> None:
        raise StorageError("no room")

    monkeypatch.setattr(reply.house.store, "update", full)
    for change in (
        swipes.swipe(reply.session, "left"),
        swipes.add_swipe(reply.session, "d", switch=True),
        swipes.delete_swipe(reply.session),
    ):
        with pytest.raises(StorageError):
            await change

    assert reply.shown == ("c", 2, ["a", "b", "c"])
    assert await reply.undo() is None


async def test_without_a_reply_there_is_nothing_to_walk() -> None:
    session = await House().services.library.new("ada")

    with pytest.raises(AppError, match="no reply yet"):
        await swipes.swipe(session, "left")
