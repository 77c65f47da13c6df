from __future__ import annotations

import base64
import io
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as Pil

from tests.adapters.providers.support import (
    HELLO,
    PICTURE,
    collect,
    endpoint,
    notes_of,
    text_of,
)
from tests.fakes.servers import NDJSON, FakeServer, Reply, as_json, as_sse, delta, ndjson
from tui.adapters.picture_preparer import PicturePreparer
from tui.adapters.providers.connector import HttpConnector
from tui.adapters.providers.prepared import PreparedChatModel
from tui.adapters.sample_picture import sample_picture
from tui.domain.errors import AppError, ImageRejected, ImageTooLarge
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Progress,
    ReasoningDelta,
    Started,
    TextDelta,
    Turn,
)
from tui.domain.image import Image, PictureLimits

ANSWER: list[GenerationEvent] = [Started(), TextDelta("A cat."), Finished("stop")]
LIMITS = PictureLimits(max_bytes=10)
LOOK = GenerationRequest((Turn("user", "Look", (PICTURE,)),))
TOO_LARGE = ImageTooLarge("the picture is too large", hint="send a smaller one")


class Scripted:
    """Each answer: events, with an error to raise where it stands."""

    def __init__(self, *answers: list[GenerationEvent | AppError]) -> None:
        self.answers = list(answers)
        self.requests: list[GenerationRequest] = []
        self.closed = 0

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        self.requests.append(request)
        try:
            for event in self.answers.pop(0):
                if isinstance(event, AppError):
                    raise event
                yield event
        finally:
            self.closed += 1


class Marking:
    """Writes into the pictures what was asked of it."""

    async def prepare(self, image: Image, limits: PictureLimits, shrink: int = 0) -> Image:
        return replace(image, data=image.data + f"|{limits.max_bytes},{shrink}".encode())


def answering() -> Scripted:
    return Scripted([*ANSWER])


async def sent(
    model: Scripted, request: GenerationRequest, limits: PictureLimits = LIMITS
) -> list[GenerationEvent]:
    prepared = PreparedChatModel(model, limits, Marking(), "Groq")
    async with aclosing(prepared.generate(request)) as events:
        return [event async for event in events]


def pictures(request: GenerationRequest) -> list[bytes]:
    return [image.data for turn in request.turns for image in turn.images]


def many(*counts: int) -> GenerationRequest:
    """One user turn for each count, with that many pictures, all numbered from 0."""
    turns: list[Turn] = []
    number = 0
    for count in counts:
        images = []
        for _ in range(count):
            images.append(replace(PICTURE, data=str(number).encode()))
            number += 1
        turns.append(Turn("user", f"turn {len(turns)}", tuple(images)))
    return GenerationRequest(tuple(turns))


async def test_all_pictures_of_all_turns_are_made_to_fit() -> None:
    model = answering()
    assert await sent(model, many(1, 0, 2)) == ANSWER
    assert pictures(model.requests[0]) == [b"0|10,0", b"1|10,0", b"2|10,0"]
    assert [turn.text for turn in model.requests[0].turns] == ["turn 0", "turn 1", "turn 2"]


async def test_a_request_without_pictures_goes_out_as_it_is() -> None:
    model = answering()
    await sent(model, HELLO)
    assert model.requests == [HELLO]


async def test_the_last_pictures_are_kept_and_the_others_leave_a_word() -> None:
    model = answering()
    events = await sent(model, many(2, 1, 2, 1), replace(LIMITS, max_count=2))
    assert events == [
        Progress("Groq takes 2 pictures: earlier ones are left out"),
        *ANSWER,
    ]
    assert pictures(model.requests[0]) == [b"4|10,0", b"5|10,0"]
    assert [turn.text for turn in model.requests[0].turns] == [
        "turn 0\n[2 pictures were left out]",
        "turn 1\n[a picture was left out]",
        "turn 2\n[a picture was left out]",
        "turn 3",
    ]


async def test_a_turn_without_words_is_not_left_empty() -> None:
    model = answering()
    request = GenerationRequest((Turn("user", "", (PICTURE,)), Turn("user", "Hm?", (PICTURE,))))
    await sent(model, request, replace(LIMITS, max_count=1))
    assert model.requests[0].turns[0] == Turn("user", "[a picture was left out]")


async def test_as_many_pictures_as_are_taken_all_go() -> None:
    model = answering()
    assert await sent(model, many(1, 1), replace(LIMITS, max_count=2)) == ANSWER
    assert len(pictures(model.requests[0])) == 2


async def test_a_picture_that_is_too_large_is_sent_once_more_smaller() -> None:
    model = Scripted([TOO_LARGE], [*ANSWER])
    events = await sent(model, LOOK)
    assert events == [Progress("the picture was too large: trying a smaller one"), *ANSWER]
    assert [pictures(request)[0][-3:] for request in model.requests] == [b"0,0", b"0,1"]
    assert model.closed == 2


