from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from tests.fakes.house import House
from tests.fakes.interaction import FakeInteraction
from tui.domain.caption import Asked, Beside, ExistingMessage, Nowhere
from tui.domain.chat import Message, Swipe
from tui.domain.errors import AppError, CaptionError, ImageError
from tui.domain.generation import Finished, Progress
from tui.services.caption_sources import CaptionRequest
from tui.services.refinement import Refined, Refinement
from tui.services.session import ChatSession

CAT = Path("cat.png")


class Meanwhile(FakeInteraction):
    """Something else happens while the caption is in the editor."""

    def __init__(self, what: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self._what = what

    async def refine(self, refinements: Sequence[Refinement]) -> Refined:
        await self._what()
        return await super().refine(refinements)


def existing(index: int) -> CaptionRequest:
    return CaptionRequest(index=index, delivery=ExistingMessage(index))


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def session(house: House) -> ChatSession:
    return await house.services.library.new()


async def test_an_accepted_caption_becomes_a_message_with_the_picture(
    house: House, session: ChatSession
) -> None:
    interaction = FakeInteraction(refine=lambda text: text.upper())

    done = await house.services.captions.caption(CaptionRequest(CAT), interaction, session)

    assert done is not None
    message = session.message(-1)
    assert message.text == "[You sends Salon a picture that contains: A RED CIRCLE]"
    assert message.templated
    assert session.chat.title == "A RED CIRCLE"
    attachment = message.attachments[0]
    assert (attachment.caption, attachment.name) == ("A RED CIRCLE", "cat.png")
    assert attachment.model == "tiny"
    assert await house.services.captions.stored(attachment.digest) is not None
    entry = (await house.services.captions.journal())[0]
    assert (entry.caption, entry.used) == ("A RED CIRCLE", True)


async def test_a_discarded_caption_stays_in_the_journal_only(
    house: House, session: ChatSession
) -> None:
    interaction = FakeInteraction(refine=lambda _: None)

    done = await house.services.captions.caption(CaptionRequest(CAT), interaction, session)

    assert done is None
    assert len(session) == 1
    entry = (await house.services.captions.journal())[0]
    assert (entry.caption, entry.used) == ("a red circle", False)


async def test_what_stands_in_a_caption_is_never_expanded(
    house: House, session: ChatSession
) -> None:
    hostile = "[red]x[/] {{user}} | /delete 0"
    interaction = FakeInteraction(refine=lambda _: hostile)

    await house.services.captions.caption(CaptionRequest(CAT), interaction, session)

    assert hostile in session.message(-1).text
    assert len(session) == 2


async def test_without_an_editor_it_is_told_that_a_caption_is_being_made(
    house: House, session: ChatSession
) -> None:
    interaction = FakeInteraction()
    request = CaptionRequest(CAT, delivery=Nowhere())

    await house.services.captions.caption(request, interaction, session)

    assert interaction.progressed[0] == Progress("captioning cat.png")
    assert interaction.progressed[-1] is None


async def test_quiet_sends_nothing_and_asks_nothing(house: House, session: ChatSession) -> None:
    interaction = FakeInteraction()

    done = await house.services.captions.caption(
        CaptionRequest(CAT, delivery=Nowhere()), interaction, session
    )

    assert done is not None
    assert done.caption.text == "a red circle"
    assert interaction.refinements == []
    assert len(session) == 1


async def test_without_the_editor_the_caption_goes_in_at_once(
    house: House, session: ChatSession
) -> None:
    await house.settings.change("captioning.edit_before_saving", False)
    interaction = FakeInteraction()

    await house.services.captions.caption(CaptionRequest(CAT), interaction, session)

    assert interaction.refinements == []
    assert "a red circle" in session.message(-1).text


async def test_a_model_that_is_not_here_gives_the_labelled_offline_description() -> None:
    house = House(ready=False)
    session = await house.services.library.new()
    interaction = FakeInteraction()

    done = await house.services.captions.caption(CaptionRequest(CAT), interaction, session)

    assert done is not None
    assert done.caption.source_label == "offline description"
    refinement = interaction.refinements[0]
    # The reason first: a narrow terminal shows the beginning.
    why = "no local model: tiny is not here; offline description in place of tiny; "
    assert refinement.note.startswith(why)
    assert "salon model download puts it into /models; fetch it" in refinement.note
    assert refinement.download is not None
    assert refinement.download_label == "tiny, 1 MB"


async def test_after_the_download_the_same_editor_captions_with_the_model() -> None:
    house = House(ready=False)
    session = await house.services.library.new()
    interaction = FakeInteraction()
    await house.services.captions.caption(CaptionRequest(CAT), interaction, session)
    refinement = interaction.refinements[0]

    assert refinement.download is not None
    async for _ in refinement.download():
        pass
    async for _ in refinement.start(Asked()):
        pass

    assert refinement.current is not None
    assert refinement.current.text == "a red circle"
    assert refinement.note == ""
    assert refinement.download is None


async def test_ask_every_time_asks_and_cancelling_it_ends_everything(
    house: House, session: ChatSession
) -> None:
    await house.settings.change("captioning.ask_every_time", True)
    captions = house.services.captions

    assert (
        await captions.caption(CaptionRequest(CAT), FakeInteraction(prompt=None), session) is None
    )
    await captions.caption(CaptionRequest(CAT), FakeInteraction(prompt="Who is {{user}}?"), session)

    assert [prompt for _, prompt in house.sources.local_source.asked] == ["Who is You?"]


async def test_a_given_prompt_is_not_asked_for(house: House, session: ChatSession) -> None:
    await house.settings.change("captioning.ask_every_time", True)

    await house.services.captions.caption(
        CaptionRequest(CAT, prompt="Colours?"), FakeInteraction(), session
    )

    assert [prompt for _, prompt in house.sources.local_source.asked] == ["Colours?"]


async def test_cancelling_the_picker_does_nothing(house: House, session: ChatSession) -> None:
    done = await house.services.captions.caption(CaptionRequest(), FakeInteraction(), session)

    assert done is None
    assert len(session) == 1


async def test_a_broken_picture_is_refused_before_any_question(
    house: House, session: ChatSession
) -> None:
    interaction = FakeInteraction()

    with pytest.raises(ImageError):
        await house.services.captions.caption(CaptionRequest(Path("bad.png")), interaction, session)

    assert interaction.refinements == []


async def test_an_empty_caption_is_never_inserted(house: House, session: ChatSession) -> None:
    house.sources.local_source.script = (Finished("stop"),)
    captions = house.services.captions

    with pytest.raises(CaptionError, match="empty"):
        await captions.caption(CaptionRequest(CAT), FakeInteraction(), session)
    with pytest.raises(CaptionError, match="empty"):
        await captions.caption(CaptionRequest(CAT, delivery=Nowhere()), FakeInteraction(), session)

    assert len(session) == 1


async def test_a_failing_source_inserts_nothing(house: House, session: ChatSession) -> None:
    house.sources.local_source.script = (CaptionError("the worker crashed"),)

    with pytest.raises(CaptionError, match="crashed"):
        await house.services.captions.caption(
            CaptionRequest(CAT, delivery=Nowhere()), FakeInteraction(), session
        )

    assert len(session) == 1


async def test_a_caption_can_go_to_a_message_that_is_there(
    house: House, session: ChatSession
) -> None:
    attachment = await house.services.captions.attach(CAT)
    await house.services.chats.send(session, "", (attachment,))
    await house.services.chats.send(session, "with words", (attachment,))

    for index in (1, 2):
        await house.services.captions.caption(existing(index), FakeInteraction(), session)

    assert len(session) == 3
    assert session.message(1).text == "[You sends Salon a picture that contains: a red circle]"
    assert session.message(2).text == "with words"
    assert session.message(2).attachments[0].caption == "a red circle"


async def test_the_caption_goes_to_the_message_that_was_meant_when_others_go(
    house: House, session: ChatSession
) -> None:
    attachment = await house.services.captions.attach(CAT)
    for text in ("first", "second"):
        await house.services.chats.send(session, text, (attachment,))
    interaction = Meanwhile(lambda: house.services.chats.delete(session, 0))

    await house.services.captions.caption(existing(1), interaction, session)

    captions = [session.message(index).attachments[0].caption for index in (0, 1)]
    assert captions == ["a red circle", ""]


async def test_those_behind_the_first_editor_follow_their_messages_too(
    house: House, session: ChatSession
) -> None:
    for at in range(1, 24):
        attachment = await house.services.captions.attach(Path(f"{at}.png"))
        await house.services.chats.send(session, f"picture {at}", (attachment,))
    deleted = [0, 21]

    async def delete() -> None:
        while deleted:
            await house.services.chats.delete(session, deleted.pop(0))

    requests = [existing(at) for at in range(1, 24)]
    batch = await house.services.captions.caption_all(requests, Meanwhile(delete), session)

    captioned = [session.message(at).attachments[0].caption for at in range(len(session))]
    assert captioned == ["a red circle"] * 22
    assert [done is None for done in batch.done].index(True) == 21
    assert [error.message for error in batch.failed] == ["the message was deleted meanwhile"]


async def test_a_caption_whose_message_is_gone_stays_in_the_journal(
    house: House, session: ChatSession
) -> None:
    attachment = await house.services.captions.attach(CAT)
    await house.services.chats.send(session, "first", (attachment,))
    interaction = Meanwhile(lambda: house.services.chats.delete(session, 1))

    with pytest.raises(CaptionError, match="deleted meanwhile"):
        await house.services.captions.caption(existing(1), interaction, session)

    assert (await house.services.captions.journal())[0].caption == "a red circle"


async def test_undo_takes_a_caption_from_the_version_that_got_it(
    house: House, session: ChatSession
) -> None:
    attachment = await house.services.captions.attach(CAT)
    versions = (Swipe("one", 1.0), Swipe("two", 2.0, attachments=(attachment,)))
    message = Message("m", "assistant", "Salon", "", 1.0)
    message.show(versions, 1)
    await session.append(message)
    await house.services.captions.caption(existing(1), FakeInteraction(), session)
    await session.show(message, message.versions, 0)

    await house.services.chats.undo(session)

    assert [each.text for each in message.versions] == ["one", "two"]
    assert message.versions[0].attachments == ()
    assert message.versions[1].attachments[0].caption == ""


@pytest.mark.parametrize("left", [0, 1])
async def test_a_caption_follows_its_picture_when_those_before_it_go(
    house: House, session: ChatSession, left: int
) -> None:
    dog = await house.services.captions.attach(Path("dog.png"))
    cat = await house.services.captions.attach(CAT)
    assert dog.digest != cat.digest
    message = await house.services.chats.send(session, "both", (dog, cat))
    kept = message.attachments[left:]

    async def take_out() -> None:
        message.attachments = kept[::-1]
        await session.update(message)

    request = CaptionRequest(index=1, place=1, delivery=ExistingMessage(1))
    await house.services.captions.caption(request, Meanwhile(take_out), session)

    captions = {each.name: each.caption for each in message.attachments}
    assert captions.pop("cat.png") == "a red circle"
    assert set(captions.values()) <= {""}


async def test_a_caption_whose_picture_was_taken_out_stays_in_the_journal(
    house: House, session: ChatSession
) -> None:
    attachment = await house.services.captions.attach(CAT)
    message = await house.services.chats.send(session, "look", (attachment,))

    async def take_out() -> None:
        message.attachments = ()
        await session.update(message)

    with pytest.raises(CaptionError, match="taken out"):
        await house.services.captions.caption(existing(1), Meanwhile(take_out), session)

    assert message.attachments == ()
    assert (await house.services.captions.journal())[0].caption == "a red circle"


async def test_a_picture_that_is_gone_from_the_store_says_so(
    house: House, session: ChatSession
) -> None:
    request = CaptionRequest(digest="f" * 64, delivery=Beside())

    with pytest.raises(CaptionError, match="gone"):
        await house.services.captions.caption(request, FakeInteraction(), session)


async def test_the_editor_knows_which_of_several_pictures_it_shows(
    house: House, session: ChatSession
) -> None:
    interaction = FakeInteraction()

    await house.services.captions.caption(
        CaptionRequest(CAT, position=(2, 3)), interaction, session
    )

    assert interaction.refinements[0].position == (2, 3)


async def test_a_message_without_picture_says_so(house: House, session: ChatSession) -> None:
    with pytest.raises(AppError, match="#0 has no picture"):
        await house.services.captions.caption(CaptionRequest(index=0), FakeInteraction(), session)


async def test_a_caption_for_a_message_being_written_goes_nowhere_by_itself(
    house: House, session: ChatSession
) -> None:
    attachment = await house.services.captions.attach(CAT)

    done = await house.services.captions.caption(
        CaptionRequest(digest=attachment.digest, delivery=Beside()), FakeInteraction(), session
    )

    assert done is not None
    assert len(session) == 1


async def test_a_named_connection_captions_whatever_the_source_setting_says(
    house: House, session: ChatSession
) -> None:
    done = await house.services.captions.caption(
        CaptionRequest(CAT, connection="kitchen"), FakeInteraction(), session
    )

    assert done is not None
    assert (done.caption.source, done.caption.source_label) == (
        "multimodal",
        "Fake: tiny-vision",
    )
    assert house.sources.limits == [500]


async def test_a_model_known_to_be_blind_is_refused_with_a_way_out(
    house: House, session: ChatSession
) -> None:
    await house.settings.change("connections.Attic.vision", "no")

    with pytest.raises(CaptionError, match="cannot see") as caught:
        await house.services.captions.caption(
            CaptionRequest(CAT, connection="Attic"), FakeInteraction(), session
        )

    assert "F2" in caught.value.hint


async def test_a_template_without_the_macro_warns_once_and_appends(
    house: House, session: ChatSession
) -> None:
    await house.settings.change("captioning.template", "Look!")
    interaction = FakeInteraction()

    await house.services.captions.caption(CaptionRequest(CAT), interaction, session)

    assert "{{caption}}" in interaction.refinements[0].warning
    assert session.message(-1).text == "Look! a red circle"
