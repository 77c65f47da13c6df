from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from tests.adapters.providers.support import PICTURE, end_of, text_of
from tui.adapters.captioners.multimodal import MultimodalCaptioner
from tui.domain.errors import CaptionError
from tui.domain.generation import (
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    ReasoningDelta,
    Sampling,
    TextDelta,
    Turn,
)


class Scripted:
    def __init__(self, *answers: list[GenerationEvent]) -> None:
        self.answers = list(answers)
        self.requests: list[GenerationRequest] = []
        self.closed = 0

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        self.requests.append(request)
        try:
            for event in self.answers.pop(0):
                yield event
        finally:
            self.closed += 1


async def caption(model: Scripted) -> list[GenerationEvent]:
    source = MultimodalCaptioner(model, "Ollama: moondream", "moondream", 77)
    async with aclosing(source.caption(PICTURE, "What's in this image?")) as events:
        return [event async for event in events]


async def test_prompt_and_picture_go_out_in_one_turn_and_the_caption_streams_back() -> None:
    answer: list[GenerationEvent] = [ReasoningDelta("hm"), TextDelta("A cat."), Finished("stop")]
    model = Scripted(answer)
    assert await caption(model) == answer
    turn = Turn("user", "What's in this image?", (PICTURE,))
    assert model.requests == [GenerationRequest((turn,), Sampling(max_tokens=77))]


async def test_an_empty_caption_is_asked_for_once_more() -> None:
    model = Scripted([Finished("stop")], [TextDelta("A cat."), Finished("stop")])
    events = await caption(model)
    assert text_of(events) == "A cat."
    assert end_of(events).reason == "stop"
    model = Scripted([TextDelta(" \n"), Finished("stop")], [Finished("stop")])
    with pytest.raises(CaptionError, match="Ollama: moondream gave an empty caption"):
        await caption(model)
    assert (len(model.requests), model.closed) == (2, 2)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("length", "ran out of tokens while thinking"),
        ("content_filter", "safety filter"),
        ("refusal", "declined"),
        ("incomplete", "broke off"),
    ],
)
async def test_an_empty_answer_says_why(reason: FinishReason, words: str) -> None:
    model = Scripted([ReasoningDelta("hm"), Finished(reason)])
    with pytest.raises(CaptionError, match=words) as caught:
        await caption(model)
    assert caught.value.hint
    assert len(model.requests) == 1


async def test_a_refusal_in_words_is_no_caption() -> None:
    with pytest.raises(CaptionError, match="declined"):
        await caption(Scripted([TextDelta("I can't."), Finished("refusal")]))


async def test_a_caption_that_ran_into_the_limit_is_kept() -> None:
    events = await caption(Scripted([TextDelta("A cat on"), Finished("length")]))
    assert end_of(events).reason == "length"
