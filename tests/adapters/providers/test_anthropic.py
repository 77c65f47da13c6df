from __future__ import annotations

import asyncio
import json
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
    PICTURE,
    collect,
    end_of,
    endpoint,
    joined,
    notes_of,
    offline_http,
    text_of,
    thought_of,
)
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json
from tui.adapters.failures import Origin
from tui.adapters.http import Http
from tui.adapters.providers.anthropic import AnthropicChatModel
from tui.adapters.providers.anthropic_models import models
from tui.adapters.providers.anthropic_request import LONGEST, version_of
from tui.adapters.providers.anthropic_stream import MessageReader
from tui.adapters.providers.exchange import Pieces
from tui.adapters.providers.turns import GO_ON, OPENING
from tui.domain.connection import Endpoint, Model
from tui.domain.errors import (
    AuthError,
    BadRequest,
    ContextTooLong,
    Filtered,
    ImageRejected,
    ModelNotFound,
    Overloaded,
    ProtocolError,
    ProviderError,
    QuotaError,
    RateLimited,
)
from tui.domain.generation import (
    GenerationEvent,
    GenerationRequest,
    Sampling,
    Started,
    Turn,
    Usage,
)
from tui.domain.safetext import clean_line
from tui.domain.secret import Secret

ORIGIN = Origin("kitchen", "Anthropic", "127.0.0.1:1")


def events(*payloads: Any) -> bytes:
    return b"".join(
        b"event: %s\ndata: %s\n\n"
        % (p["type"].encode(), json.dumps(p, ensure_ascii=False).encode())
        for p in payloads
    )


def begin(**usage: object) -> dict[str, object]:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x"}
    return {"type": "message_start", "message": {**message, "content": [], "usage": usage}}


def block(kind: str, **more: object) -> dict[str, object]:
    return {"type": "content_block_start", "index": 0, "content_block": {"type": kind, **more}}


def more(kind: str, **fields: object) -> dict[str, object]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": kind, **fields}}


def stop(reason: str | None, output: int = 4, **fields: object) -> dict[str, object]:
    delta = {"stop_reason": reason, "stop_sequence": None, **fields}
    return {"type": "message_delta", "delta": delta, "usage": {"output_tokens": output}}


END = {"type": "message_stop"}
STREAM = events(
    begin(input_tokens=9, cache_read_input_tokens=2, output_tokens=1),
    {"type": "ping"},
    block("thinking", thinking="", signature=""),
    more("thinking_delta", thinking="A plan."),
    more("signature_delta", signature="c2ln"),
    {"type": "content_block_stop", "index": 0},
    block("redacted_thinking", data="hidden"),
    block("text", text=""),
    more("text_delta", text="Hal"),
    more("input_json_delta", partial_json="{}"),
    more("text_delta", text="lo \u2028\u0085\x1b wörld 🐈"),
    {"type": "content_block_stop", "index": 1},
    {"type": "something_new"},
    stop("end_turn", 7),
    END,
)
WHOLE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-x",
    "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hallo"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 2},
}


def read(*chunks: bytes) -> list[GenerationEvent]:
    pieces, reader = Pieces(ORIGIN), MessageReader(ORIGIN)
    found: list[GenerationEvent] = []
    for chunk in chunks:
        for piece in pieces.feed(chunk):
            found += reader.read(*piece)
    for piece in pieces.close():
        found += reader.read(*piece)
    return joined([*found, *reader.finish()])


def at(model: str = "claude-3-opus", url: str = "http://127.0.0.1:1", **changes: Any) -> Endpoint:
    return replace(endpoint("anthropic", url), model=model, **changes)


async def sent(request: GenerationRequest, where: Endpoint | None = None) -> Any:
    http, requests = offline_http(as_json(WHOLE))
    await collect(AnthropicChatModel(where or at(), http), request)
    return requests[0].json


async def answer(*replies: Reply) -> list[GenerationEvent]:
    http, _ = offline_http(*replies)
    return joined(await collect(AnthropicChatModel(at(), http)))


def error(kind: str, message: str, status: int) -> Reply:
    return as_json({"type": "error", "error": {"type": kind, "message": message}}, status)


def test_a_stream_cut_at_every_byte_gives_the_same_events() -> None:
    whole = read(STREAM)
    assert whole[0] == Started("msg_1", "claude-x")
    assert thought_of(whole) == "A plan."
    assert text_of(whole) == "Hallo \ufffd\ufffd\ufffd wörld 🐈"
    assert (end_of(whole).reason, end_of(whole).usage) == ("stop", Usage(11, 7))
    for cut in range(len(STREAM)):
        assert read(STREAM[:cut], STREAM[cut:]) == whole
    assert read(*(bytes([byte]) for byte in STREAM)) == whole


