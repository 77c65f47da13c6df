from __future__ import annotations

import asyncio
import json
import re
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.providers.support import (
    CHAT,
    HELLO,
    KEY,
    collect,
    end_of,
    endpoint,
    joined,
    notes_of,
    offline_http,
    text_of,
    thought_of,
)
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json, sse
from tui.adapters.failures import Origin
from tui.adapters.http import Http
from tui.adapters.providers import gemini_request
from tui.adapters.providers.exchange import Pieces
from tui.adapters.providers.gemini import GeminiChatModel
from tui.adapters.providers.gemini_models import models
from tui.adapters.providers.gemini_stream import CandidateReader
from tui.adapters.providers.turns import GO_ON, OPENING
from tui.domain.connection import Endpoint, Model
from tui.domain.errors import (
    AuthError,
    BadRequest,
    Filtered,
    ModelNotFound,
    NetworkError,
    Overloaded,
    ProtocolError,
    ProviderError,
)
from tui.domain.generation import GenerationEvent, GenerationRequest, Sampling, Started, Turn, Usage
from tui.domain.safetext import clean_line

ORIGIN = Origin("kitchen", "Google AI Studio", "127.0.0.1:1")
USAGE = {"promptTokenCount": 9, "candidatesTokenCount": 4, "thoughtsTokenCount": 3}


def chunk(*parts: object, finish: str = "", **more: object) -> dict[str, object]:
    candidate: dict[str, object] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "gemini-x", "responseId": "r1", **more}


def say(text: str) -> dict[str, object]:
    return {"text": text}


STREAM = b"".join(
    sse(
        chunk({"text": "A plan.", "thought": True}),
        {"usageMetadata": {"promptTokenCount": 9}, "responseId": "r1"},
        chunk(say("Hal"), {"thoughtSignature": "c2ln", "text": ""}),
        chunk(
            say("lo \u2028\u0085\x1b wörld 🐈"),
            {"inlineData": {"mimeType": "image/png", "data": "eHh4"}},
        ),
        {"candidates": [{"index": 1, "content": {"parts": [{"text": "other"}]}}]},
        {"candidates": [{"finishReason": "STOP", "index": 0}], "usageMetadata": USAGE},
        done=False,
    )
)


def read(*chunks: bytes) -> list[GenerationEvent]:
    pieces, reader = Pieces(ORIGIN), CandidateReader(ORIGIN)
    found: list[GenerationEvent] = []
    for part in chunks:
        for piece in pieces.feed(part):
            found += reader.read(*piece)
    for piece in pieces.close():
        found += reader.read(*piece)
    return joined([*found, *reader.finish()])


def stream(*payloads: object) -> bytes:
    return b"".join(sse(*payloads, done=False))


def at(
    model: str = "gemini-2.0-flash", url: str = "http://127.0.0.1:1", row: str = "google", **c: Any
) -> Endpoint:
    return replace(endpoint(row, url), model=model, **c)


async def sent(request: GenerationRequest, where: Endpoint | None = None) -> Any:
    http, requests = offline_http(Reply([STREAM]))
    await collect(GeminiChatModel(where or at(), http), request)
    return requests[0].json


def refused(message: str, status: int = 400, name: str = "INVALID_ARGUMENT") -> Reply:
    return as_json({"error": {"code": status, "message": message, "status": name}}, status)


def camel(value: Any) -> Any:
    """The library writes some names with underscores, and base64 in its other alphabet."""
    if isinstance(value, list):
        return [camel(each) for each in value]
    if isinstance(value, dict):
        named = {re.sub(r"_(.)", lambda m: m[1].upper(), k): camel(v) for k, v in value.items()}
        if "data" in named:
            named["data"] = named["data"].replace("_", "/").replace("-", "+")
        return named
    return value


def test_a_stream_cut_at_every_byte_gives_the_same_events() -> None:
    whole = read(STREAM)
    assert whole[0] == Started("r1", "gemini-x")
    assert thought_of(whole) == "A plan."
    assert text_of(whole) == "Hallo \ufffd\ufffd\ufffd wörld 🐈"
    assert (end_of(whole).reason, end_of(whole).usage) == ("stop", Usage(9, 7, 3))
    for cut in range(len(STREAM)):
        assert read(STREAM[:cut], STREAM[cut:]) == whole
    assert read(*(bytes([byte]) for byte in STREAM)) == whole


