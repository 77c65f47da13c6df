"""Prompts, templates, rules and versions: what a refinement brings along."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.house import House
from tests.fakes.interaction import FakeInteraction
from tests.fakes.models import picture
from tui.domain.caption import Asked, Beside, Caption, ExistingMessage, Nowhere, captioned_by
from tui.domain.character import Character
from tui.domain.chat import Attachment, Message
from tui.domain.errors import AppError, CaptionError, ImageError, StorageError
from tui.domain.generation import Finished, TextDelta
from tui.services.caption_sources import CaptionRequest
from tui.services.refinement import Refined, Refinement
from tui.services.session import ChatSession

CAT = Path("cat.png")


class Editing(FakeInteraction):
    """An editor in which somebody does something with each picture."""

    def __init__(self, what: Callable[[Refinement], str | None]) -> None:
        super().__init__()
        self._what = what

    async def refine(self, refinements: Sequence[Refinement]) -> Refined:
        await super().refine(refinements)
        texts = [self._what(refinement) for refinement in refinements]
        return Refined(texts, cancelled=False)


async def ask(refinement: Refinement, asked: Asked) -> None:
    async with aclosing(refinement.start(asked)) as events:
        async for _ in events:
            pass


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def session(house: House) -> ChatSession:
    return await house.services.library.new()


async def refined(house: House, session: ChatSession | None, **more: object) -> Refinement:
    interaction = FakeInteraction()
    request = replace(CaptionRequest(CAT), **more)  # type: ignore[arg-type]
    await house.services.captions.caption(request, interaction, session)
    return interaction.refinements[-1]


# -- prompts


async def test_macros_of_a_prompt_stand_for_what_they_say(
    house: House, session: ChatSession
) -> None:
    session.character = Character("Ada", description="{{char}} likes {{filename}}", id="ada")
    prompt = (
        "{{user}} {{char}} {{filename}} {{language}} {{description}} {{other}}: {{lastMessage}}"
    )

    made = await refined(house, session, prompt=prompt)

    assert made.prompt == (
        "You Ada cat.png English Ada likes {{filename}} {{other}}: Welcome, You."
    )


async def test_a_preset_is_named_by_its_beginning(house: House, session: ChatSession) -> None:
    await house.settings.change("captioning.presets", {"alt text": "Mine, {{user}}."})

    made = await refined(house, session, preset="ALT")
    assert made.prompt == "Mine, You."
    assert "detailed" in made.presets

    made = await refined(house, session, preset="short")
    assert "one short sentence" in made.prompt
    with pytest.raises(CaptionError, match="no preset 'x'"):
        await refined(house, session, preset="x")
    with pytest.raises(CaptionError, match="no preset 't'"):
        await refined(house, session, preset="t")


async def test_a_preset_is_not_asked_for_again(house: House, session: ChatSession) -> None:
    await house.settings.change("captioning.ask_every_time", True)

    made = await refined(house, session, preset="short")

    assert "one short sentence" in made.prompt


# -- rules and templates


async def test_the_rules_are_applied_where_nobody_looks(house: House, session: ChatSession) -> None:
    await house.settings.change("captioning.prefix", "Photo: ")
    house.sources.seeing.script = (TextDelta("The image shows a cat."), Finished("stop"))
    request = CaptionRequest(CAT, delivery=Nowhere(), connection="kitchen")

    done = await house.services.captions.caption(request, FakeInteraction(), session)

    assert done is not None
    assert done.caption.text == "Photo: A cat."
    assert [entry.caption for entry in await house.services.captions.journal()] == [
        "Photo: A cat.",
        "The image shows a cat.",
    ]


async def test_what_the_preview_shows_is_what_is_inserted(
    house: House, session: ChatSession
) -> None:
    shown: list[str] = []

    def choose(refinement: Refinement) -> str:
        refinement.template = refinement.templates["narrated"]
        refinement.cleanup = replace(refinement.cleanup, suffix="!")
        shown.append(refinement.message("a {{user}} | [b]cat"))
        return refinement.caption("a {{user}} | [b]cat")

    await house.services.captions.caption(CaptionRequest(CAT), Editing(choose), session)

    assert session.message(-1).text == shown[0]
    assert shown[0] == "*You shows Salon a picture: a {{user}} | [b]cat!*"
    assert session.message(-1).attachments[0].caption == "a {{user}} | [b]cat!"


async def test_a_caption_beside_a_message_keeps_the_template_it_was_shown_in(
    house: House, session: ChatSession
) -> None:
    def choose(refinement: Refinement) -> str:
        refinement.template = "<{{filename}}: {{caption}}>"
        return "a cat"

    picture = await house.services.captions.attach(CAT)
    request = CaptionRequest(digest=picture.digest, delivery=Beside())
    done = await house.services.captions.caption(request, Editing(choose), session)
    assert done is not None
    captioned = captioned_by(picture, done.caption)

    await house.services.chats.send(session, "who is it?", (captioned,))
    await house.services.chats.send(session, " ", (captioned,))

    prompt = await house.services.chats.prompt(session)
    assert [part.text for part in prompt.parts][-2:] == [
        "img1: <cat.png: a cat>\n\nwho is it?",
        "img2: <cat.png: a cat>",
    ]
    assert (session.message(-1).text, session.message(-1).templated) == ("<cat.png: a cat>", True)


# -- versions


async def test_all_versions_are_in_the_journal_and_only_the_one_taken_is_used(
    house: House, session: ChatSession
) -> None:
    class Trying(FakeInteraction):
        async def refine(self, refinements: Sequence[Refinement]) -> Refined:
            (refinement,) = refinements
            await ask(refinement, Asked())
            house.sources.seeing.script = (TextDelta("Another."), Finished("stop"))
            await ask(refinement, Asked(connection="kitchen", prompt="For {{char}}?"))
            assert [made.text for made in refinement.versions] == ["a red circle", "Another."]
            assert refinement.versions[1].prompt == "For Salon?"
            refinement.current = refinement.versions[0]
            return Refined(["a red circle"])

    await house.services.captions.caption(CaptionRequest(CAT), Trying(), session)

    entries = await house.services.captions.journal()
    assert [(entry.caption, entry.used) for entry in entries] == [
        ("Another.", False),
        ("a red circle", True),
    ]
    assert session.message(-1).attachments[0].source == "local model"


async def test_what_is_written_by_hand_is_one_entry_that_grows(
    house: House, session: ChatSession
) -> None:
    class Writing(FakeInteraction):
        async def refine(self, refinements: Sequence[Refinement]) -> Refined:
            (refinement,) = refinements
            assert refinement.write is not None
            await ask(refinement, Asked())
            await refinement.write("a red circle ")
            assert await captions() == ["a red circle"]
            await asyncio.gather(
                *map(refinement.write, ("a red circle, or", "a red circle, or so"))
            )
            assert await captions() == ["a red circle, or so", "a red circle"]
            return Refined(["a red circle, or sun"])

    async def captions() -> list[str]:
        return [entry.caption for entry in await house.services.captions.journal()]

    await house.services.captions.caption(CaptionRequest(CAT), Writing(), session)

    entries = await house.services.captions.journal()
    assert [(entry.caption, entry.used) for entry in entries] == [
        ("a red circle, or sun", True),
        ("a red circle", False),
    ]


async def test_a_part_is_cut_out_and_the_whole_picture_is_kept(
    house: House, session: ChatSession
) -> None:
    class Marking(FakeInteraction):
        async def refine(self, refinements: Sequence[Refinement]) -> Refined:
            (refinement,) = refinements
            await ask(refinement, Asked(region=(1, 2, 11, 22)))
            return Refined([refinement.versions[0].text])

    await house.services.captions.caption(CaptionRequest(CAT), Marking(), session)

    (asked,) = house.sources.local_source.asked
    assert (asked[0].width, asked[0].height) == (10, 20)
    whole = session.message(-1).attachments[0]
    assert (whole.width, whole.height) == (4, 2)
    assert whole.digest != asked[0].digest


async def test_a_caption_taken_from_a_comparison_is_in_the_journal_once(
    house: House, session: ChatSession
) -> None:
    class Comparing(FakeInteraction):
        async def refine(self, refinements: Sequence[Refinement]) -> Refined:
            (refinement,) = refinements
            await ask(refinement, Asked())
            assert refinement.beside is not None
            other = refinement.beside()
            await ask(other, Asked(source="describe"))
            refinement.current = replace(other.versions[0])
            return Refined([other.versions[0].text])

    await house.services.captions.caption(CaptionRequest(CAT), Comparing(), session)

    entries = await house.services.captions.journal()
    assert [(entry.caption, entry.used) for entry in entries] == [
        ("A landscape photo.", True),
        ("a red circle", False),
    ]


async def test_comparing_leaves_the_caption_alone(house: House, session: ChatSession) -> None:
    refinement = await refined(house, session)
    assert refinement.beside is not None
    other = refinement.beside()

    await ask(other, Asked(source="describe"))

    assert [made.text for made in refinement.versions] == ["a red circle"]
    assert [made.source for made in other.versions] == ["describe"]
    assert refinement.source_label == "local model"


async def test_a_question_is_answered_and_is_no_version(house: House, session: ChatSession) -> None:
    refinement = await refined(house, session)
    house.sources.seeing.script = (TextDelta("It says STOP."), Finished("stop"))
    assert refinement.question is not None
    before = len(await house.services.captions.journal())

    answer = ""
    async with aclosing(refinement.question(Asked(connection="kitchen", prompt="?"))) as events:
        async for event in events:
            answer += event.text if isinstance(event, TextDelta) else ""

    assert answer == "It says STOP."
    assert len(refinement.versions) == 1
    assert len(await house.services.captions.journal()) == before
    with pytest.raises(CaptionError, match="cannot be asked"):
        async with aclosing(refinement.question(Asked(source="describe", prompt="?"))) as events:
            async for _ in events:
                pass


async def test_who_else_can_be_asked_is_known(house: House, session: ChatSession) -> None:
    refinement = await refined(house, session)

    assert refinement.others[0].label == "kitchen"
    assert "offline description" in [other.label for other in refinement.others]
    assert refinement.models is not None
    with pytest.raises(CaptionError, match="no connection captions"):
        await refinement.models()
    await house.settings.change("captioning.connection", "kitchen")
    assert [model.id for model in await refinement.models()] == ["text-only", "tiny-vision"]


# -- later


async def test_an_earlier_caption_is_looked_over_with_its_history(
    house: House, session: ChatSession
) -> None:
    captions = house.services.captions
    await captions.caption(CaptionRequest(CAT), FakeInteraction(), session)
    index = len(session) - 1
    request = CaptionRequest(index=index, delivery=ExistingMessage(index), revise=True)
    by_hand = FakeInteraction(refine=lambda text: f"{text}, by hand")
    await captions.caption(request, by_hand, session)
    again = FakeInteraction(refine=lambda _: None)
    await captions.caption(request, again, session)

    (refinement,) = again.refinements
    assert [made.text for made in refinement.versions] == ["a red circle", "a red circle, by hand"]
    assert refinement.current == refinement.versions[-1]
    assert len(house.sources.local_source.asked) == 1
    for _ in range(2):
        await captions.caption(request, FakeInteraction(refine=lambda text: text), session)
    last = FakeInteraction(refine=lambda _: None)
    await captions.caption(request, last, session)
    assert [made.text for made in last.refinements[0].versions] == [
        "a red circle",
        "a red circle, by hand",
    ]
    message = session.message(index)
    assert message.attachments[0].caption == "a red circle, by hand"
    assert message.text.endswith("a red circle, by hand]")

    for _ in range(3):
        _, undo = session.undos.pop()
        await undo()
    assert message.attachments[0].caption == "a red circle"


async def test_a_caption_that_no_journal_knows_is_looked_over_too(
    house: House, session: ChatSession
) -> None:
    known = Attachment("c" * 64, "cat.png", "image/png", 64, 64, "from elsewhere", "their model")
    await house.images.put(picture(digest="c" * 64))
    await session.append(Message("m", "user", "You", "look", 1.0, attachments=(known,)))
    interaction = FakeInteraction(refine=lambda text: text)
    request = CaptionRequest(index=1, delivery=ExistingMessage(1), revise=True)

    await house.services.captions.caption(request, interaction, session)

    assert interaction.refinements[0].current == Caption(
        "from elsewhere", "", "their model", "", "", 0.0
    )
    assert session.message(1).text == "look"


# -- several


async def test_several_go_through_one_editor_and_one_that_cannot_be_read_is_told(
    house: House, session: ChatSession
) -> None:
    requests = [CaptionRequest(Path(name)) for name in ("a.png", "bad.png", "c.png", "d.png")]
    skip = Editing(lambda made: None if made.image.name == "c.png" else made.image.name)

    batch = await house.services.captions.caption_all(requests, skip, session)

    assert [done.caption.text if done else None for done in batch.done] == [
        *("a.png", None, None, "d.png")
    ]
    assert [type(error) for error in batch.failed] == [ImageError]
    assert [made.position for made in skip.refinements] == [(1, 4), (3, 4), (4, 4)]
    assert [session.message(at).attachments[0].name for at in (-2, -1)] == ["a.png", "d.png"]


async def test_many_are_held_in_memory_only_some_at_a_time(
    house: House, session: ChatSession
) -> None:
    counts: list[int] = []

    class Counting(Editing):
        async def refine(self, refinements: Sequence[Refinement]) -> Refined:
            counts.append(len(refinements))
            return Refined([None] * len(refinements), cancelled=len(counts) == 2)

    requests = [CaptionRequest(Path(f"{at}.png"), delivery=Beside()) for at in range(45)]
    batch = await house.services.captions.caption_all(requests, Counting(lambda _: None), session)

    assert counts == [20, 20]
    assert batch.cancelled


async def test_without_an_editor_a_failure_leaves_the_others_alone(
    house: House, session: ChatSession
) -> None:
    await house.settings.change("captioning.edit_before_saving", False)
    house.sources.seeing.script = (CaptionError("it broke"),)
    requests = [
        CaptionRequest(Path("a.png"), connection="kitchen"),
        CaptionRequest(Path("b.png"), source="describe"),
    ]

    batch = await house.services.captions.caption_all(requests, FakeInteraction(), session)

    assert [done is not None for done in batch.done] == [False, True]
    assert [error.line() for error in batch.failed] == ["it broke"]


async def test_one_prompt_is_asked_for_all(house: House, session: ChatSession) -> None:
    await house.settings.change("captioning.ask_every_time", True)
    asked: list[str] = []

    class Asking(FakeInteraction):
        async def ask_prompt(self, default: str) -> str | None:
            asked.append(default)
            return "Who is in {{filename}}?"

    requests = [CaptionRequest(Path(name), connection="kitchen") for name in ("a.png", "b.png")]
    interaction = Asking()
    await house.services.captions.caption_all(requests, interaction, session)

    assert len(asked) == 1
    assert [made.prompt for made in interaction.refinements] == [
        "Who is in a.png?",
        "Who is in b.png?",
    ]


async def test_a_caption_that_cannot_be_kept_in_the_journal_is_not_inserted(
    house: House, session: ChatSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(_entry: object) -> int:
        raise StorageError("the disk is full")

    monkeypatch.setattr(house.store, "log_caption", failing)

    with pytest.raises(AppError, match="the disk is full"):
        await house.services.captions.caption(CaptionRequest(CAT), FakeInteraction(), session)
    assert len(session) == 1


class ByHand(FakeInteraction):
    """A person who sees again what could not be kept."""

    async def refine(self, refinements: Sequence[Refinement]) -> Refined:
        refined = await super().refine(refinements)
        return replace(refined, by_hand=True)


async def test_an_edited_caption_that_cannot_be_kept_comes_back_as_it_stood(
    house: House, session: ChatSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, failures = house.services.chats.add, ["the disk is full"]

    async def failing(session: ChatSession, message: Message) -> None:
        if failures:
            raise StorageError(failures.pop())
        await add(session, message)

    monkeypatch.setattr(house.services.chats, "add", failing)
    changes = {"a red circle": "by hand"}
    interaction = ByHand(refine=lambda text: changes.get(text, text))

    done = await house.services.captions.caption(CaptionRequest(CAT), interaction, session)

    assert done is not None and done.caption.text == "by hand"
    assert len(session) == 2
    assert len(interaction.refinements) == 2
    assert "the disk is full" in interaction.refinements[1].warning