async def test_the_request_is_the_one_that_the_makers_library_sends() -> None:
    from anthropic import AsyncAnthropic

    version = {"anthropic-version": "2023-06-01"}
    async with FakeServer(Reply([STREAM])) as server:
        http = Http()
        where = at("claude-3-opus", f"{server.url}/v1")
        await collect(AnthropicChatModel(where, http), CHAT)
        await http.aclose()
        data = "/9hub3QgcmVhbGx5"
        source = {"type": "base64", "media_type": "image/jpeg", "data": data}
        part: Any = {"type": "image", "source": source}
        options = {"temperature": 0.7, "top_p": 0.9}
        async with AsyncAnthropic(
            api_key=KEY, base_url=server.url, default_headers=version
        ) as theirs:
            stream = await theirs.messages.create(
                model="claude-3-opus",
                max_tokens=50,
                system="Be brief.",
                messages=[
                    {"role": "user", "content": [part, part, {"type": "text", "text": "Look"}]},
                    {"role": "assistant", "content": "A cat."},
                    {"role": "user", "content": "Sure?"},
                ],
                stop_sequences=["You:"],
                stream=True,
                extra_body=options,
            )
            told = [event.type async for event in stream]
    mine, makers = server.requests
    assert mine.json == makers.json
    assert (mine.method, mine.path) == (makers.method, makers.path)
    assert mine.headers["x-api-key"] == KEY
    assert mine.headers["anthropic-version"] == makers.headers["anthropic-version"]
    assert told[-1] == "message_stop"


async def test_a_chat_that_begins_with_a_greeting_gets_an_opening_and_neighbours_are_merged() -> (
    None
):
    turns = (
        Turn("assistant", "Welcome", (PICTURE,)),
        Turn("user", "  "),
        Turn("user", "One"),
        Turn("user", "Two"),
        Turn("system", "Stay in character."),
        Turn("assistant", "And  \n"),
    )
    body = await sent(GenerationRequest(turns))
    texts = [{"type": "text", "text": t} for t in ("One", "Two", "Stay in character.")]
    assert body["messages"] == [
        {"role": "user", "content": OPENING},
        {"role": "assistant", "content": "Welcome"},
        {"role": "user", "content": texts},
        {"role": "assistant", "content": "And"},
    ]
    assert "system" not in body
    assert body["max_tokens"] == LONGEST


@pytest.mark.parametrize(
    ("model", "version"),
    [
        ("claude-3-7-sonnet-20250219", (3, 7)),
        ("claude-sonnet-4-20250514", (4, 0)),
        ("anthropic/claude-sonnet-4.5", (4, 5)),
        ("claude-opus-4-1-20250805", (4, 1)),
        ("claude-instant-1.2", (1, 2)),
        ("claude-fable-5", (5, 0)),
        ("smollm2", None),
    ],
)
def test_a_name_tells_the_generation(model: str, version: tuple[int, int] | None) -> None:
    assert version_of(model) == version


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        ("claude-3-opus", {"temperature": 1.0, "top_p": 0.9, "top_k": 40}),
        ("claude-sonnet-4-5", {"temperature": 1.0, "top_k": 40}),
        ("claude-opus-4-7", {}),
    ],
)
async def test_sampling_that_a_model_is_known_to_refuse_is_not_sent(
    model: str, kept: dict[str, object]
) -> None:
    request = GenerationRequest(HELLO.turns, Sampling(1.4, 0.9, top_k=40))
    body = await sent(request, at(model))
    assert {k: v for k, v in body.items() if k in {"temperature", "top_p", "top_k"}} == kept


async def test_the_new_version_of_the_protocol_gets_no_sampling() -> None:
    headers = (("Anthropic-Version", Secret("2026-10-21")),)
    request = GenerationRequest(HELLO.turns, Sampling(0.7, 0.9, top_k=4, stop=("a", " ")))
    body = await sent(request, at(headers=headers))
    assert not body.keys() & {"temperature", "top_p", "top_k"}
    assert body["stop_sequences"] == ["a"]


