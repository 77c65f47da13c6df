from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.house import House
from tests.fakes.interaction import FakeInteraction
from tests.fakes.models import Script
from tui.domain.caption import Asked, Beside, Caption, ExistingMessage, Nowhere
from tui.domain.chat import CachedCaption, Message
from tui.domain.errors import AppError, CaptionError, Overloaded, StorageError
from tui.domain.generation import Finished, FinishReason, GenerationEvent, TextDelta, Usage
from tui.domain.image import Image
from tui.services.caption_sources import CaptionRequest
from tui.services.refinement import Refined, Refinement
from tui.services.session import ChatSession

PAID = (TextDelta("A cat."), Finished("stop", usage=Usage(600, 4, cost=0.002)))
BROKEN: tuple[Script, ...] = (
    (TextDelta("a ca"), Overloaded("it broke")),
    (TextDelta("a ca"), Finished("incomplete")),
    (TextDelta("a ca"), Finished("content_filter")),
    (TextDelta("a ca"),),
)


@pytest.fixture
def house() -> House:
    made = House()
    made.sources.seeing.script = PAID
    return made


async def caption(house: House, name: str = "cat.png", **asked: Any) -> Caption:
    asked = {"connection": "kitchen", **asked}
    request = CaptionRequest(Path(name), delivery=Nowhere(), **asked)
    done = await house.services.captions.caption(request, FakeInteraction())
    assert done is not None
    return done.caption


async def test_the_same_question_is_not_paid_for_twice(house: House) -> None:
    first = await caption(house)
    second = await caption(house)

    assert (first.usage, first.cached) == (Usage(600, 4, cost=0.002), False)
    assert (second.text, second.usage, second.cached) == ("A cat.", None, True)
    assert second.source_label == "Fake: tiny-vision"
    assert len(house.sources.seeing.asked) == 1
    again, made = await house.services.captions.journal()
    assert (made.input_tokens, made.output_tokens, made.cost, made.cached) == (600, 4, 0.002, False)
    assert (again.input_tokens, again.cost, again.cached) == (None, None, True)


@pytest.mark.parametrize(
    "other",
    [
        {"name": "dog.png"},
        {"prompt": "Which colours?"},
        {"model": "other-vision"},
        {"connection": "garage"},
        {"fresh": True},
    ],
)
async def test_another_question_is_asked(house: House, other: dict[str, Any]) -> None:
    await house.settings.change(
        "connections.garage",
        {"provider": "fake", "url": "http://127.0.0.1:7/v1", "model": "tiny-vision"},
    )
    await caption(house)

    assert not (await caption(house, **other)).cached
    assert len(house.sources.seeing.asked) == 2


async def test_another_longest_answer_is_another_question(house: House) -> None:
    await caption(house)
    await house.settings.change("captioning.max_tokens", 9)

    assert not (await caption(house)).cached


