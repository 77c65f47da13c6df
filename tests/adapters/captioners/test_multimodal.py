from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from tests.adapters.providers.support import KEY, PICTURE, end_of, endpoint
from tui.adapters.captioners.multimodal import MultimodalCaptioner
from tui.domain.connection import Endpoint
from tui.domain.errors import CaptionError
from tui.domain.generation import (
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    ReasoningDelta,
    Restarted,
    Sampling,
    TextDelta,
    Turn,
    Usage,
)
from tui.domain.secret import Secret

PLACE = replace(endpoint("ollama", "http://127.0.0.1:11434"), model="moondream")


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


def source_of(model: Scripted, place: Endpoint = PLACE) -> MultimodalCaptioner:
    return MultimodalCaptioner(model, place, 77)


async def caption(model: Scripted, place: Endpoint = PLACE) -> list[GenerationEvent]:
    source = source_of(model, place)
    async with aclosing(source.caption(PICTURE, "What's in this image?")) as events:
        return [event async for event in events]


async def test_prompt_and_picture_go_out_in_one_turn_and_the_caption_streams_back() -> None:
    answer: list[GenerationEvent] = [ReasoningDelta("hm"), TextDelta("A cat."), Finished("stop")]
    model = Scripted(answer)
    assert await caption(model) == answer
    turn = Turn("user", "What's in this image?", (PICTURE,))
    assert model.requests == [GenerationRequest((turn,), Sampling(max_tokens=77), captions=True)]


async def test_an_empty_caption_is_asked_for_once_more() -> None:
    model = Scripted([Finished("stop")], [TextDelta("A cat."), Finished("stop")])
    events = await caption(model)
    assert events == [
        Restarted("the answer was empty"),
        TextDelta("A cat."),
        Finished("stop"),
    ]
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
        ("error", "failed"),
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


async def test_the_hint_names_the_limit_that_was_in_force() -> None:
    thought: list[GenerationEvent] = [ReasoningDelta("hm"), Finished("length")]
    with pytest.raises(CaptionError) as caught:
        await caption(Scripted(thought))
    assert caught.value.hint == "raise captioning.max_tokens"
    own = replace(PLACE, sampling=Sampling(max_tokens=20))
    with pytest.raises(CaptionError) as caught:
        await caption(Scripted(thought), own)
    assert caught.value.hint == "raise connections.kitchen.max_tokens"


async def test_usage_is_kept_and_that_of_an_empty_try_is_added() -> None:
    spent = Usage(input=900, output=12, cost=0.002)
    events = await caption(Scripted([TextDelta("A cat."), Finished("stop", usage=spent)]))
    assert end_of(events).usage == spent
    first = Finished("stop", usage=Usage(input=900, output=0, reasoning=3, cost=0.001))
    model = Scripted([first], [TextDelta("A cat."), Finished("stop", usage=spent)])
    usage = end_of(await caption(model)).usage
    assert usage == Usage(input=1800, output=12, reasoning=3, cost=0.003)


async def test_closing_the_caption_closes_the_request() -> None:
    model = Scripted([TextDelta("A"), TextDelta(" cat."), Finished("stop")])
    async with aclosing(source_of(model).caption(PICTURE, "?")) as events:
        async for _ in events:
            break
    assert model.closed == 1


def test_the_source_names_service_and_model() -> None:
    source = source_of(Scripted())
    assert (source.label, source.model) == ("Ollama: moondream", "moondream")
    assert source.takes_prompt
    assert "\n" not in source_of(Scripted(), replace(PLACE, model="a\nb")).label


@pytest.mark.parametrize(
    "other",
    [
        replace(PLACE, provider=endpoint("llamacpp").provider),
        replace(PLACE, url="http://127.0.0.1:8080"),
        replace(PLACE, sampling=Sampling(temperature=0.1)),
        replace(PLACE, sampling=Sampling(max_tokens=20)),
        replace(PLACE, add_body={"think": False}),
        replace(PLACE, drop_body=("seed",)),
    ],
)
def test_what_shapes_a_caption_is_in_the_fingerprint(other: Endpoint) -> None:
    assert source_of(Scripted(), other).fingerprint != source_of(Scripted()).fingerprint


def test_keys_and_names_are_not_in_the_fingerprint() -> None:
    ours = source_of(Scripted()).fingerprint
    same = replace(
        PLACE,
        name="attic",
        key=Secret("sk-other"),
        headers=(("X-Pass", Secret("open sesame")),),
        url="http://me:pass@127.0.0.1:11434",
    )
    assert source_of(Scripted(), same).fingerprint == ours
    told = source_of(Scripted(), replace(PLACE, add_body={"token": KEY})).fingerprint
    assert KEY not in told
