from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.slash.test_builtins import Room
from tui.domain.chat import Chat
from tui.domain.errors import AppError, CommandError, StorageError
from tui.domain.injection import Injection, placed


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    yield made
    await made.services.aclose()


@given(st.lists(st.integers()), st.lists(st.integers(0, 12)))
def test_each_stands_before_as_many_messages_as_its_depth_says(
    parts: list[int], depths: list[int]
) -> None:
    added = [(Injection(str(at), "x", "chat", depth), str(at)) for at, depth in enumerate(depths)]

    result = placed(parts, added)

    assert [each for each in result if isinstance(each, int)] == parts
    for at, depth in enumerate(depths):
        behind = result[result.index(str(at)) :]
        assert sum(isinstance(each, int) for each in behind) == min(depth, len(parts))


async def sent(room: Room) -> list[tuple[str, str]]:
    prompt = await room.services.chats.prompt(room.session)
    return [(turn.role, turn.text) for turn in prompt.turns({})]


async def test_a_text_is_added_to_the_prompt_where_it_is_wanted(room: Room) -> None:
    await room.run("/send a | /send b")

    assert await room.run("/inject id=top position=before FIRST") == "top"
    await room.run("/inject id=dark position=chat depth=1 role=user It is dark.")
    await room.run("/inject id=kept position=none nothing")

    (_, system), *turns = await sent(room)
    assert system.startswith("FIRST\n\n")
    assert [text for _, text in turns][-3:] == ["a", "It is dark.", "b"]
    assert turns[-2][0] == "user"
    assert "nothing" not in str(await sent(room))


async def test_it_is_replaced_listed_and_taken_away(room: Room) -> None:
    await room.run("/inject id=x one || /inject id=x two")

    assert await room.run("/listinjects") == "x (after the character): two"
    await room.run("/inject id=x")
    assert room.session.chat.injections == ()
    with pytest.raises(CommandError, match="nothing is added under 'y'"):
        await room.run("/flushinject y")


async def test_it_is_kept_with_the_chat_and_an_ephemeral_one_for_one_request(room: Room) -> None:
    await room.run("/inject id=x ephemeral=true once || /inject id=y always | /flushinject y")
    await room.run("/inject id=y always")

    again = await room.services.library.open(room.session.chat.id)
    assert [each.id for each in again.chat.injections] == ["x", "y"]
    request = await room.services.chats.request(room.session)
    assert "once" in request.turns[0].text
    assert [each.id for each in room.session.chat.injections] == ["y"]


async def test_what_is_said_but_once_is_gone_when_nobody_could_be_asked(room: Room) -> None:
    async def refuse() -> None:
        raise AppError("no model is connected")

    room.front.continue_reply = refuse  # type: ignore[method-assign]
    with pytest.raises(AppError):
        await room.run("/continue sadly")

    assert room.session.chat.injections == ()


@pytest.mark.parametrize("line", ["/inject id=x two", "/inject id=x", "/flushinject", "/inject y"])
async def test_what_cannot_be_written_is_not_added(
    room: Room, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_chat: Chat, _known: Chat) -> None:
        raise StorageError("no room")

    await room.run("/inject id=x one")
    before = room.session.chat.injections
    monkeypatch.setattr(room.store, "save", full)
    with pytest.raises(StorageError):
        await room.run(line)

    assert room.session.chat.injections == before
