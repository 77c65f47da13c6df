from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.house import House
from tests.ui.app.stage import Stage, caption_of, connected, opened
from tui.domain.errors import ProviderError
from tui.domain.generation import Progress, TextDelta
from tui.domain.settings import ConnectionSettings
from tui.ui.captions.editor import CaptionEditor

TEMPLATED = "[You sends Salon a picture that contains: a red circle]"


async def test_a_picture_is_captioned_refined_and_answered() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/caption cat.png")
        await stage.editor()
        assert stage.prompt == ""
        assert stage.shown("#preview") == TEMPLATED
        assert "cat.png" in stage.shown("#facts")

        await stage.press("ctrl+s")
        await stage.closed()

        assert stage.texts == ["Welcome, You.", TEMPLATED, "Hello there."]
        (picture,) = stage.messages[1].attachments
        assert (picture.name, picture.caption) == ("cat.png", "a red circle")
        assert "cat.png" in stage.screen
        (request,) = stage.model.requests
        assert request.turns[-1].text == TEMPLATED
        assert [image.name for image in request.turns[-1].images] == ["cat.png"]


async def test_a_caption_that_is_in_the_chat_is_not_asked_for_again_when_the_reply_fails() -> None:
    async with opened(await connected((ProviderError("the server is full"),))) as stage:
        await stage.enter("/caption cat.png")
        await stage.editor()
        await stage.press("ctrl+s")
        await stage.closed()
        await stage.until(lambda: any(each.status == "failed" for each in stage.messages))
        await stage.until(lambda: not stage.app.chat.replying.is_running)
        await stage.quiet()

        assert stage.texts[:2] == ["Welcome, You.", TEMPLATED]
        assert stage.prompt == ""


async def test_a_caption_that_nobody_gave_brings_its_line_back() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/caption source=multimodal connection=nobody cat.png")
        await stage.until(lambda: bool(stage.prompt))

        assert stage.texts == ["Welcome, You."]
        assert stage.prompt == "/caption source=multimodal connection=nobody cat.png"


async def test_what_was_changed_in_the_editor_is_what_goes_out() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/caption file=cat.png")
        await stage.editor()
        await stage.press("exclamation_mark", "enter", "space", "ctrl+s")
        await stage.closed()

        assert stage.messages[1].attachments[0].caption == "a red circle!"
        assert stage.texts[1] == TEMPLATED.replace("circle", "circle!")


async def test_esc_discards_and_the_journal_keeps_the_caption() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/caption cat.png")
        await stage.editor()
        await stage.press("escape")
        await stage.closed()
        assert stage.texts == ["Welcome, You."]
        assert stage.model.requests == []

        await stage.enter("/caption-log")
        await stage.until(lambda: stage.top == "CaptionJournal")

        assert "a red circle" in stage.screen
        await stage.press("enter")
        await stage.closed()
        assert stage.app.clipboard == "a red circle"


async def test_quiet_shows_a_note_and_sends_nothing() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/caption quiet=true cat.png")
        await stage.until(lambda: bool(stage.notes))

        assert stage.notes == ["cat.png (local model): a red circle"]
        assert stage.notes[0] in stage.screen
        assert stage.texts == ["Welcome, You."]
        assert stage.model.requests == []


async def test_without_editing_the_caption_is_inserted_unasked() -> None:
    house = await connected()
    await house.settings.change("captioning.edit_before_saving", False)
    async with opened(house) as stage:
        await stage.enter("/caption cat.png")
        await stage.until(lambda: len(stage.texts) == 3)
        await stage.closed()

        assert stage.texts == ["Welcome, You.", TEMPLATED, "Hello there."]


async def test_the_prompt_is_asked_for_every_time_where_that_is_wanted() -> None:
    house = await connected()
    await house.settings.change("captioning.ask_every_time", True)
    async with opened(house) as stage:
        await stage.enter("/caption cat.png")
        await stage.until(lambda: stage.top == "AskPrompt")
        assert "in this image?" in stage.screen
        await stage.press("enter")
        editor = await stage.editor()
        assert caption_of(editor) == "a red circle"
        await stage.press("escape")
        await stage.closed()

        await stage.enter("/caption cat.png")
        await stage.until(lambda: stage.top == "AskPrompt")
        await stage.press("escape")
        await stage.closed()

        assert stage.texts == ["Welcome, You."]


async def test_a_file_that_is_no_picture_is_one_line_and_the_app_goes_on() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/caption file=bad.png")
        await stage.until(lambda: bool(stage.notices))
        assert stage.notices == ["bad.png is no picture"]
        assert stage.prompt == "/caption file=bad.png"

        stage.app.chat.composer.load("")
        await stage.say("hello")

        assert stage.texts[-1] == "Hello there."


async def test_a_missing_model_is_said_and_described_instead() -> None:
    house = House(ready=False)
    async with opened(house) as stage:
        await stage.enter("/caption cat.png")
        editor = await stage.editor()

        assert caption_of(editor) == "A landscape photo."
        assert "offline description" in stage.shown("#facts")
        assert "tiny is not here" in stage.shown("#remarks")
        await stage.press("ctrl+s")
        await stage.closed()

        assert stage.messages[-1].attachments[0].source == "offline description"


async def test_the_picture_of_a_message_gets_another_caption() -> None:
    house = await connected()
    await house.settings.change("captioning.edit_before_saving", False)
    async with opened(house) as stage:
        await stage.say("/caption cat.png")
        await stage.enter("/caption mesId=1 target=existing source=describe")
        await stage.until(lambda: stage.messages[1].attachments[0].caption == "A landscape photo.")

        assert len(stage.texts) == 3
        assert stage.texts[1].endswith("contains: A landscape photo.]")


