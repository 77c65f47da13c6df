from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator

import pytest

from tests.slash.test_builtins import Room
from tui.domain.errors import CommandError
from tui.domain.prompt import estimate_tokens
from tui.slash.builtins import lists, numbers, patterns, reading, texts
from tui.slash.command import Command, Registry


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    yield made
    await made.services.aclose()


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("/len abc", "3"),
        ("/len [1,2,3]", "3"),
        ('/len {"a":1,"b":2}', "2"),
        ('/len "a b" c', "5"),
        ("/pass abc | /len", "3"),
        ("/len", "0"),
        ("/substr start=-4 end=-1 good morning", "nin"),
        ("/substr start=5 good morning", "morning"),
        ("/substr end= good", "good"),
        ("/pass good | /substr end=2", "go"),
        ("/upper hello", "HELLO"),
        ("/uppercase hello", "HELLO"),
        ("/to-upper hello", "HELLO"),
        ("/lower HELLO", "hello"),
        ("/lowercase HELLO", "hello"),
        ("/to-lower HELLO", "hello"),
        ("/trimstart of a sentence. And here is another.", "And here is another."),
        ("/trimend A sentence. And the beginning of", "A sentence."),
        ("/trimtokens limit=2 direction=start abcdefgh", "abcd"),
        ("/trimtokens limit=2 direction=end abcdefgh", "efgh"),
        ("/trimtokens limit=2 abcdefgh", "efgh"),
        ("/trimtokens limit=0 abcdefgh", ""),
        ("/trimtokens limit=-5 abcdefgh", ""),
    ],
)
async def test_texts_are_measured_cut_and_changed(room: Room, line: str, result: str) -> None:
    assert await room.run(line) == result


FAMILIES = (*texts.commands(), *patterns.commands(), *numbers.commands(), *reading.commands())


@pytest.mark.parametrize("command", [*FAMILIES, *lists.commands(Registry())])
async def test_every_example_can_be_run(room: Room, command: Command) -> None:
    assert re.search(rf"/{command.name}\b", command.example)
    assert command.returns
    await room.run(command.example)


async def test_tokens_are_estimated(room: Room) -> None:
    text = "How many tokens is this?"
    prompt = await room.services.chats.prompt(room.session)

    assert await room.run(f"/tokens {text}") == str(estimate_tokens(text))
    assert await room.run("/count") == str(prompt.tokens)
    await room.run("/send a message that is longer than nothing")
    assert int(await room.run("/count")) > prompt.tokens


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("/replace pattern=blue replacer=red blue Blue blue", "red Blue red"),
        ("/replace pattern=blue  a blue house", "a  house"),
        ("/re pattern=. replacer=$& a.b", "a$&b"),
        ("/replace mode=regex pattern=/blue/gi replacer=red Blue houses and blue cars",
         "red houses and red cars"),
        ("/replace mode=regex pattern=blue replacer=red blue blue", "red blue"),
        (r'/replace mode=regex pattern="/(\w+) (\w+)/" replacer="$2 $1" one two', "two one"),
        ("/pass a-b | /replace pattern=- replacer=+", "a+b"),
        (r"/replace mode=regex pattern=/\d/g replacer={: match= /add match 1 :} a1b2", "a2b3"),
        ("/replace pattern=1 replacer={: match= /add match 1 :} 1 and 1", "2 and 2"),
        (r"/replace mode=regex pattern=/x(?<n>\d)/ replacer={: n= /mul n 2 :} x4", "8"),
        ('/match pattern="green" color_green green lamp color_blue', '["green"]'),
        (r'/match pattern="color_(\w+)" color_green green lamp', '["color_green","green"]'),
        (r'/match pattern="/color_(\w+)/g" color_green green lamp color_blue',
         '[["color_green","green"],["color_blue","blue"]]'),
        ('/match pattern="orange" color_green', ""),
        ('/match pattern="/orange/g" color_green', "[]"),
        ("/match pattern=(a)?b b", '["b",null]'),
        (r'/match pattern="a\|b" xb', '["b"]'),
        ("/test pattern=/castle/i the Castle", "true"),
        ("/test pattern=/castle/g the Castle", "false"),
        ('/fuzzy list=["castle","forest"] let us go to the casle', "castle"),
        ('/fuzzy list=["castle","forest"] threshold=0 let us go to the casle', ""),
        ('/fuzzy list=["forets","forest"] into the forest', "forets"),
        ('/fuzzy list=["forets","forest"] mode=best into the forest', "forest"),
        ("/run {: names=[1,2] /fuzzy list=names number 2 :}", "2"),
    ],
)  # fmt: skip
async def test_texts_and_patterns_are_found(room: Room, line: str, result: str) -> None:
    assert await room.run(line) == result


@pytest.mark.parametrize(
    ("line", "words", "column"),
    [
        ("/substr start=x abc", "start cannot be 'x'", 14),
        ("/times x /echo a", "it can be a whole number", 7),
        ("/substr strat=1 abc", "did you mean start", 8),
        ("/trimtokens abc", "needs limit", 15),
        ("/trimtokens limit=2 direction=left abc", "can be start, end", 30),
        ("/replace x", "needs pattern", 10),
        ("/replace mode=rgex pattern=a x", "can be literal, regex", 14),
        ("/replace mode=regex pattern=( x", "no regular expression", 28),
        ("/match pattern=* x", "no regular expression", 15),
        ("/test pattern=(?R) x", "no regular expression", 14),
        ("/fuzzy list=nope x", "no list of names", 12),
    ],
)
async def test_a_slip_is_said_and_where(room: Room, line: str, words: str, column: int) -> None:
    with pytest.raises(CommandError) as caught:
        await room.run(line)

    assert words in caught.value.line()
    assert caught.value.column == column


async def test_a_pattern_that_takes_for_ever_leaves_the_others_running(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.domain.script_patterns.find.__defaults__", (0.2,))
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.001)

    other = asyncio.create_task(turn())
    with pytest.raises(CommandError, match="takes too long"):
        await room.run(f"/test pattern=(x+x+)+y {'x' * 5000}")
    other.cancel()

    assert turns > 5