async def test_the_request_is_the_one_that_the_makers_library_sends() -> None:
    from google import genai
    from google.genai import types

    async with FakeServer(Reply([STREAM])) as server:
        http = Http()
        chosen = Sampling(top_k=40, presence_penalty=0.1, frequency_penalty=0.2)
        where = at("models/gemini-3-flash", f"{server.url}/v1beta", sampling=chosen)
        where = replace(where, sampling=replace(chosen, reasoning_effort="low"))
        await collect(GeminiChatModel(where, http), CHAT)
        await http.aclose()
        options = types.HttpOptions(base_url=server.url, api_version="v1beta")
        picture = types.Part.from_bytes(data=b"\xff\xd8not really", mime_type="image/jpeg")
        level = types.ThinkingLevel.LOW
        theirs = genai.Client(api_key=KEY, http_options=options).aio
        answer = await theirs.models.generate_content_stream(
            model="gemini-3-flash",
            contents=[
                types.Content(role="user", parts=[picture, picture, types.Part(text="Look")]),
                types.Content(role="model", parts=[types.Part(text="A cat.")]),
                types.Content(role="user", parts=[types.Part(text="Sure?")]),
            ],
            config=types.GenerateContentConfig(
                system_instruction="Be brief.",
                temperature=0.7,
                top_p=0.9,
                top_k=40,
                seed=3,
                max_output_tokens=50,
                stop_sequences=["You:"],
                presence_penalty=0.1,
                frequency_penalty=0.2,
                thinking_config=types.ThinkingConfig(include_thoughts=True, thinking_level=level),
            ),
        )
        told = [part.text or "" async for part in answer]
        await theirs.aclose()
    mine, makers = server.requests
    expected = camel(makers.json)
    assert expected["systemInstruction"].pop("role") == "user"
    assert mine.json == expected
    assert (mine.method, mine.path) == (makers.method, makers.path)
    assert mine.headers["x-goog-api-key"] == makers.headers["x-goog-api-key"]
    assert KEY not in mine.path
    assert "".join(told).startswith("Hallo")


async def test_the_model_never_speaks_first_and_neighbours_are_merged() -> None:
    turns = (Turn("assistant", "Welcome"), Turn("user", "One"), Turn("system", "Two"))
    body = await sent(GenerationRequest(turns))
    assert body == {
        "contents": [
            {"role": "user", "parts": [{"text": OPENING}]},
            {"role": "model", "parts": [{"text": "Welcome"}]},
            {"role": "user", "parts": [{"text": "One"}, {"text": "Two"}]},
        ]
    }


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-x", "/models/gemini-x"),
        ("publishers/google/models/gemini-x", "/models/gemini-x"),
        ("tunedModels/mine", "/tunedModels/mine"),
        ("../x?key=1", "/models/..%2Fx%3Fkey%3D1"),
    ],
)
def test_a_model_has_one_address_however_it_is_written(model: str, path: str) -> None:
    url = gemini_request.address(at(model, "http://h/v1"))
    assert url == f"http://h/v1{path}:streamGenerateContent?alt=sse"


@pytest.mark.parametrize(
    ("model", "effort", "told"),
    [
        ("gemini-2.0-flash", "high", None),
        ("gemma-3-27b-it", "high", None),
        ("gemini-2.5-flash-image", "high", None),
        ("gemini-2.5-flash", "", {"includeThoughts": True}),
        ("gemini-2.5-flash", "none", {"thinkingBudget": 0}),
        ("gemini-2.5-pro", "none", {"thinkingBudget": 128, "includeThoughts": True}),
        ("gemini-2.5-pro", "low", {"thinkingBudget": 1024, "includeThoughts": True}),
        ("gemini-3-pro", "none", {"thinkingLevel": "LOW", "includeThoughts": True}),
        ("gemini-flash-latest", "none", {"thinkingLevel": "MINIMAL", "includeThoughts": True}),
        ("gemini-3.5-flash", "high", {"thinkingLevel": "HIGH", "includeThoughts": True}),
    ],
)
async def test_each_generation_is_told_in_its_words_how_hard_to_think(
    model: str, effort: str, told: dict[str, object] | None
) -> None:
    request = GenerationRequest(HELLO.turns, Sampling(reasoning_effort=effort))
    body = await sent(request, at(model))
    assert body.get("generationConfig", {}).get("thinkingConfig") == told


