"""Pictures that are made: dialog, preview, cancelling, once more, and the chat that gets them."""

from __future__ import annotations

import pytest
from textual.widgets import Input, TextArea

from tests.fakes.house import House
from tests.ui.app.stage import Stage, connected, opened
from tests.ui.widgets.harness import picture
from tui.domain.errors import ProviderError
from tui.domain.generation import Finished, Progress, TextDelta
from tui.domain.image import Image
from tui.domain.imagining import Made, Preview
from tui.domain.settings import ConnectionSettings, changed
from tui.ui.imagine.preview import PreviewPanel
from tui.ui.pictures.viewer import Viewer
from tui.ui.widgets.choice_list import ChoiceList


class PictureReader:
    """Gives a picture that can be drawn, named by the bytes."""

    async def read(self, path: object) -> Image:
        return picture(str(path))

    async def crop(self, image: Image, box: object) -> Image:
        return image

    def decode(self, data: bytes, name: str) -> Image:
        image = picture(name)
        digest = data.hex().ljust(64, "0")[:64]
        return Image(image.data, image.mime, image.width, image.height, digest, name, image.facts)


async def studio() -> House:
    """A house with somebody who chats and somebody who paints."""
    house = House(reader=PictureReader())
    await house.settings.change("chat.connection", "kitchen")
    await house.settings.change("connections.studio", changed(ConnectionSettings("painter")))
    house.imagers.events = [Progress("step 1 of 2", 1, 2), Preview(b"half"), Made(b"fox", seed=4)]
    return house


def panels(stage: Stage) -> int:
    return len(stage.app.chat.query(PreviewPanel))


async def made(stage: Stage, count: int = 1) -> None:
    await stage.until(lambda: sum(len(message.attachments) for message in stage.messages) >= count)
    await stage.closed()


async def test_a_prompt_in_the_dialog_becomes_a_picture_in_the_chat() -> None:
    house = await studio()
    async with opened(house) as stage:
        await stage.press("f5")
        await stage.until(lambda: stage.top == "ImagineDialog")
        await stage.press(*"a fox")
        await stage.press("enter")
        await made(stage)

        message = stage.messages[-1]
        assert (message.role, message.attachments[0].caption) == ("assistant", "a fox")
        assert stage.prompt == ""
        assert "img1" in stage.screen
        assert panels(stage) == 0

        await stage.press("f5")
        await stage.until(lambda: stage.top == "ImagineDialog")
        assert stage.app.screen.query_one("#prompt", TextArea).text == "a fox"


async def test_the_extensions_offer_it() -> None:
    async with opened(await studio()) as stage:
        await stage.press("f3")
        await stage.until(lambda: isinstance(stage.app.screen, ChoiceList))
        await stage.write_in_dialog("Generate Image")
        await stage.press("enter")

        await stage.until(lambda: stage.top == "ImagineDialog")


async def test_the_palette_offers_it() -> None:
    async with opened(await studio()) as stage:
        await stage.choose("make a picture and put it into the chat")

        await stage.until(lambda: stage.top == "ImagineDialog")


async def test_its_settings_have_a_part_of_their_own() -> None:
    async with opened(await studio()) as stage:
        await stage.enter("/settings imagine")
        await stage.until(lambda: stage.top == "SettingsScreen")

        assert "Connection for pictures" in stage.screen
        assert "the first that makes pictures" in stage.screen


async def test_while_it_is_made_it_can_be_seen_and_cancelled() -> None:
    house = await studio()
    house.imagers.events, house.imagers.hold = house.imagers.events[:2], True
    async with opened(house) as stage:
        await stage.enter("/imagine a fox")
        await stage.until(lambda: panels(stage) == 1)
        await stage.until(lambda: "step 1 of 2 50%" in stage.screen)
        panel = stage.app.chat.query_one(PreviewPanel)
        await stage.until(lambda: panel.region.height > 0)
        assert panel.region.bottom <= stage.app.chat.composer.region.y
        await stage.write("meanwhile")

        await stage.press("escape")
        await stage.until(lambda: house.imagers.closed == 1)
        await stage.until(lambda: panels(stage) == 0)

        assert len(stage.messages) == 1
        assert stage.prompt == "meanwhile"
        assert "step 1" not in stage.screen
        assert stage.notices == []


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_the_preview_leaves_room_for_prompt_and_chat(size: tuple[int, int]) -> None:
    house = await studio()
    house.imagers.events, house.imagers.hold = house.imagers.events[:2], True
    async with opened(house, size=size) as stage:
        await stage.enter("/imagine a fox")
        await stage.until(lambda: panels(stage) == 1)
        await stage.until(lambda: stage.app.chat.query_one(PreviewPanel).region.height > 2)

        chat = stage.app.chat
        assert chat.transcript.region.height >= 1
        assert chat.region.contains_region(chat.composer.region)
        assert chat.region.contains_region(chat.status_line.region)
        await stage.press("escape")
        await stage.until(lambda: panels(stage) == 0)


