"""Captions made while one goes on typing, and sending that waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.house import House
from tests.fakes.models import FakeLocal
from tests.ui.app.stage import Stage, caption_of, connected, opened
from tui.domain.errors import CaptionError, StorageError
from tui.domain.generation import Finished, GenerationEvent, TextDelta
from tui.domain.image import Image
from tui.ui.chat.picture_chip import PictureChip


class Gated(FakeLocal):
    """A source that lets captions out one by one, or fails."""

    def __init__(self) -> None:
        super().__init__("/models")
        self.gates: dict[str, asyncio.Event] = {}
        self.failing: set[str] = set()
        self.text = "a red circle"

    def open(self, name: str) -> None:
        self.gates.setdefault(name, asyncio.Event()).set()

    async def caption(self, image: Image, prompt: str) -> AsyncGenerator[GenerationEvent, None]:
        self.asked.append((image, prompt))
        try:
            await self.gates.setdefault(image.name, asyncio.Event()).wait()
            if image.name in self.failing:
                raise CaptionError("the source is away", hint="start it")
            yield TextDelta(self.text)
            yield Finished("stop")
        finally:
            self.closed += 1

    @property
    def names(self) -> list[str]:
        return [image.name for image, _ in self.asked]


async def house_with(*, auto: bool = True, edited: bool = False) -> tuple[House, Gated]:
    house = await connected()
    await house.settings.change("captioning.auto_caption", auto)
    await house.settings.change("captioning.edit_before_saving", edited)
    source = house.sources.local_source = Gated()
    return house, source


def statuses(stage: Stage) -> list[str]:
    return [chip.shown.status for chip in stage.app.chat.query(PictureChip)]


def waiting(stage: Stage) -> list[str]:
    return [picture.title for picture in stage.app.chat.attaching.waiting]


async def attach(stage: Stage, *names: str) -> None:
    before = len(stage.app.chat.attaching.waiting)
    stage.app.chat.attach(tuple(Path(name) for name in names))
    await stage.until(lambda: len(stage.app.chat.attaching.waiting) == before + len(names))
    await stage.quiet()


async def test_attaching_captions_at_once_one_after_the_other_while_one_types() -> None:
    house, source = await house_with()
    async with opened(house) as stage:
        await attach(stage, "cat.png", "dog.png")
        await stage.until(lambda: source.names == ["cat.png"])
        await stage.until(lambda: statuses(stage)[1:] == ["caption queued"])
        await stage.until(lambda: statuses(stage)[0].startswith("captioning… "))
        await stage.write("who are they?")
        source.open("cat.png")
        await stage.until(lambda: source.names == ["cat.png", "dog.png"])
        await stage.until(lambda: statuses(stage)[0] == "captioned")
        source.open("dog.png")
        await stage.until(lambda: statuses(stage) == ["captioned", "captioned"])

        assert stage.prompt == "who are they?"
        await stage.press("enter")
        await stage.until(lambda: len(stage.texts) == 3)
        assert [each.caption for each in stage.messages[1].attachments] == ["a red circle"] * 2
        assert not any(each.unchecked for each in stage.messages[1].attachments)
        assert source.names == ["cat.png", "dog.png"]


async def test_a_dropped_file_is_captioned_too(tmp_path: Path) -> None:
    house, source = await house_with()
    file = tmp_path / "cat.png"
    file.touch()
    async with opened(house) as stage:
        await stage.app.chat.composer.paste(f"'{file}'")
        await stage.until(lambda: source.names == ["cat.png"])
        source.open("cat.png")
        await stage.until(lambda: statuses(stage) == ["captioned"])


async def test_without_the_setting_nothing_is_captioned_until_it_is_asked_for() -> None:
    house, source = await house_with(auto=False)
    async with opened(house) as stage:
        await attach(stage, "cat.png")
        assert statuses(stage) == ["no caption"]
        await stage.say("look")

        assert source.asked == []
        assert stage.messages[1].attachments[0].caption == ""


async def test_what_the_model_is_not_to_get_is_not_captioned() -> None:
    house, source = await house_with()
    async with opened(house) as stage:
        await attach(stage, "cat.png")
        await stage.until(lambda: source.names == ["cat.png"])
        await stage.enter("/fate nothing")
        await stage.until(lambda: source.closed == 1)
        await stage.until(lambda: statuses(stage) == ["no caption"])


async def test_sending_waits_and_says_so_while_typing_goes_on() -> None:
    house, source = await house_with()
    async with opened(house) as stage:
        await attach(stage, "cat.png", "dog.png")
        await stage.enter("who are they?")
        await stage.until(
            lambda: "waiting for 2 captions, Esc gives the message back" in stage.hint
        )
        assert waiting(stage) == []
        await stage.write("the next one")
        source.open("cat.png")
        await stage.until(lambda: "waiting for 1 caption," in stage.hint)
        source.open("dog.png")
        await stage.until(lambda: len(stage.texts) == 3)

        assert "waiting" not in stage.hint
        assert stage.texts[1] == "who are they?"
        assert [each.caption for each in stage.messages[1].attachments] == ["a red circle"] * 2
        assert stage.prompt == "the next one"
        await stage.until(lambda: stage.app.chat.session.chat.draft == "the next one")
        assert stage.app.chat.session.chat.draft_pictures == ()


async def test_esc_while_it_waits_gives_text_and_pictures_back_in_front_of_what_came_since() -> (
    None
):
    house, source = await house_with()
    async with opened(house) as stage:
        await attach(stage, "cat.png", "dog.png")
        await stage.enter("who are they?")
        await stage.until(lambda: "waiting for 2" in stage.hint)
        await attach(stage, "owl.png")
        await stage.write("and this?")
        await stage.press("escape")

        assert stage.prompt == "who are they?\nand this?"
        assert waiting(stage) == ["img1 cat.png", "img2 dog.png", "img3 owl.png"]
        assert "waiting" not in stage.hint
        assert stage.texts == ["Welcome, You."]
        for name in ("cat.png", "dog.png", "owl.png"):
            source.open(name)
        await stage.until(lambda: statuses(stage) == ["captioned"] * 3)


async def test_a_source_that_fails_is_told_once_and_asked_again_on_sending() -> None:
    house, source = await house_with()
    source.failing = {"cat.png", "dog.png"}
    source.open("cat.png")
    source.open("dog.png")
    async with opened(house) as stage:
        await attach(stage, "cat.png", "dog.png")
        failed = "caption failed: the source is away: start it"
        await stage.until(lambda: all(s.startswith("caption failed: ") for s in statuses(stage)))

        assert len(stage.notices) == 1
        assert "the source is away" in stage.notices[0]
        assert failed.split(":")[1].strip() in statuses(stage)[0]
        told = stage.app._notifications
        (first,) = told
        await stage.enter("look")
        await stage.until(lambda: len(told) == 1 and first not in told)
        assert stage.prompt == "look"
        assert len(waiting(stage)) == 2
        source.failing.clear()
        await stage.press("enter")
        await stage.until(lambda: len(stage.texts) == 3)
        assert [each.caption for each in stage.messages[1].attachments] == ["a red circle"] * 2


async def test_an_empty_caption_is_a_failure_that_says_so() -> None:
    house, source = await house_with()
    source.text = " "
    source.open("cat.png")
    async with opened(house) as stage:
        await attach(stage, "cat.png")
        await stage.until(lambda: "gave an empty caption" in statuses(stage)[0])

        assert stage.app.chat.attaching.waiting[0].caption == ""


async def test_a_fault_in_a_source_is_told_and_does_not_end_the_app(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house, source = await house_with()
    source.open("cat.png")
    monkeypatch.setattr(source, "text", 3)
    async with opened(house) as stage:
        await attach(stage, "cat.png")
        await stage.until(lambda: "unexpected" in statuses(stage)[0])
        await stage.until(lambda: bool(stage.notices))


async def test_removing_a_picture_stops_its_caption_and_the_next_begins() -> None:
    house, source = await house_with()
    async with opened(house) as stage:
        await attach(stage, "cat.png", "dog.png")
        await stage.until(lambda: source.names == ["cat.png"])
        await stage.press("shift+tab", "left", "delete")
        await stage.until(lambda: source.names == ["cat.png", "dog.png"])

        assert source.closed == 1
        assert waiting(stage) == ["img2 dog.png"]
        assert stage.app.chat.composer.area.has_focus
        await attach(stage, "owl.png")
        assert waiting(stage) == ["img2 dog.png", "img3 owl.png"]


async def test_with_editing_the_editor_opens_for_each_on_sending() -> None:
    house, source = await house_with(edited=True)
    source.open("cat.png")
    source.open("dog.png")
    async with opened(house) as stage:
        await attach(stage, "cat.png", "dog.png")
        await stage.until(lambda: statuses(stage) == ["captioned", "captioned"])
        await stage.enter("who are they?")
        editor = await stage.editor()
        assert caption_of(editor) == "a red circle"
        assert "1 of 2" in stage.screen
        await stage.press("exclamation_mark", "ctrl+s")
        await stage.until(lambda: "2 of 2" in stage.screen)
        await stage.editor()
        await stage.press("escape")
        await stage.closed()
        assert stage.prompt == "who are they?"
        assert waiting(stage) == ["img1 cat.png", "img2 dog.png"]

        # What was accepted is not asked for again.
        await stage.press("enter")
        await stage.editor()
        assert "of 2" not in stage.screen
        await stage.press("ctrl+s")
        await stage.closed()
        await stage.until(lambda: len(stage.texts) == 3)

        first, second = stage.messages[1].attachments
        assert "!" in first.caption
        assert second.caption == "a red circle"


async def test_chips_survive_a_restart_with_their_order_fate_and_captions() -> None:
    house, source = await house_with()
    source.open("cat.png")
    async with opened(house) as stage:
        await attach(stage, "cat.png", "dog.png")
        await stage.until(lambda: source.names == ["cat.png", "dog.png"])
        await stage.press("shift+tab", "f", "ctrl+left")
        await stage.until(lambda: waiting(stage) == ["img2 dog.png", "img1 cat.png"])
        await stage.press("escape", "a")
        await stage.press("ctrl+q")
    assert source.closed == 2

    async with opened(house) as stage:
        assert stage.prompt == "a"
        assert waiting(stage) == ["img2 dog.png", "img1 cat.png"]
        dog, cat = stage.app.chat.attaching.waiting
        assert (dog.fate, cat.caption, cat.unchecked) == ("picture", "a red circle", True)


async def test_leaving_while_a_message_waits_keeps_it_with_its_pictures() -> None:
    house, source = await house_with()
    async with opened(house) as stage:
        await attach(stage, "cat.png")
        await stage.enter("look")
        await stage.until(lambda: "waiting for 1" in stage.hint)
        await stage.pilot.press("ctrl+q")
        await stage.pilot.pause()
    assert source.closed == len(source.asked)

    async with opened(house) as stage:
        assert stage.prompt == "look"
        assert waiting(stage) == ["img1 cat.png"]


async def test_each_chat_has_its_own_pictures() -> None:
    house, source = await house_with()
    async with opened(house) as stage:
        first = stage.app.chat.session
        await attach(stage, "cat.png")
        await stage.until(lambda: source.names == ["cat.png"])
        await stage.press("ctrl+n")
        await stage.until(lambda: stage.app.chat.session is not first)
        await stage.until(lambda: source.closed == 1)
        assert waiting(stage) == []
        await attach(stage, "dog.png")
        assert waiting(stage) == ["img1 dog.png"]

        stage.app.chat.show_session(await house.services.library.open(first.chat.id))
        await stage.quiet()

        assert waiting(stage) == ["img1 cat.png"]
        await stage.until(lambda: statuses(stage)[0].startswith("captioning… "))


async def test_a_message_whose_captions_fail_in_another_chat_is_back_there() -> None:
    house, source = await house_with()
    source.failing.add("cat.png")
    async with opened(house) as stage:
        first = stage.app.chat.session
        await attach(stage, "cat.png")
        await stage.enter("look")
        await stage.until(lambda: "waiting for 1" in stage.hint)
        await stage.press("ctrl+n")
        await stage.until(lambda: stage.app.chat.session is not first)
        source.open("cat.png")
        await stage.until(lambda: "back in the chat" in "\n".join(stage.notices))
        await stage.quiet()
        kept = await house.store.load(first.chat.id)

        assert kept is not None
        assert kept.draft == "look"
        assert [each.title for each in kept.draft_pictures] == ["img1 cat.png"]
        assert waiting(stage) == []
        assert stage.prompt == ""


@pytest.mark.parametrize("key", ["c", "enter"])
async def test_a_key_on_a_chip_opens_the_editor_for_it(key: str) -> None:
    house, source = await house_with(auto=False, edited=True)
    source.open("dog.png")
    async with opened(house) as stage:
        await attach(stage, "cat.png", "dog.png")
        await stage.press("shift+tab", key)
        await stage.editor()
        assert "dog.png" in stage.shown("#facts")
        await stage.press("ctrl+s")
        await stage.closed()

        assert statuses(stage) == ["no caption", "captioned"]
        assert stage.texts == ["Welcome, You."]
        assert "a red circle" in str(stage.app.chat.query(PictureChip).last().tooltip)


async def test_clicks_on_a_chip_do_what_its_keys_do() -> None:
    house, source = await house_with(auto=False)
    source.open("cat.png")
    async with opened(house) as stage:
        await attach(stage, "cat.png")
        chip = stage.app.chat.query_one(PictureChip)
        await stage.pilot.click(chip, offset=(10, 1))
        await stage.until(lambda: statuses(stage) == ["captioned"])
        await stage.pilot.click(chip, offset=(10, 2))
        await stage.until(lambda: "you chose so" in chip.words)
        await stage.pilot.click(chip, offset=(chip.size.width, 0))
        await stage.until(lambda: waiting(stage) == [])


async def test_p_on_a_message_captions_its_picture_where_it_is() -> None:
    house, source = await house_with(auto=False)
    source.open("cat.png")
    async with opened(house) as stage:
        await attach(stage, "cat.png")
        await stage.say("look")
        await stage.press("alt+up", "alt+up", "p")
        await stage.until(lambda: stage.messages[1].attachments[0].caption == "a red circle")

        assert stage.texts == ["Welcome, You.", "look", "Hello there."]
        assert "img1 · cat.png" in stage.screen


async def test_ids_are_offered_while_one_types(tmp_path: Path) -> None:
    house, _ = await house_with(auto=False)
    async with opened(house) as stage:
        await attach(stage, "cat.png")
        await stage.say("look")
        await attach(stage, "dog.png")
        await stage.write("/fate img")
        await stage.until(lambda: "dog.png, beside the prompt" in stage.screen)

        assert "cat.png, #1" in stage.screen


async def test_a_model_that_cannot_see_learns_which_picture_is_meant() -> None:
    house, source = await house_with()
    await house.settings.change("connections.kitchen.vision", "no")
    source.open("cat.png")
    async with opened(house) as stage:
        await attach(stage, "cat.png")
        await stage.until(lambda: statuses(stage) == ["captioned"])
        await stage.say("what is in img1?")
        await stage.until(lambda: bool(stage.model.requests))

        turn = stage.model.requests[0].turns[-1]
        assert turn.text.startswith("img1: [You sends Salon a picture that contains: a red circle]")
        assert turn.text.endswith("what is in img1?")


async def test_a_full_disk_is_said_once_and_captions_are_made_when_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house, source = await house_with()
    full = StorageError("the chats on disk: disk is full", hint="make room on the disk")

    async def fail(*_: object) -> None:
        raise full

    async with opened(house) as stage:
        source.open("cat.png")
        source.open("dog.png")
        with monkeypatch.context() as patched:
            for name in ("save", "append", "log_caption", "cache_caption"):
                patched.setattr(house.store, name, fail)
            await attach(stage, "cat.png", "dog.png")
            await stage.until(lambda: statuses(stage) == [f"caption failed: {full.line()}"] * 2)

            assert waiting(stage) == ["img1 cat.png", "img2 dog.png"]
            assert stage.notices == [full.line()]
            await stage.enter("who are they?")
            await stage.until(lambda: stage.prompt == "who are they?")
            assert waiting(stage) == ["img1 cat.png", "img2 dog.png"]
            assert stage.texts == ["Welcome, You."]
        await stage.press("enter")
        await stage.until(lambda: stage.texts[-1] == "Hello there.")

        assert [each.caption for each in stage.messages[1].attachments] == ["a red circle"] * 2
        assert waiting(stage) == []