async def test_a_caption_leaves_room_for_thoughts_unless_the_person_set_the_limit() -> None:
    request = GenerationRequest(HELLO.turns, Sampling(max_tokens=500), captions=True)
    for model, limit in (("gemini-2.5-flash", 4596), ("gemini-2.0-flash", 500)):
        assert (await sent(request, at(model)))["generationConfig"] == {"maxOutputTokens": limit}
    mine = at("gemini-2.5-flash", sampling=Sampling(max_tokens=300))
    assert (await sent(request, mine))["generationConfig"] == {"maxOutputTokens": 300}


@pytest.mark.parametrize(
    ("message", "gone"),
    [
        ("Thinking is not enabled for models/m", {"thinkingConfig"}),
        ("Budget 0 is invalid. This model only works in thinking mode.", {"thinkingConfig"}),
        ("Penalty is not enabled for models/m", {"presencePenalty", "frequencyPenalty"}),
        ("Invalid value at 'generation_config.top_k'", {"topK"}),
    ],
)
async def test_what_the_model_has_no_use_for_is_left_out_once(message: str, gone: set[str]) -> None:
    chosen = Sampling(top_k=4, presence_penalty=1, frequency_penalty=1, reasoning_effort="low")
    where = at("gemini-2.5-flash", sampling=chosen)
    http, requests = offline_http(refused(message), Reply([STREAM]))
    found = await collect(GeminiChatModel(where, http))
    before, after = (request.json["generationConfig"] for request in requests)
    assert before.keys() - after.keys() == gone
    assert notes_of(found)
    http, requests = offline_http(refused(message))
    with pytest.raises(BadRequest):
        await collect(GeminiChatModel(where, http))
    assert len(requests) == 2


async def test_a_refused_system_text_goes_in_front_of_the_first_message() -> None:
    http, requests = offline_http(
        refused("Developer instruction is not enabled for models/gemma-3-27b-it"), Reply([STREAM])
    )
    turns = (Turn("system", "Be brief."), Turn("user", "Hello"))
    await collect(GeminiChatModel(at("gemma-3-27b-it"), http), GenerationRequest(turns))
    parts = [{"text": "Be brief."}, {"text": "Hello"}]
    assert requests[1].json == {"contents": [{"role": "user", "parts": parts}]}


async def test_a_model_that_does_not_continue_its_own_words_is_asked_to() -> None:
    words = "Please ensure that single turn requests end with a user role"
    http, requests = offline_http(refused(words), Reply([STREAM]))
    turns = (Turn("user", "Tell"), Turn("assistant", "Once "))
    await collect(GeminiChatModel(at(), http), GenerationRequest(turns))
    last = [{"text": "Once"}], [{"text": GO_ON}]
    assert tuple(each["parts"] for each in requests[1].json["contents"][-2:]) == last


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("CONTINUATION", "length"),
        ("SAFETY", "content_filter"),
        ("RECITATION", "content_filter"),
        ("PROHIBITED_CONTENT", "content_filter"),
        ("OTHER", "error"),
        ("MALFORMED_RESPONSE", "error"),
        ("UNEXPECTED_TOOL_CALL", "error"),
        ("SOMETHING_NEW", "error"),
    ],
)
def test_each_reason_of_the_end_has_its_word(raw: str, reason: str) -> None:
    found = read(stream(chunk(say("Hal")), chunk(finish=raw)))
    assert (text_of(found), end_of(found).reason, end_of(found).raw) == ("Hal", reason, raw)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"promptFeedback": {"blockReason": "SAFETY"}}, "blocked the prompt .SAFETY: it may be"),
        (
            {"promptFeedback": {"blockReason": "X\x1b", "blockReasonMessage": "Not \x07this."}},
            "blocked the prompt .X\ufffd: Not \ufffdthis",
        ),
        ({"usageMetadata": {"promptTokenCount": 1}}, "gave no answer"),
        (chunk(finish="RECITATION"), "stopped the answer .RECITATION: it repeats"),
    ],
)
def test_a_filter_that_leaves_nothing_tells_why(payload: dict[str, object], words: str) -> None:
    with pytest.raises(Filtered, match=words):
        read(stream(payload))


def test_an_answer_without_its_end_is_incomplete_and_no_answer_is_an_error() -> None:
    assert end_of(read(stream(chunk(say("Hal"))))).reason == "incomplete"
    with pytest.raises(ProtocolError, match="empty"):
        read(b"")


