from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.slash.test_builtins import Room
from tui.domain.errors import CommandError


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    yield made
    await made.services.aclose()


async def test_go_opens_the_last_chat_with_a_character_or_starts_one(room: Room) -> None:
    assert await room.run("/go ada") == "Ada Lovelace"
    first = room.front.opened[-1].chat
    assert first.character == "ada"

    await room.run("/char Ada Lovelace")
    assert room.front.opened[-1].chat.id == first.id
    with pytest.raises(CommandError, match="no character 'Adda'"):
        await room.run("/go Adda")


async def test_a_persona_is_one_there_is_or_only_a_name(room: Room) -> None:
    assert await room.run("/persona bob") == "Bob"
    assert await room.run("/persona-set mode=all Dora") == "Dora"
    assert await room.run("/name mode=temp Bob") == "Bob"
    with pytest.raises(CommandError, match="no persona 'Dora'"):
        await room.run("/persona Dora")


async def test_the_connection_and_the_chat_are_named_for_the_next_command(room: Room) -> None:
    await room.run("/rename Tea")

    assert await room.run("/profile kitchen | /profile") == "kitchen"
    assert await room.run("/getchatname | /pass in {{pipe}}") == "in Tea"
