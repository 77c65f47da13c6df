"""What becomes of a picture, seen and chosen on the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.ui.app.stage import Stage, connected, opened
from tui.domain.generation import Progress
from tui.ui.chat.chips import Chip
from tui.ui.widgets.status_line import StatusLine


async def attached(stage: Stage, *names: str) -> None:
    """Let pictures wait beside the prompt."""
    stage.app.chat.attach(tuple(Path(name) for name in names))
    await stage.until(lambda: len(stage.app.chat.attaching.waiting) == len(names))
    await stage.quiet()


def chips(stage: Stage) -> str:
    return " | ".join(chip.words for chip in stage.app.chat.query(Chip))


async def test_a_waiting_picture_says_what_is_sent_and_why() -> None:
    async with opened(await connected()) as stage:
        await attached(stage, "cat.png")
        assert "img1 cat.png" in chips(stage)
        assert "4×2 · no caption (C)\npicture: the chat model sees (F)" in chips(stage)

        await stage.enter("/set connections.Attic.vision no")
        await stage.enter("/set chat.connection Attic")
        await stage.until(lambda: "caption: " in chips(stage))

        assert chips(stage).endswith("\ncaption: the chat model can't see (F)")


async def test_several_waiting_pictures_say_it_in_a_word() -> None:
    async with opened(await connected(), (80, 24)) as stage:
        await attached(stage, "cat.png", "dog.png")

        assert "img1 cat.png 4×2     ×" in stage.screen
        assert "img2 dog.png 4×2     ×" in stage.screen
        assert "no caption · picture" in stage.screen


async def test_on_a_small_screen_the_focus_shows_the_reason_alone() -> None:
    async with opened(await connected(), (40, 12)) as stage:
        await attached(stage, "cat.png", "dog.png")
        assert "▣ img1 cat.png · picture ×" in stage.screen

        await stage.press("shift+tab")

        assert "picture: the chat model sees ×" in stage.screen


async def test_f_on_a_waiting_picture_chooses_another_fate() -> None:
    async with opened(await connected()) as stage:
        await attached(stage, "cat.png")
        await stage.press("shift+tab")
        assert isinstance(stage.app.focused, Chip)
        said = []
        for _ in range(5):
            await stage.press("f")
            said.append(chips(stage).splitlines()[-1].removesuffix(" (F)"))

        assert said == [
            "picture: you chose so",
            "caption: you chose so",
            "both: you chose so",
            "nothing: you chose so",
            "picture: the chat model sees",
        ]


async def test_what_was_chosen_is_what_is_sent() -> None:
    async with opened(await connected()) as stage:
        await attached(stage, "cat.png", "dog.png")
        await stage.enter("/fate nothing picture=1")
        await stage.until(lambda: "nothing" in chips(stage))
        await stage.say("look")

        assert [each.fate for each in stage.messages[1].attachments] == ["nothing", "auto"]
        (request,) = stage.model.requests
        assert [image.name for image in request.turns[-1].images] == ["dog.png"]


async def test_only_the_picture_whose_caption_is_sent_is_captioned_first() -> None:
    async with opened(await connected()) as stage:
        await attached(stage, "cat.png", "dog.png")
        await stage.enter("/fate caption picture=2")
        await stage.enter("look")
        editor = await stage.editor()
        assert "dog.png" in stage.shown("#facts")
        assert "of 2" not in stage.screen
        assert editor.is_attached
        await stage.press("ctrl+s")
        await stage.closed()

        assert [each.caption for each in stage.messages[1].attachments] == ["", "a red circle"]
        (request,) = stage.model.requests
        assert [image.name for image in request.turns[-1].images] == ["cat.png"]
        assert "a red circle" in request.turns[-1].text


async def test_the_context_shows_each_picture_with_its_reason() -> None:
    async with opened(await connected(), (120, 36)) as stage:
        await attached(stage, "cat.png")
        await stage.say("look")
        await stage.enter("/context")
        await stage.until(lambda: stage.top == "ContextScreen")
        await stage.write_in_dialog("look")

        assert "cat.png: picture: the chat model sees" in stage.screen


async def test_pictures_that_stay_here_are_told_in_the_status_line() -> None:
    async with opened(await connected(), (80, 24)) as stage:
        await stage.enter("/local-only on")
        await stage.until(lambda: "local only" in stage.rows[-1])

        line = stage.app.chat.query_one(StatusLine)
        at = line.render().plain.index("local only")
        await stage.pilot.click(line, offset=(at + 2, 0))
        await stage.quiet()
        assert stage.prompt == "/local-only off"

        await stage.press("enter")
        await stage.until(lambda: "local only" not in stage.rows[-1])
        assert not stage.app.chat.session.chat.local_only


async def test_f4_opens_the_connections() -> None:
    async with opened(await connected()) as stage:
        await stage.press("f4")
        await stage.until(lambda: stage.top == "ConnectionPicker")


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Progress("reading the prompt", 400, 1000, "tokens"), "● reading the prompt 40% "),
        (Progress("loading the model", 12, None, "seconds"), "● loading the model "),
        (
            Progress("in the queue at place 3, about 40 s"),
            "● in the queue at place 3, about 40 s ",
        ),
        (Progress("waiting for a worker of the AI Horde, about two hundred before"), "… "),
    ],
)
async def test_what_the_server_does_before_it_answers_is_told(event: Progress, said: str) -> None:
    async with opened(await connected((event,), hold=True), (80, 24)) as stage:
        await stage.enter("hello")
        told = re.compile(re.escape(said) + r"\d+ s · Esc stops$")
        await stage.until(lambda: told.search(stage.rows[-1]) is not None)

        await stage.press("escape")
        await stage.until(lambda: not stage.replying)


async def test_a_caption_source_elsewhere_is_refused_and_the_message_stays() -> None:
    house = await connected()
    await house.settings.change("connections.far", {"provider": "distant", "model": "m"})
    await house.settings.change("captioning.source", "multimodal")
    await house.settings.change("captioning.connection", "far")
    async with opened(house) as stage:
        await stage.enter("/local-only on")
        await attached(stage, "cat.png")
        await stage.enter("/fate caption")
        await stage.enter("look")
        await stage.until(lambda: bool(stage.notices))

        assert "pictures stay on this machine" in stage.notices[-1]
        assert stage.prompt == "look"
        assert len(stage.app.chat.attaching.waiting) == 1
        assert stage.model.requests == []


async def test_what_is_typed_on_a_chip_goes_into_the_prompt_where_it_is_no_key() -> None:
    async with opened(await connected()) as stage:
        await attached(stage, "cat.png")
        await stage.press("shift+tab", "w", "h", "o", "f")

        assert stage.prompt == "whof"
        assert stage.app.chat.attaching.waiting[0].fate == "auto"


@pytest.mark.parametrize("names", ["bad.png", "bad.png bad.jpg"])
async def test_where_no_picture_can_be_attached_the_line_comes_back(names: str) -> None:
    async with opened(await connected()) as stage:
        await stage.enter(f"/attach {names}")
        await stage.until(lambda: stage.app.chat.composer.text == f"/attach {names}")

        assert stage.screen.count("is no picture") == len(names.split())
        assert not stage.app.chat.attaching.waiting


async def test_where_one_can_be_attached_the_other_is_told() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/attach bad.png cat.png")
        await stage.until(lambda: "is no picture" in stage.screen)

        assert stage.app.chat.composer.text == ""
        assert len(stage.app.chat.attaching.waiting) == 1
