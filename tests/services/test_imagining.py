from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.house import House
from tests.fakes.interaction import FakeInteraction
from tui.domain.character import Character
from tui.domain.errors import AppError, ConfigError, ImageError, ProviderError, StorageError
from tui.domain.generation import Finished, Progress, TextDelta
from tui.domain.imagine_request import ImagineRequest, read_recipe
from tui.domain.imagining import Made, Preview
from tui.domain.settings import ConnectionSettings, changed
from tui.services.picture_ids import find
from tui.services.session import ChatSession

ADA = Character(
    "Ada", "A fox in a coat.", scenario="{{user}} meets {{char}}.", first_message="Hi.", id="ada"
)


@pytest.fixture
async def house() -> House:
    made = House()
    await made.settings.change("chat.connection", "kitchen")
    await made.settings.change(
        "connections.studio", changed(ConnectionSettings("painter", model="brush"))
    )
    made.people.cast = [ADA]
    made.imagers.events = [
        Progress("waiting", 1, 2),
        Preview(b"half"),
        Preview(b"bad half"),
        Made(b"fox", seed=7),
    ]
    return made


@pytest.fixture
async def session(house: House) -> ChatSession:
    return await house.services.library.new("ada")


async def imagine(
    house: House, session: ChatSession | None, text: str, **options: object
) -> FakeInteraction:
    interaction = FakeInteraction()
    request = replace(ImagineRequest(text), **options)  # type: ignore[arg-type]
    await house.services.imagining.imagine(request, interaction, session)
    return interaction


def said_by_model(house: House, text: str) -> None:
    house.connector.model.script = (TextDelta(text), Finished("stop"))


async def test_a_picture_becomes_a_message_of_the_character(
    house: House, session: ChatSession
) -> None:
    session.chat.draft = "half a thought"
    interaction = FakeInteraction()

    done = await house.services.imagining.imagine(
        ImagineRequest("a fox, {{user}}", negative="people", width=640), interaction, session
    )

    assert done is not None
    assert (done.ref, done.label) == ("img1", "Painter: brush")
    message = session.message(-1)
    assert (message.role, message.name, message.hidden) == ("assistant", "Ada", False)
    assert message.text == "[Ada sends a picture that contains: a fox, {{user}}]"
    assert message.templated
    picture = message.attachments[0]
    assert (picture.caption, picture.source) == ("a fox, {{user}}", "Painter: brush")
    assert picture.fate == "caption"
    assert picture.name.startswith("Ada-")
    assert picture.name.endswith(".png")
    recipe = read_recipe(picture.recipe)
    assert recipe is not None
    assert (recipe.mode, recipe.negative, recipe.seed, recipe.width) == ("free", "people", 7, 640)
    assert session.chat.draft == "half a thought"
    assert house.connector.model.requests == []
    assert await house.images.get(picture.digest) is not None
    assert [e.label for e in interaction.progressed if e] == [
        "Painter: brush makes a picture",
        "waiting",
    ]
    assert interaction.progressed[-1] is None
    assert [each and each.name for each in interaction.imagining.previews] == ["preview", None]


async def test_the_model_that_chats_learns_what_was_shown(
    house: House, session: ChatSession
) -> None:
    await imagine(house, session, "a fox")
    prompt = await house.services.chats.prompt(session)

    assert prompt.parts[-1].text == "[Ada sends a picture that contains: a fox]"
    assert prompt.digests == ()

    await house.settings.change("imagine.hidden", True)
    await imagine(house, session, "an owl")
    prompt = await house.services.chats.prompt(session)

    assert "owl" not in str(prompt.parts)
    assert session.message(-1).hidden


async def test_the_chat_is_described_by_the_model_that_chats(
    house: House, session: ChatSession
) -> None:
    said_by_model(house, '"a fox,\nred {{user}} fur."')
    await house.settings.change("imagine.character_prefixes", {"ada": "coat of {{char}}"})
    await house.settings.change("imagine.character_negatives", {"Ada": "blue"})
    await house.settings.change("imagine.prefix", "best, {prompt}, by {{user}}")
    await house.settings.change("imagine.negative", "ugly")

    await imagine(house, session, "Face", negative="hat")

    asked = house.connector.model.requests[-1].turns[-1]
    assert "close portrait of Ada" in asked.text
    wish = house.imagers.wishes[-1]
    assert wish.prompt == "best, coat of Ada, a fox, red {{user}} fur, by You"
    assert wish.negative == "ugly, blue, hat"
    assert (wish.width, wish.height) == (512, 768)
    assert session.message(-1).attachments[0].caption == "a fox, red {{user}} fur"


