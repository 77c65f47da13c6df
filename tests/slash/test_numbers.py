from __future__ import annotations

from collections.abc import AsyncGenerator
from random import Random

import pytest

from tests.slash.test_builtins import Room
from tui.domain.errors import CommandError
from tui.slash.builtins import control, numbers
from tui.slash.command import Registry


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    yield made
    await made.services.aclose()


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("/add 1 2 3", "6"),
        ("/add 1 a", "1"),
        ("/add x 3", "3"),
        ("/add 0.1 0.2", "0.30000000000000004"),
        ('/add ["1", 2]', "3"),
        ("/pass [1, 2] | /add", "3"),
        ("/pass 1 2 3 | /add", "6"),
        ("/add {: /pass 1 :}() {: /pass 2 :}()", "3"),
        ("/add", "0"),
        ("/sub 5 2 1", "2"),
        ("/mul 2 3.5", "7"),
        ("/max 1 5 3", "5"),
        ("/min 1 5 3", "1"),
        ("/div 1 0", "0"),
        ("/mod 5 3", "2"),
        ("/pow 2 10", "1024"),
        ("/pow 9 99999999999", "0"),
        ("/round 2.5", "3"),
        ("/abs -10", "10"),
        ("/sqrt -1", "0"),
        ("/pass 16 | /sqrt", "4"),
        ("/sin 0", "0"),
        ("/cos 0", "1"),
        ("/log 1", "0"),
        ("/rand from=3 to=3", "3"),
        ("/rand from=3 3", "3"),
        ("/rand from=4.2 to=4.4 round=ceil", "5"),
    ],
)
async def test_numbers_are_reckoned_with(room: Room, line: str, result: str) -> None:
    assert await room.run(line) == result


async def test_names_stand_for_variables(room: Room) -> None:
    line = "/run {: x=10 list=[1,2] /add x 3 :}"
    assert await room.run(line) == "13"
    assert await room.run("/run {: x=10 list=[1,2] /max list x :}") == "10"
    assert await room.run('/run {: x=10 /add ["x", 2] :}') == "12"
    assert await room.run("/run {: x=16 /sqrt x :}") == "4"


async def test_what_is_drawn_can_be_foreseen() -> None:
    room = await Room().open()
    room.registry = Registry((*control.commands(), *numbers.commands(Random(7).random)))
    chance = Random(7)

    drawn = [await room.run("/rand from=1 to=6 round=round") for _ in range(20)]

    assert drawn == [str(int(1 + chance.random() * 5 + 0.5)) for _ in range(20)]
    assert await room.run("/rand") == str(chance.random())
    assert await room.run("/rand 10") == str(chance.random() * 10)
    await room.services.aclose()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/sqrt 4 9", "more than the command takes"),
        ("/add {: /pass 1 :}", "cannot be a closure"),
        ("/rand from=a", "from cannot be 'a'"),
        ("/rand round=up", "round cannot be 'up'"),
        ("/rand rnd=up", "did you mean round"),
    ],
)
async def test_what_makes_no_sense_is_said(room: Room, line: str, words: str) -> None:
    with pytest.raises(CommandError) as caught:
        await room.run(line)

    assert words in caught.value.line()


def test_every_operation_of_sillytavern_is_there() -> None:
    wanted = "add mul max min sub div mod pow sin cos log abs sqrt round rand"

    assert set(Registry(numbers.commands()).names()) == set(wanted.split())