async def test_a_setting_that_changes_meanwhile_is_another_question(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = house.sources.seeing
    made = source.caption

    async def changing(image: Image, prompt: str) -> AsyncGenerator[GenerationEvent, None]:
        async for event in made(image, prompt):
            yield event
            await house.settings.change("captioning.max_tokens", 40)

    monkeypatch.setattr(source, "caption", changing)
    await caption(house)
    await caption(house)

    assert len(source.asked) == 2


async def test_the_files_of_a_local_model_are_not_looked_at_where_keys_are_heard(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()

    def look(_source: object) -> str:
        threads.add(threading.get_ident())
        return "the same"

    local = type(house.sources.local_source)
    del house.sources.local_source.fingerprint
    monkeypatch.setattr(local, "fingerprint", property(look), raising=False)
    await caption(house, connection="", source="local")

    assert (await caption(house, connection="", source="local")).cached
    assert threads
    assert threading.get_ident() not in threads


async def test_the_prompt_makes_no_difference_to_those_who_do_not_listen(house: House) -> None:
    house.sources.local_source.takes_prompt = False

    await caption(house, connection="", source="local", prompt="one")
    second = await caption(house, connection="", source="local", prompt="two")

    assert second.cached


async def test_a_fresh_caption_takes_the_place_of_the_kept_one(house: House) -> None:
    await caption(house)
    house.sources.seeing.script = (TextDelta("A tiger."), Finished("stop"))

    fresh = await caption(house, fresh=True)
    kept = await caption(house)

    assert (fresh.text, kept.text, kept.cached) == ("A tiger.", "A tiger.", True)


@pytest.mark.parametrize("reason", ["length", "incomplete"])
async def test_only_whole_captions_are_kept(house: House, reason: FinishReason) -> None:
    house.sources.seeing.script = (TextDelta("A ca"), Finished(reason))
    try:
        await caption(house)
    except CaptionError:
        assert reason == "incomplete"

    assert house.store.cached == {}


async def test_nothing_is_kept_where_it_is_switched_off_or_cannot_be_known(house: House) -> None:
    house.sources.local_source.fingerprint = ""
    await caption(house, connection="", source="local")
    await house.settings.change("captioning.cache", False)
    await caption(house)

    assert house.store.cached == {}


async def test_a_cache_that_fails_costs_no_caption(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_args: object) -> CachedCaption | None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(house.store, "cached_caption", failing)
    monkeypatch.setattr(house.store, "cache_caption", failing)

    assert (await caption(house)).text == "A cat."


# -- the journal


async def test_asking_again_in_the_editor_asks_and_keeps_both(house: House) -> None:
    class Twice(FakeInteraction):
        async def refine(self, refinements: Sequence[Refinement]) -> Refined:
            (refinement,) = refinements
            for fresh in (False, True):
                async with aclosing(refinement.start(Asked(fresh=fresh))) as events:
                    async for _ in events:
                        pass
                house.sources.seeing.script = (TextDelta("A tiger."), Finished("stop"))
            return Refined([refinement.current.text if refinement.current else None])

    session = await house.services.library.new()
    request = CaptionRequest(Path("cat.png"), connection="kitchen")
    await house.services.captions.caption(request, Twice(), session)

    assert [(entry.caption, entry.used) for entry in await house.services.captions.journal()] == [
        ("A tiger.", True),
        ("A cat.", False),
    ]


async def test_a_caption_that_could_not_be_delivered_is_not_called_used(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await house.services.library.new()

    async def failing(_chat_id: str, _message: Message) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(house.store, "append", failing)
    request = CaptionRequest(Path("cat.png"), connection="kitchen")
    with pytest.raises(StorageError):
        await house.services.captions.caption(request, FakeInteraction(), session)

    [entry] = await house.services.captions.journal()
    assert (entry.caption, entry.used) == ("A cat.", False)


async def test_a_caption_that_arrived_is_given_though_variables_could_not_be_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await house.services.library.new()

    async def failing() -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(session, "keep_variables", failing)
    request = CaptionRequest(Path("cat.png"), connection="kitchen", delivery=Beside())
    batch = await house.services.captions.caption_all([request], FakeInteraction(), session)

    assert [error.message for error in batch.failed] == ["the disk is full"]
    assert [done and done.caption.text for done in batch.done] == ["A cat."]


async def test_a_journal_that_cannot_say_used_is_no_failure(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(_number: int) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(house.store, "caption_used", failing)

    assert (await caption(house)).text == "A cat."


@pytest.mark.parametrize("script", BROKEN)
@pytest.mark.parametrize("existing", [False, True])
async def test_a_caption_that_broke_off_changes_nothing_and_is_kept(
    house: House, script: Script, existing: bool
) -> None:
    house.sources.seeing.script = script
    await house.settings.change("captioning.edit_before_saving", False)
    session = await house.services.library.new()
    attachment = await house.services.captions.attach(Path("cat.png"))
    await house.services.chats.send(session, "look", (attachment,))
    before = _state(session)
    request = CaptionRequest(Path("cat.png"), connection="kitchen")
    if existing:
        request = CaptionRequest(index=1, delivery=ExistingMessage(1), connection="kitchen")

    with pytest.raises(AppError):
        await house.services.captions.caption(request, FakeInteraction(), session)

    assert _state(session) == before
    [entry] = await house.services.captions.journal()
    assert (entry.caption, entry.used) == ("a ca", False)


async def test_a_new_caption_leaves_what_was_chosen_for_the_picture(house: House) -> None:
    session = await house.services.library.new()
    attachment = await house.services.captions.attach(Path("cat.png"))
    await house.services.chats.send(session, "look", (attachment,))
    await house.services.chats.fates.choose(session, 1, "both")

    request = CaptionRequest(index=1, delivery=ExistingMessage(1), connection="kitchen")
    await house.services.captions.caption(request, FakeInteraction(), session)

    assert session.message(1).attachments[0].fate == "both"


def _state(session: ChatSession) -> list[tuple[str, object]]:
    return [(session.message(i).text, session.message(i).attachments) for i in range(len(session))]