async def test_own_words_are_worked_out(house: House, session: ChatSession) -> None:
    said_by_model(house, "a fox at dawn")

    await imagine(house, session, "{{char}} a fox", extend=True, processing="minimal")

    assert "wanted of: {{char}} a fox." in house.connector.model.requests[-1].turns[-1].text
    assert house.imagers.wishes[-1].prompt == "a fox at dawn"


async def test_the_last_message_as_it_is_asks_no_model(house: House, session: ChatSession) -> None:
    await imagine(house, session, "raw_last")

    assert house.connector.model.requests == []
    assert house.imagers.wishes[-1].prompt == (
        "(Hi.:1.2), (You meets Ada.:0.7), (A fox in a coat.:0.5)"
    )


async def test_a_written_prompt_can_be_looked_over(house: House, session: ChatSession) -> None:
    said_by_model(house, "a fox")
    interaction = FakeInteraction()
    interaction.imagining.edited = "two foxes"
    service = house.services.imagining

    await service.imagine(ImagineRequest("scene", edit=True), interaction, session)
    interaction.imagining.edited = None
    nothing = await service.imagine(ImagineRequest("scene", edit=True), interaction, session)
    await service.imagine(ImagineRequest("a cat", edit=True), interaction, session)

    assert [wish.prompt for wish in house.imagers.wishes] == ["two foxes", "a cat"]
    assert nothing is None
    assert interaction.imagining.prompts == ["a fox", "a fox"]


async def test_quiet_gives_the_file_and_leaves_the_chat_alone(
    house: House, session: ChatSession
) -> None:
    done = await house.services.imagining.imagine(
        ImagineRequest("a fox", quiet=True), FakeInteraction(), session
    )

    assert done is not None
    assert done.ref == ""
    assert done.path == str(house.images.place(done.image))
    assert len(session) == 1


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_of_nothing_no_picture_is_made(house: House, session: ChatSession, text: str) -> None:
    await imagine(house, session, text)

    assert (len(session), house.imagers.wishes) == (1, [])


async def test_without_a_chat_all_words_are_words(house: House) -> None:
    done = await house.services.imagining.imagine(ImagineRequest("you"), FakeInteraction())

    assert done is not None
    assert (house.imagers.wishes[-1].prompt, done.recipe.mode) == ("you", "free")
    assert done.image.name.startswith("picture-")


@pytest.mark.parametrize(
    ("events", "error", "says"),
    [
        ([ProviderError("the filter said no")], ProviderError, "the filter said no"),
        ([Progress("waiting")], ProviderError, "ended without a picture"),
        ([Made(b"bad picture")], ImageError, "is no picture"),
    ],
)
async def test_after_a_failure_nothing_is_in_the_chat(
    house: House,
    session: ChatSession,
    events: list[object],
    error: type[Exception],
    says: str,
) -> None:
    house.imagers.events = events  # type: ignore[assignment]
    interaction = FakeInteraction()

    with pytest.raises(error, match=says):
        await house.services.imagining.imagine(ImagineRequest("a fox"), interaction, session)

    assert len(session) == 1
    assert interaction.progressed[-1] is None
    assert house.imagers.closed == 1


async def test_no_prompt_of_the_model_is_no_picture(house: House, session: ChatSession) -> None:
    house.connector.model.script = (ProviderError("down"),)

    with pytest.raises(ProviderError, match="down"):
        await imagine(house, session, "scene")

    assert house.imagers.wishes == []


async def test_cancelling_while_it_is_made_leaves_nothing(
    house: House, session: ChatSession
) -> None:
    house.imagers.events, house.imagers.hold = [], True
    making = asyncio.create_task(imagine(house, session, "a fox"))
    while not house.imagers.wishes:
        await asyncio.sleep(0)

    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making

    assert (house.imagers.closed, len(session)) == (1, 1)