@pytest.mark.parametrize(
    ("model", "effort", "told", "limit"),
    [
        ("claude-3-opus", "high", {}, 50),
        (
            "claude-sonnet-4-5",
            "low",
            {"thinking": {"type": "enabled", "budget_tokens": 2048}},
            2098,
        ),
        ("claude-sonnet-5", "none", {"thinking": {"type": "disabled"}}, 50),
        (
            "claude-sonnet-5",
            "max",
            {
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "max"},
            },
            50,
        ),
    ],
)
async def test_effort_is_told_in_the_words_of_the_generation(
    model: str, effort: str, told: dict[str, object], limit: int
) -> None:
    request = GenerationRequest(HELLO.turns, Sampling(0.5, max_tokens=50, reasoning_effort=effort))
    body = await sent(request, at(model))
    assert {k: v for k, v in body.items() if k in {"thinking", "output_config"}} == told
    assert body["max_tokens"] == limit
    assert ("temperature" in body) == (model == "claude-3-opus")


async def test_a_caption_leaves_room_for_thoughts_unless_the_person_set_the_limit() -> None:
    request = GenerationRequest(HELLO.turns, Sampling(max_tokens=500), captions=True)
    assert (await sent(request, at("claude-sonnet-5")))["max_tokens"] == 4596
    assert (await sent(request, at("claude-3-opus")))["max_tokens"] == 500
    mine = at("claude-sonnet-5", sampling=Sampling(max_tokens=300))
    assert (await sent(request, mine))["max_tokens"] == 300


@pytest.mark.parametrize(
    ("message", "gone"),
    [
        ("`temperature` and `top_p` cannot both be specified for this model.", "top_p"),
        ("temperature: Extra inputs are not permitted", "temperature"),
        ("This model does not support the effort parameter.", "output_config"),
        ('"thinking.type.enabled" is not supported. Use "output_config.effort"', "output_config"),
    ],
)
async def test_a_refused_field_is_left_out_once(message: str, gone: str) -> None:
    http, requests = offline_http(error("invalid_request_error", message, 400), Reply([STREAM]))
    where = at(add_body={"temperature": 0.5, "top_p": 0.5, "output_config": {"effort": "low"}})
    found = await collect(AnthropicChatModel(where, http))
    assert requests[0].json.keys() - requests[1].json.keys() == {gone}
    assert any(gone in note for note in notes_of(found))
    http, requests = offline_http(error("invalid_request_error", message, 400))
    with pytest.raises(BadRequest):
        await collect(AnthropicChatModel(where, http))
    assert 2 <= len(requests) <= 5


async def test_the_system_text_never_goes_silently() -> None:
    http, requests = offline_http(error("invalid_request_error", "invalid system: empty", 400))
    turns = (Turn("system", "Be brief."), Turn("user", "Hello"))
    with pytest.raises(BadRequest):
        await collect(AnthropicChatModel(at(), http), GenerationRequest(turns))
    assert len(requests) == 1


async def test_a_model_that_does_not_continue_its_own_words_is_asked_to() -> None:
    words = "This model does not support assistant message prefill. The conversation must end"
    http, requests = offline_http(error("invalid_request_error", words, 400), Reply([STREAM]))
    request = GenerationRequest((Turn("user", "Tell"), Turn("assistant", "Once ")))
    await collect(AnthropicChatModel(at(), http), request)
    assert requests[1].json["messages"][-2:] == [
        {"role": "assistant", "content": "Once"},
        {"role": "user", "content": GO_ON},
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "refusal"),
    ],
)
def test_each_reason_of_the_end_has_its_word(raw: str, reason: str) -> None:
    found = read(events(begin(), block("text", text="Hal"), stop(raw), END))
    assert (end_of(found).reason, end_of(found).raw) == (reason, raw)


def test_a_refusal_tells_its_explanation() -> None:
    details = {"type": "refusal", "category": "bio", "explanation": "Too \x1b[2Jdangerous."}
    with pytest.raises(Filtered, match=r"Too .\[2Jdangerous"):
        read(events(begin(), stop("refusal", stop_details=details), END))


def test_no_room_for_a_first_word_is_told_as_such() -> None:
    with pytest.raises(ContextTooLong):
        read(events(begin(), stop("model_context_window_exceeded"), END))


def test_an_answer_without_its_end_is_incomplete_and_the_reason_alone_is_enough() -> None:
    assert end_of(read(events(begin(), block("text", text="Hal")))).reason == "incomplete"
    assert end_of(read(events(begin(), block("text", text="Hal"), stop("end_turn")))).reason == (
        "stop"
    )
    assert end_of(read(events(begin(), block("text", text="a"), END))).reason == "stop"


def test_a_block_may_come_before_the_message() -> None:
    found = read(events(block("text", text="H"), more("text_delta", text="i"), begin(), END))
    assert found[0] == Started()
    assert sum(isinstance(event, Started) for event in found) == 1
    assert text_of(found) == "Hi"


