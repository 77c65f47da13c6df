from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from tests.slash.test_builtins import Room
from tui.domain.errors import CommandError


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    yield made
    await made.services.aclose()


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("/sort [3,1,2]", "[1,2,3]"),
        ("/pass [10, 9] | /sort", "[9,10]"),
        ('/sort {"b":1,"a":2}', '["a","b"]'),
        ('/sort keysort=false {"b":1,"a":2}', '["b","a"]'),
        ("/sort nothing to sort", "nothing to sort"),
        ("/array-wrap one", '["one"]'),
        ("/list-wrap 42", '["42"]'),
        ("/array-wrap stringify=false 42", "[42]"),
        ("/array-wrap [1,2]", "[1,2]"),
        ("/array-wrap", "[]"),
        ('/array-unwrap ["one", "two"]', "one"),
        ("/list-unwrap [null]", ""),
        ("/array-unwrap no list", "no list"),
    ],
)
async def test_lists_are_made_sorted_and_opened(room: Room, line: str, result: str) -> None:
    assert await room.run(line) == result


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("/closure-serialize {: /pass hi :}", "/pass hi"),
        ("/closure-serialize {: x=1 /add x 2 :}", "x=1 /add x 2"),
        ("/run {: f={: /pass in :} /closure-serialize f :}", "/pass in"),
        ("/closure-serialize {: x=1 /add x 2 :} | /closure-deserialize | /run", "3"),
        ("/closure-serialize {: x=1 /add x 2 :} | /closure-deserialize | /run x=4", "6"),
        ("/pass /pass hi | /closure-deserialize | /run", "hi"),
        (r'/array-unwrap ["\u007b: x=2 /mul x 3 :\u007d"] | /closure-deserialize | /run', "6"),
        ("/pass /pass a | /closure-deserialize | /closure-serialize", "/pass a"),
    ],
)
async def test_closures_become_text_and_closures_again(room: Room, line: str, result: str) -> None:
    assert await room.run(line) == result


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/closure-serialize", "that is no closure"),
        ("/closure-serialize nothing", "that is no closure"),
        (
            r'/array-unwrap ["/pass a :\u007d \| /pass \u007b: /pass b"] | /closure-deserialize',
            "that is no closure",
        ),
        (
            r'/array-unwrap [":\u007d \| /delete \| /pass \u007b:"] | /closure-deserialize',
            "that is no closure",
        ),
        (
            r'/array-unwrap ["\u007b: /pass a :\u007d\u007b: :\u007d"] | /closure-deserialize',
            "that is no closure",
        ),
        ("/closure-deserialize /nosuch", "there is no command /nosuch"),
        ("/closure-deserialize {: /pass :}", "cannot be a closure"),
        ("/array-wrap {: /pass :}", "cannot be a closure"),
    ],
)
async def test_what_is_no_closure_is_refused(room: Room, line: str, words: str) -> None:
    with pytest.raises(CommandError) as caught:
        await room.run(line)

    assert words in caught.value.line()
    assert len(room.session) == 1


async def test_an_error_in_a_closure_from_text_is_where_that_is_run(room: Room) -> None:
    line = "/pass /test pattern=( x | /closure-deserialize | /run"
    with pytest.raises(CommandError, match="no regular expression") as caught:
        await room.run(line)

    assert caught.value.column == line.index("/run")


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("/messages 0", "Salon: Welcome, You."),
        ("/message names=off 0", "Welcome, You."),
        ("/messages 1-2", "You: one\n\nYou: two"),
        ("/messages names=off 1-last", "one\n\ntwo"),
        ("/messages names=off -2--1", "one\n\ntwo"),
        ("/messages names=off #0-#1", "Welcome, You.\n\none"),
        ("/messages names=off", "Welcome, You.\n\none\n\ntwo"),
        ("/messages names=off role=user 0-last", "one\n\ntwo"),
        ("/messages names=off role=assistant 0-last", "Welcome, You."),
        ("/messages role=system 0-last", ""),
        ("/messages 3", ""),
        ("/messages 1-3", ""),
        ("/messages 2-1", ""),
        ("/messages first", ""),
        ("/pass 2 | /messages names=off", "two"),
    ],
)
async def test_messages_are_read_in_ranges(room: Room, line: str, result: str) -> None:
    await room.run("/send one")
    await room.run("/send two")

    assert await room.run(line) == result


async def test_messages_hidden_from_the_model_are_left_out_unless_wanted(room: Room) -> None:
    for line in ("/send one", "/send two", "/hide 1"):
        await room.run(line)

    assert await room.run("/messages names=off 1-2") == "two"
    assert await room.run("/messages names=off hidden=on 1-2") == "one\n\ntwo"


async def test_a_role_that_there_is_not_is_refused(room: Room) -> None:
    with pytest.raises(CommandError, match="role cannot be 'nobody'"):
        await room.run("/messages role=nobody 0")


async def test_messages_may_be_deleted_while_they_are_read(room: Room) -> None:
    for number in range(70):
        await room.services.chats.send(room.session, str(number))
    reading = asyncio.ensure_future(room.run("/messages names=off"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await room.session.remove_all(range(5, 71))

    assert "0" in await reading
