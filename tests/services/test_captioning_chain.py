from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.fakes.house import House
from tests.fakes.interaction import FakeInteraction
from tests.fakes.models import Script
from tui.domain.caption import Asked, Caption, NewMessage, Nowhere
from tui.domain.errors import CaptionError, Overloaded
from tui.domain.generation import Finished, FinishReason, GenerationEvent, Restarted, TextDelta
from tui.domain.settings import ChainStep
from tui.services.caption_sources import CaptionRequest
from tui.services.refinement import Refined, Refinement

KITCHEN = ChainStep("multimodal", "kitchen", seconds=20)
HORDE = ChainStep("horde")
DESCRIBE = ChainStep("describe")
SOON = 0.02
"""Seconds that a source which never answers is waited for."""


class Watching(FakeInteraction):
    """An editor that remembers every event."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[GenerationEvent] = []

    async def refine(self, refinements: Sequence[Refinement]) -> Refined:
        (refinement,) = refinements
        self.refinements.append(refinement)
        async with aclosing(refinement.start(Asked())) as events:
            async for event in events:
                self.events.append(event)
        return Refined([refinement.current.text if refinement.current else ""])


@pytest.fixture
def house() -> House:
    return House()


async def chain(house: House, *steps: ChainStep) -> None:
    await house.settings.change("captioning.source", "chain")
    await house.settings.change("captioning.chain", steps)


async def caption(house: House) -> Caption:
    request = CaptionRequest(Path("cat.png"), delivery=Nowhere())
    done = await house.services.captions.caption(request, FakeInteraction())
    assert done is not None
    return done.caption


async def test_the_first_that_answers_is_the_only_one_asked(house: House) -> None:
    await chain(house, KITCHEN, HORDE)

    made = await caption(house)

    assert (made.source, made.source_label, made.note) == ("multimodal", "Fake: tiny-vision", "")
    assert house.sources.horde_source.asked == []


async def test_the_note_says_who_answered_and_why_not_the_others(house: House) -> None:
    await chain(house, ChainStep("multimodal", "kitchen", seconds=SOON), HORDE, DESCRIBE)
    house.sources.seeing.script = ()
    house.sources.seeing.hold = True
    house.sources.horde_source.script = (CaptionError("no worker\x1b[2J\nfor it"),)

    made = await caption(house)

    assert made.text == "A landscape photo."
    assert made.source == "describe"
    assert made.note.startswith("kitchen: no answer within 0.02 s; AI Horde: no worker")
    assert made.note.endswith("; so: offline description")
    assert made.note.isprintable()
    assert house.sources.seeing.closed == 1


async def test_the_message_keeps_the_note(house: House) -> None:
    session = await house.services.library.new()
    await chain(house, KITCHEN, DESCRIBE)
    house.sources.seeing.script = (Overloaded("too busy"),)

    await house.services.captions.caption(
        CaptionRequest(Path("cat.png"), delivery=NewMessage()), FakeInteraction(), session
    )

    attachment = session.message(-1).attachments[0]
    assert attachment.note == "kitchen: too busy; so: offline description"
    assert attachment.source == "offline description"


ENDINGS: tuple[FinishReason, ...] = ("incomplete", "content_filter", "refusal", "error")


@pytest.mark.parametrize(
    "script",
    [
        (TextDelta("a ca"), Overloaded("it broke")),
        *[(TextDelta("a ca"), Finished(reason)) for reason in ENDINGS],
        (TextDelta("a ca"),),
    ],
)
async def test_what_a_failed_source_said_is_withdrawn(house: House, script: Script) -> None:
    await chain(house, KITCHEN, DESCRIBE)
    house.sources.seeing.script = script
    session = await house.services.library.new()
    interaction = Watching()

    await house.services.captions.caption(CaptionRequest(Path("cat.png")), interaction, session)

    [restarted] = [event for event in interaction.events if isinstance(event, Restarted)]
    assert restarted.reason.startswith("kitchen: ")
    assert restarted.reason.endswith("; next: offline description")
    assert session.message(-1).attachments[0].caption == "A landscape photo."
    assert interaction.refinements[0].source_label == "offline description"


async def test_a_source_that_ran_out_of_time_in_mid_caption_is_withdrawn(house: House) -> None:
    await chain(house, ChainStep("multimodal", "kitchen", seconds=SOON), DESCRIBE)
    house.sources.seeing.script = (TextDelta("a ca"),)
    house.sources.seeing.hold = True

    assert (await caption(house)).text == "A landscape photo."


async def test_a_source_that_says_nothing_is_passed_over_quietly(house: House) -> None:
    await chain(house, KITCHEN, DESCRIBE)
    house.sources.seeing.script = (TextDelta(" "), Finished("stop"))
    made = await caption(house)

    assert made.note == "kitchen: it gave an empty caption; so: offline description"


async def test_a_source_that_cannot_be_chosen_is_passed_over() -> None:
    house = House(ready=False)
    steps = (ChainStep("local"), ChainStep("multimodal", "gone"), ChainStep("multimodal"), HORDE)
    await chain(house, *steps)

    made = await caption(house)

    assert made.source == "horde"
    assert made.note == (
        "local model: tiny cannot be used: tiny is not here; "
        "gone: no connection named 'gone'; "
        "multimodal: no connection to caption with; so: AI Horde"
    )


async def test_the_editor_offers_the_local_model_that_the_chain_went_without() -> None:
    house = House(ready=False)
    session = await house.services.library.new()
    await chain(house, ChainStep("local"), DESCRIBE)
    interaction = Watching()
    await house.services.captions.caption(CaptionRequest(Path("cat.png")), interaction, session)
    [refinement] = interaction.refinements

    assert refinement.download_label == "tiny, 1 MB"
    assert refinement.download is not None
    async for _ in refinement.download():
        pass
    async for _ in refinement.start(Asked()):
        pass

    assert refinement.current is not None
    assert refinement.current.source == "local"
    assert refinement.download is None


async def test_local_only_passes_over_those_elsewhere(house: House) -> None:
    await house.settings.change("images.local_only", True)
    await chain(house, HORDE, KITCHEN)

    made = await caption(house)

    assert made.source == "multimodal"
    assert made.note.startswith("AI Horde: pictures stay on this machine (local only)")
    assert house.sources.horde_source.asked == []


async def test_when_all_fail_each_is_told_in_one_line(house: House) -> None:
    session = await house.services.library.new()
    await chain(house, KITCHEN, HORDE)
    house.sources.seeing.script = (Overloaded("too\nbusy"),)
    house.sources.horde_source.script = (CaptionError("no worker"),)

    with pytest.raises(CaptionError) as caught:
        await house.services.captions.caption(
            CaptionRequest(Path("cat.png")), FakeInteraction(), session
        )

    assert "kitchen: too busy; AI Horde: no worker" in caught.value.message
    assert "\n" not in caught.value.message
    assert len(session) == 1


async def test_an_empty_chain_says_what_to_do(house: House) -> None:
    await chain(house)

    with pytest.raises(CaptionError, match="chain of caption sources is empty") as caught:
        await caption(house)

    assert "captioning.chain" in caught.value.hint


async def test_cancelling_ends_all(house: House) -> None:
    await chain(house, KITCHEN, DESCRIBE)
    house.sources.seeing.script = (TextDelta("a ca"),)
    house.sources.seeing.hold = True
    task = asyncio.create_task(caption(house))
    while not house.sources.seeing.asked:
        await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert house.sources.seeing.closed == 1
    assert house.sources.described.asked == []


async def test_each_step_has_its_model_in_its_name(house: House) -> None:
    await chain(house, ChainStep("multimodal", "kitchen", "other-vision"), DESCRIBE)
    house.sources.seeing.script = (Overloaded("too busy"),)

    made = await caption(house)

    assert made.note.startswith("kitchen (other-vision): too busy")


async def test_a_chain_that_hears_no_prompt_asks_for_none(house: House) -> None:
    await house.settings.change("captioning.ask_every_time", True)
    await chain(house, ChainStep("local"), DESCRIBE, ChainStep("multimodal", "gone"))
    quiet = await house.services.captions.caption(
        CaptionRequest(Path("cat.png"), delivery=Nowhere()), FakeInteraction(prompt=None)
    )
    await chain(house, ChainStep("local"), KITCHEN)
    cancelled = await house.services.captions.caption(
        CaptionRequest(Path("cat.png"), delivery=Nowhere()), FakeInteraction(prompt=None)
    )

    assert quiet is not None
    assert cancelled is None


async def test_a_kept_caption_answers_for_its_step_only(house: House) -> None:
    await chain(house, KITCHEN, DESCRIBE)
    house.sources.seeing.script = (Overloaded("too busy"),)
    await caption(house)
    second = await caption(house)

    assert second.cached
    assert second.note == "kitchen: too busy; so: offline description"
    assert len(house.sources.seeing.asked) == 2
    assert len(house.sources.described.asked) == 1