async def test_a_ping_at_any_time_neither_shows_nor_ends_anything() -> None:
    ping, hal, lo = {"type": "ping"}, block("text", text="Hal"), more("text_delta", text="lo")
    pieces = [events(each) for each in (ping, begin(), ping, hal, ping, lo, stop("end_turn"), END)]
    assert await answer(Reply(pieces)) == read(events(begin(), hal, lo, stop("end_turn"), END))
    assert end_of(await answer(Reply(pieces[:6]))).reason == "incomplete"


async def test_a_whole_answer_to_a_stream_request_is_read_too() -> None:
    found = await answer(as_json(WHOLE))
    assert (thought_of(found), text_of(found)) == ("Hm.", "Hallo")
    assert end_of(found).usage == Usage(3, 2)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error("invalid_request_error", "messages: bad", 400), BadRequest),
        (error("authentication_error", "invalid x-api-key", 401), AuthError),
        (error("billing_error", "no credit", 402), QuotaError),
        (error("permission_error", "not yours", 403), AuthError),
        (error("not_found_error", "model: claude-0", 404), ModelNotFound),
        (error("rate_limit_error", "slow down", 429), RateLimited),
        (error("api_error", "oops", 500), Overloaded),
        (error("overloaded_error", "Overloaded", 529), Overloaded),
        (error("overloaded_error", "Overloaded", 200), Overloaded),
        (error("invalid_request_error", "prompt is too long: 9 tokens", 400), ContextTooLong),
        (Reply([b"<html><title>Router</title>"]), ProtocolError),
        (Reply([b""]), ProtocolError),
    ],
)
async def test_refusals_have_their_kind(reply: Reply, kind: type[ProviderError]) -> None:
    with pytest.raises(kind):
        await answer(reply)


@pytest.mark.parametrize(
    "bad",
    [
        events({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        b"event: error\ndata: gone\n\n",
        b'data: {"ty\n\n',
    ],
)
async def test_an_error_inside_the_stream_keeps_the_text(bad: bytes) -> None:
    http, _ = offline_http(Reply([events(begin(), block("text", text="Hal")), bad]))
    found: list[GenerationEvent] = []
    with pytest.raises(ProviderError):
        await collect(AnthropicChatModel(at(), http), into=found)
    assert text_of(found) == "Hal"


async def test_a_picture_of_a_foreign_type_is_not_sent() -> None:
    with pytest.raises(ImageRejected):
        await sent(GenerationRequest((Turn("user", "x", (replace(PICTURE, mime="image/tiff"),)),)))


async def test_closing_the_stream_closes_the_socket_at_once() -> None:
    async with FakeServer(Reply([events(begin())], hold=True)) as server:
        http = Http()
        stream = AnthropicChatModel(at(url=server.url), http).generate(HELLO)
        async with aclosing(stream):
            assert isinstance(await anext(stream), Started)
        async with asyncio.timeout(1):
            await server.left.wait()
        await http.aclose()


async def test_models_are_listed_page_by_page_without_the_retired() -> None:
    seeing = {"image_input": {"supported": True}}
    blind = {"image_input": {"supported": False}}
    first = [
        {"id": "claude-a-5", "display_name": "A", "max_input_tokens": 9, "capabilities": seeing},
        {"id": "claude-b-5", "capabilities": blind, "lifecycle": "deprecated"},
    ]
    second = [{"id": "claude-3-opus"}, {"id": "claude-2.1"}, {"id": "x", "lifecycle": "retired"}]

    def page(request: Recorded) -> Reply:
        later = "after_id=claude-b-5" in request.path
        data = second if later else first
        return as_json({"data": data, "has_more": not later, "last_id": "claude-b-5"})

    http, requests = offline_http(answer=page)
    assert await models(at(), http) == [
        Model("claude-a-5", "yes", 9, "A"),
        Model("claude-b-5", "no"),
        Model("claude-3-opus", "yes"),
        Model("claude-2.1", "no"),
    ]
    assert len(requests) == 2
    http, _ = offline_http(as_json({"hello": 1}))
    with pytest.raises(ProtocolError):
        await models(at(), http)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "delta", "content_block", "message", "usage", "content", "text"]
            ),
            inner
            | st.sampled_from(["text_delta", "message_start", "content_block_delta", "message"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=4))
def test_whatever_comes_no_bug_comes_of_it(values: list[Any]) -> None:
    stream = b"".join(b"data: " + json.dumps(v).encode() + b"\n\n" for v in values)
    try:
        assert end_of(read(stream))
    except ProviderError as told:
        assert clean_line(told.message) == told.message