def test_a_whole_answer_and_an_array_of_chunks_are_read_too() -> None:
    for body in (
        chunk(say("Hallo"), finish="STOP"),
        [chunk(say("Hal")), chunk(say("lo"), finish="STOP")],
    ):
        found = read(json.dumps(body).encode())
        assert (text_of(found), end_of(found).reason) == ("Hallo", "stop")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refused("API key not valid. Please pass a valid API key."), AuthError),
        (refused("no", 403, "PERMISSION_DENIED"), AuthError),
        (refused("models/m is not found for API version v1beta", 404, "NOT_FOUND"), ModelNotFound),
        (refused("The model is overloaded.", 503, "UNAVAILABLE"), Overloaded),
        (as_json([{"error": {"code": 503, "message": "x", "status": "UNAVAILABLE"}}]), Overloaded),
        (Reply([b"<html><title>Router</title>"]), ProtocolError),
    ],
)
async def test_refusals_have_their_kind(reply: Reply, kind: type[ProviderError]) -> None:
    http, _ = offline_http(reply)
    with pytest.raises(kind):
        await collect(GeminiChatModel(at(), http))


@pytest.mark.parametrize("bad", [{"error": {"code": 503, "status": "UNAVAILABLE"}}, "torn"])
async def test_an_error_inside_the_stream_keeps_the_text(bad: object) -> None:
    tail = b'data: {"cand\n\n' if bad == "torn" else stream(bad)
    http, _ = offline_http(Reply([stream(chunk(say("Hal"))), tail]))
    found: list[GenerationEvent] = []
    with pytest.raises(ProviderError):
        await collect(GeminiChatModel(at(), http), into=found)
    assert text_of(found) == "Hal"


async def test_closing_the_stream_closes_the_socket_at_once() -> None:
    async with FakeServer(Reply(sse(chunk(say("Hal")), done=False), hold=True)) as server:
        http = Http()
        events = GeminiChatModel(at(url=server.url), http).generate(HELLO)
        async with aclosing(events):
            assert isinstance(await anext(events), Started)
        async with asyncio.timeout(1):
            await server.left.wait()
        await http.aclose()


async def test_models_that_generate_are_listed_page_by_page() -> None:
    chats = {"supportedGenerationMethods": ["generateContent", "countTokens"]}
    first = [
        {"name": "models/gemini-x", "displayName": "X", "inputTokenLimit": 9, **chats},
        {"name": "models/embedding-1", "supportedGenerationMethods": ["embedContent"]},
    ]
    second = [{"name": "models/gemma-3-1b-it", **chats}, {"name": "models/gemma-3-27b-it", **chats}]

    def page(request: Recorded) -> Reply:
        if "pageToken=n%2F1" in request.path:
            return as_json({"models": second})
        return as_json({"models": first, "nextPageToken": "n/1"})

    http, requests = offline_http(answer=page)
    assert await models(at(), http) == [
        Model("gemini-x", "yes", 9, "X"),
        Model("gemma-3-1b-it", "no"),
        Model("gemma-3-27b-it", "yes"),
    ]
    assert len(requests) == 2
    assert KEY not in requests[0].path
    http, _ = offline_http(as_json({"hello": 1}))
    with pytest.raises(ProtocolError):
        await models(at(), http)


async def test_vertex_lists_its_publishers_models_or_says_what_to_type() -> None:
    base = "http://127.0.0.1:1/v1/publishers/google"
    listed = [{"name": "publishers/google/models/gemini-x"}, {"name": "x/models/imagen-9"}]
    http, requests = offline_http(as_json({"publisherModels": listed}))
    assert await models(at("m", base, "vertexai"), http) == [Model("gemini-x", "yes")]
    assert requests[0].path.startswith("/v1beta1/publishers/google/models?")
    http, _ = offline_http(refused("API keys are not supported", 401, "UNAUTHENTICATED"))
    with pytest.raises(ProviderError) as told:
        await models(at("m", base, "vertexai"), http)
    assert not isinstance(told.value, (AuthError, NetworkError))
    assert "type the model's id" in told.value.hint


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "candidates",
                    "content",
                    "parts",
                    "text",
                    "thought",
                    "finishReason",
                    "promptFeedback",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(values, max_size=4))
def test_whatever_comes_no_bug_comes_of_it(payloads: list[Any]) -> None:
    try:
        assert end_of(read(stream(*payloads)))
    except ProviderError as told:
        assert clean_line(told.message) == told.message
