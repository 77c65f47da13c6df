from __future__ import annotations

from dataclasses import replace

from tests.fakes.house import House
from tui.domain.chat import Attachment

CAT = Attachment("c" * 64, "cat.png", "image/png", 4, 2)
DOG = replace(CAT, digest="d" * 64, name="dog.png")


async def test_pictures_come_newest_first_or_as_they_stand_in_the_chat() -> None:
    house = House()
    services = house.services
    session, other = await services.library.new(), await services.library.new()
    await services.chats.send(session, "look", (CAT, DOG))
    await services.chats.send(session, "again", (CAT,))
    await services.chats.send(other, "elsewhere", (DOG,))

    here = await services.pictures.in_order(session.chat.id)
    everywhere = await services.pictures.newest_first()
    newest = await services.pictures.newest(session.chat.id)

    assert [(use.position, use.number) for use in here] == [(1, 1), (1, 2), (2, 1)]
    assert await services.pictures.newest_first(session.chat.id) == here[::-1]
    assert everywhere[0].chat_id == other.chat.id
    assert len(everywhere) == 4
    assert newest == here[-1]


async def test_a_chat_without_pictures_has_no_newest() -> None:
    services = House().services
    session = await services.library.new()

    assert await services.pictures.newest(session.chat.id) is None
    assert await services.pictures.newest_first() == []