async def test_a_second_refusal_is_the_error() -> None:
    model = Scripted([TOO_LARGE], [TOO_LARGE])
    with pytest.raises(ImageTooLarge) as caught:
        await sent(model, LOOK)
    assert caught.value.hint == "send a smaller one"
    assert len(model.requests) == 2


@pytest.mark.parametrize("first", [TextDelta("A"), ReasoningDelta("hm")])
async def test_nothing_is_sent_again_once_there_was_an_answer(first: GenerationEvent) -> None:
    model = Scripted([first, TOO_LARGE])
    with pytest.raises(ImageTooLarge):
        await sent(model, LOOK)
    assert len(model.requests) == 1


async def test_other_refusals_and_requests_without_pictures_are_not_sent_again() -> None:
    model = Scripted([ImageRejected("it does not see")])
    with pytest.raises(ImageRejected):
        await sent(model, LOOK)
    assert len(model.requests) == 1
    model = Scripted([TOO_LARGE])
    with pytest.raises(ImageTooLarge):
        await sent(model, HELLO)
    assert len(model.requests) == 1


async def test_closing_the_answer_closes_the_request() -> None:
    model = answering()
    prepared = PreparedChatModel(model, LIMITS, Marking(), "Groq")
    async with aclosing(prepared.generate(LOOK)) as events:
        async for _ in events:
            break
    assert model.closed == 1


ENTITY = {"message": "Request Entity Too Large", "code": "request_too_large"}
MANY_BYTES = {"type": "invalid_request_error", "message": "image exceeds 5 MB maximum: 9 > 5"}
PAYLOAD = {"code": 400, "message": "Request payload size exceeds the limit: 20971520 bytes."}
PAGE = Reply([b"<html><title>413 Request Entity Too Large</title></html>"], 413, "text/html")
SAID = {"type": "message", "content": [{"type": "text", "text": "KIWI"}], "stop_reason": "end_turn"}
CANDIDATE = {"content": {"parts": [{"text": "KIWI"}]}, "finishReason": "STOP"}
LINE = {"message": {"content": "KIWI"}, "done": True}


@pytest.mark.parametrize(
    ("provider", "refusal", "answer"),
    [
        ("groq", as_json({"error": ENTITY}, 413), as_sse(delta("KIWI", "stop"))),
        ("custom", PAGE, as_sse(delta("KIWI", "stop"))),
        ("anthropic", as_json({"type": "error", "error": MANY_BYTES}, 400), as_json(SAID)),
        ("google", as_json({"error": PAYLOAD}, 400), as_json({"candidates": [CANDIDATE]})),
        ("ollama", PAGE, Reply(ndjson(LINE), type=NDJSON)),
    ],
)
async def test_a_server_that_finds_a_picture_too_large_gets_one_that_is_smaller(
    provider: str, refusal: Reply, answer: Reply, tmp_path: Path
) -> None:
    request = GenerationRequest((Turn("user", "Look", (sample_picture(),)),))
    async with FakeServer(refusal, answer) as server:
        connector = HttpConnector(prepare=PicturePreparer(tmp_path))
        events = await collect(connector.open(endpoint(provider, server.url)), request)
        await connector.aclose()
    assert text_of(events) == "KIWI"
    assert notes_of(events) == ["the picture was too large: trying a smaller one"]
    first, second = (seen(request.json) for request in server.requests)
    assert (first.format, first.size) == ("PNG", (256, 256))
    assert (second.format, second.size) == ("JPEG", (128, 128))


@pytest.mark.parametrize(
    ("refusal", "kind", "tries"),
    [
        (as_json({"error": ENTITY}, 413), ImageTooLarge, 2),
        (as_json({"error": {"message": "image input is not supported"}}, 500), ImageRejected, 1),
        (as_json({"error": {"code": "invalid_image_format"}}, 400), ImageRejected, 1),
    ],
)
async def test_a_server_that_goes_on_refusing_is_told(
    refusal: Reply, kind: type[ImageRejected], tries: int, tmp_path: Path
) -> None:
    request = GenerationRequest((Turn("user", "Look", (sample_picture(),)),))
    async with FakeServer(refusal) as server:
        connector = HttpConnector(prepare=PicturePreparer(tmp_path))
        with pytest.raises(ImageRejected) as caught:
            await collect(connector.open(endpoint("groq", server.url)), request)
        await connector.aclose()
    assert type(caught.value) is kind
    assert len(server.requests) == tries


def seen(body: object) -> Pil.Image:
    """The picture that a request carries, wherever its protocol puts it."""
    encoded = max(texts(body), key=len).rpartition(",")[2]
    return Pil.open(io.BytesIO(base64.b64decode(encoded, validate=True)))


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)