async def test_no_preview_where_pictures_are_off() -> None:
    house = await studio()
    await house.settings.change("ui.images", "off")
    house.imagers.events, house.imagers.hold = house.imagers.events[:2], True
    async with opened(house) as stage:
        await stage.enter("/imagine a fox")
        await stage.until(lambda: "step 1 of 2" in stage.screen)

        assert panels(stage) == 0
        await stage.press("escape")
        await stage.until(lambda: house.imagers.closed == 1)


async def test_a_failure_is_said_in_a_line_and_leaves_nothing() -> None:
    house = await studio()
    house.imagers.events = [ProviderError("the filter said no", hint="other words")]
    async with opened(house) as stage:
        await stage.enter("/imagine a fox")
        await stage.until(lambda: bool(stage.notices))

        assert "the filter said no: other words" in stage.notices[-1]
        assert len(stage.messages) == 1
        assert panels(stage) == 0


async def test_without_anybody_who_paints_it_says_what_to_do() -> None:
    async with opened(await connected()) as stage:
        await stage.press("f5")
        await stage.until(lambda: bool(stage.notices))

        assert "no connection makes pictures: /connect adds one" in stage.notices[-1]
        assert stage.top == "ChatScreen"


async def test_another_chat_meanwhile_is_left_alone() -> None:
    house = await studio()
    house.imagers.events = [Made(b"fox")]
    async with opened(house) as stage:
        first = stage.app.chat.session
        make = house.imagers.imagine

        async def meanwhile(wish: object):  # type: ignore[no-untyped-def]
            await stage.app.desk.front.open_chat(await house.services.library.new())
            async for event in make(wish):  # type: ignore[arg-type]
                yield event

        house.imagers.imagine = meanwhile  # type: ignore[method-assign]
        await stage.enter("/imagine a fox")
        await stage.until(lambda: len(first) == 2)
        await stage.until(lambda: any("the picture is ready" in note for note in stage.notes))

        assert stage.app.chat.session is not first
        assert len(stage.messages) == 1


async def test_a_written_prompt_is_shown_before_anything_is_made() -> None:
    house = await studio()
    house.connector.model.script = (TextDelta('"a fox, red"'), Finished("stop"))
    async with opened(house) as stage:
        await stage.enter("/imagine edit=true scene")
        await stage.until(lambda: stage.top == "EditPrompt")
        assert stage.app.screen.query_one(TextArea).text == "a fox, red"
        assert house.imagers.wishes == []

        await stage.press(*" fur", "enter")
        await made(stage)

        assert house.imagers.wishes[-1].prompt == "a fox, red fur"


async def test_once_more_from_the_viewer() -> None:
    house = await studio()
    async with opened(house) as stage:
        await stage.enter("/imagine a fox")
        await made(stage)
        house.imagers.events = [Made(b"second")]
        await stage.enter("/view")
        await stage.until(lambda: isinstance(stage.app.screen, Viewer))
        await stage.until(lambda: "Once more" in stage.screen)
        await stage.press("r")
        await made(stage, 2)

        assert [each.ref for each in stage.messages[-1].attachments] == ["img1", "img2"]
        assert house.imagers.wishes[-1].prompt == "a fox"


async def test_pictures_that_were_not_made_have_no_once_more() -> None:
    house = await studio()
    async with opened(house) as stage:
        kept = await house.services.intake.attach(b"cat", "cat.png")
        await house.services.chats.send(stage.app.chat.session, "look", (kept,))
        stage.app.chat.sync()
        await stage.enter("/view")
        await stage.until(lambda: isinstance(stage.app.screen, Viewer))

        assert "Once more" not in stage.screen
        await stage.press("r", "escape")
        assert house.imagers.wishes == []


async def test_a_caption_becomes_a_picture_in_one_line() -> None:
    house = await studio()
    async with opened(house) as stage:
        kept = await house.services.intake.attach(b"cat", "cat.png")
        await house.services.chats.send(stage.app.chat.session, "look", (kept,))
        await stage.enter("/caption quiet=true mesId=1 keywords | /imagine width=256")
        await made(stage, 2)

        assert house.imagers.wishes[-1].prompt == "a red circle"
        assert stage.messages[-1].attachments[0].caption == "a red circle"


async def test_names_of_those_who_paint_are_completed() -> None:
    async with opened(await studio()) as stage:
        rows = stage.app.desk.suggest("/imagine connection=", 20)
        assert [row.label for row in rows] == ["studio"]

        await stage.app.services.imagining.models()
        rows = stage.app.desk.suggest("/imagine model=", 15)
        assert [row.label for row in rows] == ["brush"]


async def test_what_is_mistyped_comes_back_into_the_prompt() -> None:
    async with opened(await studio()) as stage:
        await stage.enter("/imagine width=wide a fox")
        await stage.until(lambda: bool(stage.notices))

        assert "width cannot be 'wide'" in stage.notices[-1]
        assert stage.prompt == "/imagine width=wide a fox"
        assert not stage.app.screen.query(Input)