# The menu, the picker, and pictures beside the text


async def test_the_extensions_menu_begins_with_generate_caption(
    tmp_path: Path,
) -> None:
    async with opened() as stage:
        await stage.press("f3")
        await stage.until(lambda: stage.top == "ChoiceList")
        assert "Generate Caption" in stage.screen
        await stage.press("enter")
        await stage.until(lambda: stage.top == "FilePicker")
        await stage.press("escape")
        await stage.closed()

        assert stage.texts == ["Welcome, You."]


async def test_a_picture_is_picked_captioned_and_inserted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cat.png").touch()
    (tmp_path / "notes.txt").touch()
    monkeypatch.chdir(tmp_path)
    async with opened(await connected()) as stage:
        await stage.enter("/caption")
        await stage.until(lambda: stage.top == "FilePicker" and "cat.png" in stage.screen)
        assert "notes.txt" not in stage.screen
        await stage.write_in_dialog("cat")
        await stage.press("enter")
        await stage.editor()
        await stage.press("ctrl+s")
        await stage.closed()

        assert stage.messages[1].attachments[0].name == "cat.png"


async def test_the_button_beside_the_prompt_opens_the_menu() -> None:
    async with opened() as stage:
        await stage.pilot.click("#extensions")
        await stage.until(lambda: stage.top == "ChoiceList")


async def attach(stage: Stage, name: str) -> None:
    await stage.enter(f"/attach {name}")
    await stage.until(lambda: bool(stage.app.chat.composer.pictures))
    await stage.quiet()


async def test_an_attached_picture_goes_out_with_the_next_message() -> None:
    house = await connected()
    async with opened(house) as stage:
        await attach(stage, "cat.png")
        assert "img1 cat.png" in stage.screen
        await stage.say("who is this?")

        assert stage.texts[-2:] == ["who is this?", "Hello there."]
        assert [a.name for a in stage.messages[1].attachments] == ["cat.png"]
        assert [image.name for image in stage.model.requests[0].turns[-1].images] == ["cat.png"]
        assert stage.app.chat.composer.pictures == []


async def blind() -> House:
    house = await connected()
    seen = ConnectionSettings("fake", model="text-only", vision="no")
    await house.settings.change("connections.kitchen", {"provider": "fake", "model": seen.model})
    await house.settings.change("connections.kitchen.vision", "no")
    return house


async def test_a_model_that_sees_nothing_gets_the_caption_of_what_is_attached() -> None:
    async with opened(await blind()) as stage:
        await attach(stage, "cat.png")
        await stage.enter("who is this?")
        await stage.editor()
        await stage.press("ctrl+s")
        await stage.closed()
        await stage.until(lambda: len(stage.texts) == 3)

        assert stage.texts[1] == "who is this?"
        assert stage.messages[1].attachments[0].caption == "a red circle"
        turn = stage.model.requests[0].turns[-1]
        assert turn.images == ()
        assert "a red circle" in turn.text


async def test_discarding_that_caption_gives_text_and_picture_back() -> None:
    async with opened(await blind()) as stage:
        await attach(stage, "cat.png")
        await stage.enter("who is this?")
        await stage.editor()
        await stage.press("escape")
        await stage.closed()

        assert stage.prompt == "who is this?"
        assert stage.app.chat.composer.pictures != []
        assert stage.texts == ["Welcome, You."]


async def test_esc_while_an_attached_picture_is_captioned_gives_all_back() -> None:
    house = await blind()
    await house.settings.change("captioning.edit_before_saving", False)
    source = house.sources.local_source
    source.script, source.hold = (TextDelta("a red"),), True
    async with opened(house) as stage:
        await attach(stage, "cat.png")
        await stage.enter("who is this?")
        await stage.until(lambda: bool(source.asked))
        await stage.write("meanwhile")
        await stage.press("escape")
        await stage.until(lambda: source.closed == 1)
        await stage.quiet()

        assert stage.prompt == "who is this?\nmeanwhile"
        assert stage.app.chat.composer.pictures != []
        assert stage.texts == ["Welcome, You."]


async def test_esc_stops_a_caption_that_nobody_edits() -> None:
    house = await connected()
    await house.settings.change("captioning.edit_before_saving", False)
    source = house.sources.local_source
    source.script, source.hold = (Progress("loading"), TextDelta("a red")), True
    async with opened(house) as stage:
        await stage.enter("/caption cat.png")
        await stage.until(lambda: bool(source.asked))
        await stage.press("escape")
        await stage.until(lambda: source.closed == 1)
        await stage.quiet()

        assert stage.texts == ["Welcome, You."]
        assert "Esc stops" not in stage.rows[-1]
        assert stage.notices == []


async def test_stopping_in_the_editor_stops_the_source() -> None:
    house = await connected()
    async with opened(house) as stage:
        await stage.enter("/caption cat.png")
        await stage.until(lambda: isinstance(stage.app.screen, CaptionEditor))
        await stage.press("escape")
        await stage.closed()

        assert house.sources.local_source.closed == len(house.sources.local_source.asked)


async def test_leaving_from_the_editor_stops_the_source_and_keeps_what_came() -> None:
    house = await connected()
    source = house.sources.local_source
    source.script, source.hold = (TextDelta("a red"),), True
    async with opened(house) as stage:
        await stage.enter("/caption cat.png")
        await stage.until(lambda: "a red" in stage.screen)
        await stage.pilot.press("ctrl+q")
        await stage.pilot.pause()

    assert source.closed == 1
    assert house.worker.closed == 1
    assert stage.app.return_code == 0
