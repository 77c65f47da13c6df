from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.slash.test_builtins import Room
from tui.domain.errors import AppError, CommandError
from tui.domain.generation import Finished, Progress, TextDelta


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    await made.services.connections.use("kitchen", "chat")
    await made.run("/send Hello there")
    yield made
    await made.services.aclose()


async def test_gen_asks_with_the_chat_in_front_and_leaves_it_as_it_is(room: Room) -> None:
    before = len(room.session)

    answer = await room.run('/gen length=9 stop=["END"] Where are we?')

    assert answer == "Hello there."
    (request,) = room.connector.model.requests
    assert [turn.text for turn in request.turns][-2:] == ["Hello there", "Where are we?"]
    assert request.turns[-1].role == "system"
    assert (request.sampling.max_tokens, request.sampling.stop) == (9, ("END",))
    assert len(room.session) == before


async def test_genraw_asks_without_the_chat(room: Room) -> None:
    await room.run("/genraw system=Short. prefill=So Name a cat")

    (request,) = room.connector.model.requests
    turns = [(turn.role, turn.text) for turn in request.turns]
    assert turns == [("system", "Short."), ("user", "Name a cat"), ("assistant", "So")]


async def test_gen_in_character_asks_as_the_person(room: Room) -> None:
    await room.run("/gen as=char Who are you?")

    assert room.connector.model.requests[0].turns[-1].role == "user"


async def test_an_answer_is_trimmed_to_whole_sentences(room: Room) -> None:
    room.connector.model.script = (TextDelta("One. Two? And thr"), Finished("length"))

    assert await room.run("/gen trim=true x") == "One. Two?"
    assert await room.run("/gen x") == "One. Two? And thr"


async def test_no_answer_is_an_error_that_says_why(room: Room) -> None:
    room.connector.model.script = (Finished("refusal"),)

    with pytest.raises(AppError, match="the model refused"):
        await room.run("/gen x")
    with pytest.raises(CommandError, match="stop is a list"):
        await room.run("/gen stop=END x")


async def test_impersonate_writes_into_the_prompt(room: Room) -> None:
    await room.run("/impersonate shy")

    assert room.front.drafts == ["Hello there."]
    assert room.connector.model.requests[0].turns[-1].text.endswith("shy")


@pytest.mark.parametrize(
    ("said", "draft"),
    [
        ("/quit now", "//quit now"),
        ("I am {{user}}", r"I am \{\{user\}\}"),
        ("{a} <user>", "{a} <user>"),
    ],
)
async def test_what_the_model_wrote_is_no_command_and_no_macro(
    room: Room, said: str, draft: str
) -> None:
    room.connector.model.script = [TextDelta(said), Finished("stop")]

    assert await room.run("/impersonate") == said
    assert room.front.drafts == [draft]


async def test_continue_can_say_how_once(room: Room) -> None:
    requests = []

    async def ask() -> None:
        requests.append(await room.services.chats.request(room.session))

    room.front.continue_reply = ask  # type: ignore[method-assign]
    await room.run("/sendas It was | /continue in verse")

    assert [turn.text for turn in requests[0].turns][-2:] == ["in verse", "It was"]
    assert room.session.chat.injections == ()


@pytest.mark.parametrize("line", ["/gen x", "/genraw x", "/impersonate"])
async def test_it_is_told_what_the_model_does_while_one_waits(room: Room, line: str) -> None:
    room.connector.model.script = (Progress("loading"), TextDelta("A fox."), Finished("stop"))

    await room.run(line)

    told = [event and event.label for event in room.interaction.progressed]
    assert told == ["asking the model", "loading", "the model writes", None]


async def test_after_an_error_nothing_is_said_to_be_under_way(room: Room) -> None:
    room.connector.model.script = (Finished("refusal"),)

    with pytest.raises(AppError):
        await room.run("/gen x")
    assert room.interaction.progressed[-1] is None
