from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.slash.test_builtins import Room
from tui.domain.chat import Message
from tui.domain.errors import AppError, CommandError


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    for number, role in enumerate(("user", "assistant"), 1):
        name = "You" if role == "user" else "Ada"
        await made.session.append(Message(f"m{number}", role, name, f"text {number}", 1.0))  # type: ignore[arg-type]  # one of two
    yield made
    await made.services.aclose()


def hidden(room: Room) -> list[int]:
    return [at for at in range(len(room.session)) if room.session.message(at).hidden]


async def test_versions_are_added_shown_and_deleted(room: Room) -> None:
    assert await room.run("/addswipe another one") == "1"
    assert room.texts()[-1] == "text 2"
    assert await room.run("/addswipe switch=true a third") == "2"
    assert room.texts()[-1] == "a third"

    assert await room.run("/swipe direction=left") == ""
    assert room.texts()[-1] == "another one"
    assert await room.run("/delswipe") == "1"
    assert room.texts()[-1] == "a third"
    assert await room.run("/delswipe 1") == "0"
    assert room.session.message(-1).swipes == ()
    assert "/undo" in room.front.notes[-1]


async def test_behind_the_last_version_the_next_one_is_generated(room: Room) -> None:
    await room.run("/addswipe another one")

    await room.run("/swipe")
    assert "regenerate" not in room.front.calls
    await room.run("/swipe direction=RIGHT")

    assert room.front.calls[-1] == "regenerate"


async def test_a_reply_is_meant_by_its_number(room: Room) -> None:
    await room.run("/swipe direction=left mesId=0")
    with pytest.raises(AppError, match="no later version"):
        await room.run("/swipe mesId=#0")
    with pytest.raises(AppError, match="#1 is not a reply"):
        await room.run("/swipe mesId=1")
    with pytest.raises(CommandError, match="no message #9"):
        await room.run("/swipe mesId=9")
    with pytest.raises(CommandError, match="direction cannot be"):
        await room.run("/swipe direction=up")


@pytest.mark.parametrize(
    ("line", "focus", "expected"),
    [
        ("/hide", None, [2]),
        ("/hide", 1, [1]),
        ("/hide 0", 1, [0]),
        ("/hide 0-1", None, [0, 1]),
        ("/hide -2", None, [1]),
        ("/hide 0-2 name=ada", None, [2]),
        ("/hide name=nobody 0-2", None, []),
    ],
)
async def test_messages_are_hidden(
    room: Room, line: str, focus: int | None, expected: list[int]
) -> None:
    room.front.focus = focus

    assert await room.run(line) == ""

    assert hidden(room) == expected
    assert room.front.calls[-1] == "sync"
    assert ("hidden from the model" in room.front.notes[-1]) == bool(expected)


async def test_hidden_messages_are_sent_again_and_undo_hides_them(room: Room) -> None:
    await room.run("/hide 0--1")
    await room.run("/unhide 1-2")
    assert hidden(room) == [0]
    assert room.front.notes[-1] == "2 messages are sent to the model again: /undo takes it back"

    await room.run("/undo")

    assert hidden(room) == [0, 1, 2]


@pytest.mark.parametrize("line", ["/hide 3", "/hide 2-1", "/hide x", "/unhide 0-9"])
async def test_a_wrong_range_hides_nothing(room: Room, line: str) -> None:
    with pytest.raises(AppError):
        await room.run(line)

    assert hidden(room) == []


async def test_what_a_narrator_told_last_is_answered_by_a_retry(room: Room) -> None:
    told = Message("m3", "system", "Narrator", "It rains.", 1.0, kind="narrator")
    await room.session.append(told)
    await room.run("/retry")
    assert room.front.calls[-1] == "reply"

    told.kind = "comment"
    await room.run("/retry")
    assert room.front.calls[-1] == "regenerate"
