from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.slash.test_builtins import Room
from tui.domain.errors import AppError, CommandError
from tui.domain.imagine_request import ImagineRequest
from tui.domain.imagining import Made
from tui.domain.settings import ConnectionSettings, changed


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    await made.settings.change("connections.studio", changed(ConnectionSettings("painter")))
    made.imagers.events = [Made(b"fox")]
    yield made
    await made.services.aclose()


@pytest.mark.parametrize("name", ["imagine", "sd", "img", "image"])
async def test_a_picture_goes_into_the_chat_and_its_id_to_the_next_command(
    room: Room, name: str
) -> None:
    assert await room.run(f'/{name} "a fox" at dawn | /pass made {{{{pipe}}}}') == "made img1"
    assert room.imagers.wishes[-1].prompt == "a fox at dawn"
    assert "sync" in room.front.calls


async def test_every_argument_is_for_this_picture_alone(room: Room) -> None:
    await room.run(
        '/imagine negative="a, b" width=640 height=768 steps=8 cfg=3.5 seed=4294967295'
        " sampler=Euler scheduler=karras model=m connection=studio vae=v hires=true scale=1.5"
        " denoise=0.4 2ndpass=3 faces=on skip=2 upscaler=u snap=true gallery=false"
        " multimodal=true processing=minimal edit=false extend=false a fox"
    )

    wish = room.imagers.wishes[-1]
    assert (wish.prompt, wish.negative, wish.model) == ("a fox", "a, b", "m")
    assert (wish.width, wish.height, wish.steps, wish.cfg) == (640, 768, 8, 3.5)
    assert (wish.seed, wish.sampler, wish.scheduler) == (4294967295, "Euler", "karras")
    assert dict(wish.extra) == {
        "skip": "2",
        "vae": "v",
        "upscaler": "u",
        "hires": "True",
        "scale": "1.5",
        "denoise": "0.4",
        "2ndpass": "3",
        "faces": "True",
    }


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/imagine seed=many a fox", "seed= cannot be 'many'"),
        ("/imagine width=wide a fox", "width cannot be 'wide'"),
        ("/imagine processing=some a fox", "processing cannot be 'some'"),
    ],
)
async def test_what_makes_no_sense_is_refused_before_anything_is_made(
    room: Room, line: str, says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        await room.run(line)
    assert room.imagers.wishes == []


async def test_a_size_that_cannot_be_is_refused(room: Room) -> None:
    with pytest.raises(AppError, match="width cannot be 9"):
        await room.run("/imagine width=9 a fox")


async def test_quiet_gives_the_path_of_the_file(room: Room) -> None:
    path = await room.run("/imagine quiet=true a fox")

    assert path.startswith("/pictures/")
    assert room.front.notes[-1].endswith(path)
    assert len(room.session) == 1


async def test_a_caption_becomes_a_picture(room: Room) -> None:
    result = await room.run(
        "/caption quiet=true file=cat.png | /imagine width=128 | /pass {{pipe}}"
    )

    assert result == "img1"
    assert room.imagers.wishes[-1].prompt == "a red circle"


async def test_without_words_the_person_is_asked(room: Room) -> None:
    front = room.interaction.imagining
    assert await room.run("/imagine width=256") == ""
    front.request = ImagineRequest("an owl")

    assert await room.run("/imagine") == "img1"

    assert front.asked == [ImagineRequest(width=256), ImagineRequest()]
    assert room.imagers.wishes[-1].prompt == "an owl"


async def test_a_command_that_had_nothing_to_say_asks_nobody(room: Room) -> None:
    room.interaction.imagining.request = ImagineRequest("an owl")

    assert await room.run("/pass | /imagine") == ""
    assert room.interaction.imagining.asked == []


async def test_in_another_chat_it_is_said_where_the_picture_is(room: Room) -> None:
    room.session.chat.title = "Foxes"
    room.front.opened.append(await room.services.library.new())

    await room.run("/imagine a fox")

    assert room.front.notes == ["the picture is ready, in the chat that it was made for: Foxes"]
    assert len(room.session) == 2


async def test_again_means_the_named_the_focused_or_the_last_one(room: Room) -> None:
    await room.run("/imagine a fox")
    await room.run("/imagine an owl")
    room.imagers.events = [Made(b"other")]

    assert await room.run("/imagine-again") == "img3"
    assert room.imagers.wishes[-1].prompt == "an owl"
    room.front.focus = 1
    assert await room.run("/imagine-again") == "img4"
    assert room.imagers.wishes[-1].prompt == "a fox"
    assert await room.run("/imagine-again img2") == "img5"
    assert room.imagers.wishes[-1].prompt == "an owl"


async def test_again_without_a_picture_says_so(room: Room) -> None:
    with pytest.raises(AppError, match="no picture of this chat was made"):
        await room.run("/imagine-again")


@pytest.mark.parametrize("line", ["/regenerate", "/retry", "/swipe"])
async def test_another_version_of_a_made_picture_is_another_picture(room: Room, line: str) -> None:
    await room.run("/imagine a fox")

    await room.run(line)

    assert len(room.imagers.wishes) == 2
    assert len(room.session.message(-1).attachments) == 2
    assert "regenerate" not in room.front.calls