async def test_a_picture_that_is_made_is_kept_though_it_is_cancelled_then(
    house: House, session: ChatSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping, go_on = asyncio.Event(), asyncio.Event()
    put = house.images.put

    async def slowly(image: object) -> None:
        keeping.set()
        await go_on.wait()
        await put(image)  # type: ignore[arg-type]

    monkeypatch.setattr(house.images, "put", slowly)
    making = asyncio.create_task(imagine(house, session, "a fox"))
    await keeping.wait()
    making.cancel()
    await asyncio.sleep(0)
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await making

    assert session.message(-1).attachments[0].ref == "img1"


async def test_the_picture_goes_into_its_own_chat(house: House, session: ChatSession) -> None:
    other = await house.services.library.new("ada")

    await imagine(house, session, "a fox")

    assert (len(session), len(other)) == (2, 1)


async def test_who_makes_pictures(house: House) -> None:
    service = house.services.imagining
    assert service.makers() == ["studio"]
    assert service.maker() == "studio"
    assert await service.models() == ["brush"]
    assert service.listed == {"studio": ["brush"]}

    with pytest.raises(ConfigError, match="'kitchen' makes no pictures") as refused:
        service.maker("kitchen")
    assert refused.value.hint == "these do: studio"
    with pytest.raises(ConfigError, match="no connection named"):
        service.maker("shed")

    await house.settings.change("imagine.connection", "kitchen")
    with pytest.raises(ConfigError, match="'kitchen' makes no pictures"):
        service.maker()


async def test_without_anybody_who_makes_pictures_it_says_what_to_do() -> None:
    with pytest.raises(ConfigError) as refused:
        House().services.imagining.maker()

    assert refused.value.line().startswith("no connection makes pictures: /connect adds one")


async def test_the_model_of_the_request_goes_before_that_of_the_settings(
    house: House, session: ChatSession
) -> None:
    await house.settings.change("imagine.model", "pencil")
    await imagine(house, session, "a fox")
    await imagine(house, session, "a fox", model="chalk", connection="studio")

    assert [wish.model for wish in house.imagers.wishes] == ["pencil", "chalk"]
    assert session.message(-1).attachments[0].source == "Painter: chalk"


async def test_what_the_service_made_of_the_prompt_is_the_caption(
    house: House, session: ChatSession
) -> None:
    house.imagers.events = [Made(b"fox", prompt="a red\x1b fox")]

    await imagine(house, session, "a fox")

    picture = session.message(-1).attachments[0]
    assert picture.caption == "a red\ufffd fox"
    recipe = read_recipe(picture.recipe)
    assert recipe is not None
    assert recipe.prompt == "a fox"


# -- once more


async def test_again_adds_another_picture_to_the_message(
    house: House, session: ChatSession
) -> None:
    await imagine(house, session, "a fox", seed=3, steps=9)
    house.imagers.events = [Made(b"another", seed=8)]

    done = await house.services.imagining.again(find(1, session, ()), session, FakeInteraction())

    assert done.ref == "img2"
    first, second = session.message(-1).attachments
    assert (second.caption, second.fate) == ("a fox", "nothing")
    again = house.imagers.wishes[-1]
    assert (again.prompt, again.steps, again.seed) == ("a fox", 9, None)
    prompt = await house.services.chats.prompt(session)
    assert prompt.parts[-1].text.count("a fox") == 1

    await house.services.chats.undo(session)
    assert session.message(-1).attachments == (first,)


async def test_again_after_the_message_is_gone_the_picture_is_kept(
    house: House, session: ChatSession
) -> None:
    await imagine(house, session, "a fox")
    found = find(1, session, ())
    message = session.message(-1)
    make = house.imagers.imagine

    async def meanwhile(wish: object):  # type: ignore[no-untyped-def]
        await session.remove(1)
        async for event in make(wish):  # type: ignore[arg-type]
            yield event

    house.imagers.imagine = meanwhile  # type: ignore[method-assign]
    done = await house.services.imagining.again(found, session, FakeInteraction())

    assert session.message(-1).id != message.id
    assert session.message(-1).attachments[0].ref == done.ref == "img2"


async def test_again_needs_a_picture_that_was_made_here(house: House, session: ChatSession) -> None:
    picture = await house.services.captions.attach(Path("cat.png"))
    await house.services.chats.send(session, "look", (picture,))

    with pytest.raises(AppError, match="img1 was not made by /imagine"):
        await house.services.imagining.again(find(1, session, ()), session, FakeInteraction())


async def test_again_goes_to_another_service_when_the_first_is_gone(
    house: House, session: ChatSession
) -> None:
    await imagine(house, session, "a fox", model="chalk")
    await house.settings.change("connections.studio", None, delete=True)
    await house.settings.change("connections.shed", changed(ConnectionSettings("painter")))

    await house.services.imagining.again(find(1, session, ()), session, FakeInteraction())

    assert house.imagers.endpoints[-1].name == "shed"
    assert house.imagers.wishes[-1].model == ""


# -- files


async def test_a_picture_is_written_over_nothing(house: House, tmp_path: Path) -> None:
    done = await house.services.imagining.imagine(ImagineRequest("a fox"), FakeInteraction())
    assert done is not None
    path = tmp_path / "fox.png"
    save = house.services.imagining.save

    await save(done.image, path)
    with pytest.raises(StorageError, match=r"fox\.png already exists"):
        await save(done.image, path)
    path.write_bytes(b"mine")
    await save(done.image, path, force=True)

    assert path.read_bytes() == done.image.data
    assert [each.name for each in tmp_path.iterdir()] == ["fox.png"]
    with pytest.raises(StorageError, match="cannot write"):
        await save(done.image, tmp_path / "nowhere" / "fox.png")
