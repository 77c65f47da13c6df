from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

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
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json, sse
from tui.adapters.failures import Origin
from tui.adapters.http import Http
from tui.adapters.providers.cohere import CohereChatModel
from tui.adapters.providers.cohere_models import models
from tui.adapters.providers.cohere_stream import ChatReader
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
    Finished,
    GenerationEvent,
    GenerationRequest,
    Sampling,
    Started,
    Turn,
    Usage,
)
from tui.domain.safetext import clean_line

ORIGIN = Origin("kitchen", "Cohere", "127.0.0.1:1")
URL = "data:image/jpeg;base64,/9hub3QgcmVhbGx5"
FULL = replace(
    CHAT,
    sampling=replace(CHAT.sampling, top_k=40, presence_penalty=0.1, frequency_penalty=0.2),
)
USAGE = {
    "billed_units": {"input_tokens": 3.0, "output_tokens": 4.0},
    "tokens": {"input_tokens": 9.0, "output_tokens": 5.0},
    "cached_tokens": 2.0,
}
Payload = dict[str, Any]


def named(*payloads: Payload) -> bytes:
    """Events as the service sends them: with their names beside their types."""
    return b"".join(
        b"event: %s\ndata: %s\n\n"
        % (p["type"].encode(), json.dumps(p, ensure_ascii=False).encode())
        for p in payloads
    )


def nameless(*payloads: Payload) -> bytes:
    """Events whose kind only their data tells."""
    return b"".join(sse(*payloads, done=False))


def typeless(*payloads: Payload) -> bytes:
    """Events whose kind only their name tells."""
    return b"".join(
        b"event: %s\n" % p["type"].encode() + nameless({k: p[k] for k in p if k != "type"})
        for p in payloads
    )


BEGIN: Payload = {
    "id": "c1",
    "type": "message-start",
    "delta": {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": []}},
}


def part(kind: str, text: str, index: int = 0, event: str = "content-delta") -> Payload:
    content: Payload = {kind: text}
    if event == "content-start":
        content["type"] = kind
    return {"type": event, "index": index, "delta": {"message": {"content": content}}}


def say(text: str) -> Payload:
    return part("text", text)


def stop(reason: str | None = "COMPLETE", **more: object) -> Payload:
    return {"type": "message-end", "id": "c1", "delta": {"finish_reason": reason, **more}}


EVENTS: tuple[Payload, ...] = (
    BEGIN,
    part("thinking", "", 0, "content-start"),
    part("thinking", "A plan."),
    {"type": "content-end", "index": 0},
    part("text", "Hal", 1, "content-start"),
    part("text", "lo \u2028\u0085\x1b wörld 🐈", 1),
    {"type": "citation-start", "index": 0, "delta": {"message": {"citations": {"text": "x"}}}},
    {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I look it up."}}},
    {"type": "something-new"},
    {"type": "content-end", "index": 1},
    stop(usage=USAGE),
)
STREAM = b": keep-alive\n\n" + named(*EVENTS) + b"data: [DONE]\n\n"
WHOLE: Payload = {
    "id": "c1",
    "finish_reason": "COMPLETE",
    "message": {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hallo"}],
    },
    "usage": USAGE,
}


def read(*chunks: bytes) -> list[GenerationEvent]:
    pieces, reader = Pieces(ORIGIN), ChatReader(ORIGIN)
    found: list[GenerationEvent] = []
    for chunk in chunks:
        for piece in pieces.feed(chunk):
            found += reader.read(*piece)
    for piece in pieces.close():
        found += reader.read(*piece)
    return joined([*found, *reader.finish()])


def at(model: str = "command-a", url: str = "http://127.0.0.1:1", **changes: Any) -> Endpoint:
    return replace(endpoint("cohere", url), model=model, **changes)


async def sent(request: GenerationRequest, where: Endpoint | None = None) -> Any:
    http, requests = offline_http(as_json(WHOLE))
    await collect(CohereChatModel(where or at(), http), request)
    return requests[0].json


async def answer(*replies: Reply) -> list[GenerationEvent]:
    http, _ = offline_http(*replies)
    return joined(await collect(CohereChatModel(at(), http)))


def refused(message: str, status: int = 400) -> Reply:
    return as_json({"id": "e1", "message": message}, status)


def test_a_stream_cut_at_every_byte_gives_the_same_events() -> None:
    whole = read(STREAM)
    assert whole[0] == Started("c1")
    assert thought_of(whole) == "A plan."
    assert text_of(whole) == "Hallo \ufffd\ufffd\ufffd wörld 🐈"
    assert whole[-1] == Finished("stop", "COMPLETE", Usage(9, 5))
    for cut in range(len(STREAM)):
        assert read(STREAM[:cut], STREAM[cut:]) == whole
    assert read(*(bytes([byte]) for byte in STREAM)) == whole


def test_the_kind_of_an_event_stands_in_its_name_or_in_its_data() -> None:
    whole = read(named(*EVENTS))
    assert read(nameless(*EVENTS)) == whole
    assert read(typeless(*EVENTS)) == whole


async def test_the_request_is_the_one_that_the_makers_library_sends() -> None:
    from cohere import AsyncClientV2

    async with FakeServer(Reply([STREAM])) as server:
        http = Http()
        await collect(CohereChatModel(at(url=server.url), http), FULL)
        await http.aclose()
        picture: Any = {"type": "image_url", "image_url": {"url": URL}}
        messages: Any = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Look"}, picture, picture]},
            {"role": "assistant", "content": "A cat."},
            {"role": "user", "content": "Sure?"},
        ]
        async with AsyncClientV2(api_key=KEY, base_url=server.url) as theirs:
            stream = theirs.chat_stream(
                model="command-a",
                messages=messages,
                temperature=0.7,
                p=0.9,
                k=40,
                seed=3,
                max_tokens=50,
                stop_sequences=["You:"],
                presence_penalty=0.1,
                frequency_penalty=0.2,
            )
            told = [event async for event in stream]
    mine, makers = server.requests
    assert mine.json == makers.json
    assert (mine.method, mine.path) == (makers.method, makers.path)
    assert mine.headers["authorization"] == makers.headers["authorization"]
    assert [event.type for event in told if event.type != "something-new"] == [
        event["type"] for event in EVENTS if event["type"] != "something-new"
    ]
    heard = [e.delta.message.content for e in told if e.type in {"content-start", "content-delta"}]
    assert "".join(each.text or "" for each in heard) == "Hallo \u2028\u0085\x1b wörld 🐈"
    assert "".join(each.thinking or "" for each in heard) == "A plan."
    assert told[-1].delta.finish_reason == "COMPLETE"
    assert told[-1].delta.usage.tokens.input_tokens == 9


async def test_the_makers_library_reads_the_whole_answer_too() -> None:
    from cohere import AsyncClientV2

    async with (
        FakeServer(as_json(WHOLE)) as server,
        AsyncClientV2(api_key=KEY, base_url=server.url) as theirs,
    ):
        told = await theirs.chat(model="m", messages=[{"role": "user", "content": "Hi"}])
    assert [each.type for each in told.message.content or []] == ["thinking", "text"]
    found = await answer(as_json(WHOLE))
    assert (thought_of(found), text_of(found)) == ("Hm.", "Hallo")
    assert found[-1] == Finished("stop", "COMPLETE", Usage(9, 5))


async def test_turns_keep_their_roles_and_their_order_and_empty_ones_are_left_out() -> None:
    turns = (
        Turn("system", "Be brief."),
        Turn("assistant", "Welcome", (PICTURE,)),
        Turn("user", "  "),
        Turn("user", "One"),
        Turn("user", "", (PICTURE,)),
        Turn("system", "Stay in character."),
    )
    body = await sent(GenerationRequest(turns))
    assert body == {
        "model": "command-a",
        "stream": True,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "assistant", "content": "Welcome"},
            {"role": "user", "content": "One"},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": URL}}]},
            {"role": "system", "content": "Stay in character."},
        ],
    }


@pytest.mark.parametrize("turns", [(), (Turn("system", "Be brief."),), (Turn("user", " "),)])
async def test_something_is_always_said_for_the_person(turns: tuple[Turn, ...]) -> None:
    body = await sent(GenerationRequest(turns))
    assert body["messages"][-1] == {"role": "user", "content": OPENING}


async def test_the_model_is_asked_to_continue_its_own_words() -> None:
    turns = (Turn("user", "Tell"), Turn("assistant", "Once upon "))
    body = await sent(GenerationRequest(turns))
    assert body["messages"][-2:] == [
        {"role": "assistant", "content": "Once upon "},
        {"role": "user", "content": GO_ON},
    ]


async def test_sampling_is_brought_into_the_range_that_is_taken() -> None:
    for chosen, told in (
        (
            Sampling(1.4, 1.0, top_k=900, presence_penalty=2, frequency_penalty=-1),
            {"temperature": 1, "p": 0.99, "k": 500, "presence_penalty": 1, "frequency_penalty": 0},
        ),
        (
            Sampling(-0.5, 0.0, seed=-7, top_k=-1),
            {"temperature": 0, "p": 0.01, "seed": -7, "k": 0},
        ),
    ):
        body = await sent(GenerationRequest(HELLO.turns, chosen))
        assert {k: v for k, v in body.items() if k not in {"model", "messages", "stream"}} == told


async def test_what_the_row_does_not_know_is_not_sent_and_the_connection_has_the_last_word() -> (
    None
):
    stops = tuple("abcdefg")
    asked = Sampling(0.5, min_p=0.1, repetition_penalty=1.2, reasoning_effort="low", stop=stops)
    where = at(
        sampling=Sampling(temperature=0.1, max_tokens=7),
        add_body={"safety_mode": "OFF", "thinking": {"type": "disabled"}},
        drop_body=("stop_sequences",),
    )
    body = await sent(GenerationRequest(HELLO.turns, asked), where)
    del body["messages"]
    assert body == {
        "model": "command-a",
        "stream": True,
        "temperature": 0.1,
        "max_tokens": 7,
        "safety_mode": "OFF",
        "thinking": {"type": "disabled"},
    }
    body = await sent(GenerationRequest(HELLO.turns, asked))
    assert body["stop_sequences"] == list("abcde")


async def test_a_caption_leaves_room_for_thoughts_unless_the_person_set_the_limit() -> None:
    request = GenerationRequest(HELLO.turns, Sampling(max_tokens=500), captions=True)
    for model, limit in (("command-a-plus-05-2026", 4596), ("command-a-vision-07-2025", 500)):
        assert (await sent(request, at(model)))["max_tokens"] == limit
    mine = at("command-a-plus-05-2026", sampling=Sampling(max_tokens=300))
    assert (await sent(request, mine))["max_tokens"] == 300
    chat = replace(request, captions=False)
    assert (await sent(chat, at("command-a-plus-05-2026")))["max_tokens"] == 500


async def test_the_row_may_add_to_requests_for_captions() -> None:
    row = replace(at().provider, caption_body=(("priority", 1),), extra_body=(("logprobs", False),))
    where = at(provider=row)
    captions = await sent(replace(HELLO, captions=True), where)
    assert (captions["priority"], captions["logprobs"]) == (1, False)
    chat = await sent(HELLO, where)
    assert "priority" not in chat
    assert chat["logprobs"] is False


@pytest.mark.parametrize(
    ("message", "status", "gone"),
    [
        (
            "invalid request: cannot specify both frequency_penalty and presence_penalty.",
            400,
            {"presence_penalty"},
        ),
        ("unknown field: parameter 'k' is not a valid field. For proper usage, see", 422, {"k"}),
        ("unknown field: parameter p is not a valid field. For proper usage, see", 422, {"p"}),
        ("invalid request: p must be between 0.01 and 0.99 inclusive", 400, {"p"}),
        ("safety_mode is not supported with this model", 400, {"safety_mode"}),
        ("unknown field: parameter 'thinking' is not a valid field.", 422, {"thinking"}),
    ],
)
async def test_a_refused_field_is_left_out_once(message: str, status: int, gone: set[str]) -> None:
    where = at(
        sampling=Sampling(0.5, 0.9, top_k=4, presence_penalty=0.1, frequency_penalty=0.1),
        add_body={"safety_mode": "OFF", "thinking": {"type": "disabled"}},
    )
    http, requests = offline_http(refused(message, status), Reply([STREAM]))
    found = await collect(CohereChatModel(where, http))
    before, after = (request.json for request in requests)
    assert before.keys() - after.keys() == gone
    assert {key: before[key] for key in after} == after
    assert notes_of(found) == [f"Cohere does not take {gone.pop()}: asking again without it"]
    assert text_of(found).startswith("Hallo")
    http, requests = offline_http(refused(message, status))
    with pytest.raises(BadRequest):
        await collect(CohereChatModel(where, http))
    assert 2 <= len(requests) <= 3


async def test_a_field_may_be_named_beside_the_words_of_a_refusal() -> None:
    body = {"error": {"message": "not allowed here", "param": "seed"}}
    http, requests = offline_http(as_json(body, 400), Reply([STREAM]))
    await collect(CohereChatModel(at(), http), CHAT)
    assert requests[0].json.keys() - requests[1].json.keys() == {"seed"}


@pytest.mark.parametrize(
    "message",
    [
        "unknown field: parameter model is not a valid field",
        "invalid request: all elements in messages must have content",
        "keep the p and k of your prompt out of it",
    ],
)
async def test_what_cannot_go_is_not_tried_without(message: str) -> None:
    where = at(sampling=Sampling(0.5, 0.9, top_k=4))
    http, requests = offline_http(refused(message))
    with pytest.raises(BadRequest, match=message):
        await collect(CohereChatModel(where, http))
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("COMPLETE", "stop"),
        ("complete", "stop"),
        ("STOP_SEQUENCE", "stop"),
        ("MAX_TOKENS", "length"),
        ("ERROR_LIMIT", "length"),
        ("ERROR_TOXIC", "content_filter"),
        ("USER_CANCEL", "cancelled"),
        ("TOOL_CALL", "error"),
        ("SOMETHING_NEW", "stop"),
    ],
)
def test_each_reason_of_the_end_has_its_word(raw: str, reason: str) -> None:
    found = read(named(BEGIN, say("Hal"), stop(raw)))
    assert (text_of(found), end_of(found).reason, end_of(found).raw) == ("Hal", reason, raw)


@pytest.mark.parametrize(
    ("end", "kind", "words"),
    [
        (stop("ERROR"), Overloaded, "stopped with “ERROR”"),
        (stop("TIMEOUT"), Overloaded, "stopped with “TIMEOUT”"),
        (stop("ERROR", error="GPU \x1b[2J on fire."), Overloaded, "GPU .\\[2J on fire"),
        (stop("ERROR", error="prompt is too long"), ContextTooLong, "prompt is too long"),
        (stop(None, error="it broke"), Overloaded, "it broke"),
        (stop("ERROR_NEW"), Overloaded, "stopped with “ERROR_NEW”"),
    ],
)
async def test_an_end_that_is_an_error_keeps_the_text(
    end: Payload, kind: type[ProviderError], words: str
) -> None:
    http, _ = offline_http(Reply([named(BEGIN, say("Hal"), end)]))
    found: list[GenerationEvent] = []
    with pytest.raises(kind, match=words):
        await collect(CohereChatModel(at(), http), into=found)
    assert text_of(found) == "Hal"
    assert not any(isinstance(event, Finished) for event in found)


def test_a_filter_that_leaves_nothing_tells_why() -> None:
    with pytest.raises(Filtered, match=r"stopped the answer \(ERROR_TOXIC: it is harmful\)$"):
        read(named(BEGIN, stop("ERROR_TOXIC", error="it is harmful.")))


def test_an_answer_without_its_end_is_incomplete_and_no_answer_is_an_error() -> None:
    assert end_of(read(named(BEGIN, say("Hal")))).reason == "incomplete"
    assert end_of(read(named(BEGIN, say("Hal"), {"type": "content-end"}))).reason == "incomplete"
    assert end_of(read(named(BEGIN, say("Hal"), stop(None)))).reason == "stop"
    assert end_of(read(named(BEGIN, say("Hal"), stop()).rstrip(b"\n"))).reason == "stop"
    for nothing in (b"", b": keep-alive\n\n", b"data: {}\n\n", b"{}"):
        with pytest.raises(ProtocolError, match="empty"):
            read(nothing)


def test_an_answer_may_begin_with_any_event() -> None:
    found = read(named(say("Hi"), BEGIN, stop()))
    assert found[0] == Started()
    assert sum(isinstance(event, Started) for event in found) == 1
    assert text_of(found) == "Hi"


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        (USAGE, Usage(9, 5)),
        ({"billed_units": {"input_tokens": 3, "output_tokens": 4}}, Usage(3, 4)),
        ({"tokens": {"output_tokens": 4}, "billed_units": {"input_tokens": 3}}, Usage(3, 4)),
        ({"tokens": {"input_tokens": 0, "output_tokens": "x"}}, Usage(0, None)),
        ({"tokens": None}, None),
        (None, None),
    ],
)
def test_tokens_are_counted_or_else_what_is_billed(usage: object, told: Usage | None) -> None:
    assert end_of(read(named(BEGIN, stop(usage=usage)))).usage == told


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refused("invalid request: message must be at least 1 token long"), BadRequest),
        (refused("too many tokens: size limit exceeded by 9 tokens"), ContextTooLong),
        (refused("invalid api token", 401), AuthError),
        (refused("Please add or update your payment method", 402), QuotaError),
        (refused("you may not", 403), AuthError),
        (
            refused("model 'command-a' not found, make sure you have access to it", 404),
            ModelNotFound,
        ),
        (refused("model 'command' was removed on September 15, 2025", 404), ModelNotFound),
        (refused("no such page", 404), ProtocolError),
        (refused("unknown field: parameter x is not a valid field", 422), BadRequest),
        (refused("You are using a Trial key, which is limited to 20 calls", 429), RateLimited),
        (refused("the request was blocked", 498), Filtered),
        (refused("request cancelled", 499), Overloaded),
        (refused("internal server error", 500), Overloaded),
        (refused("service unavailable", 503), Overloaded),
        (refused("it broke", 200), Overloaded),
        (as_json({"detail": "Not Found"}), Overloaded),
        (Reply([b"event: error\n", nameless({"message": "it broke"})]), Overloaded),
        (Reply([b"<html><title>Router</title>"]), ProtocolError),
        (Reply([b"<html><title>Router</title>"], 404), ProtocolError),
        (Reply([b""]), ProtocolError),
    ],
)
async def test_refusals_have_their_kind(reply: Reply, kind: type[ProviderError]) -> None:
    with pytest.raises(kind) as told:
        await answer(reply)
    assert told.value.hint
    assert KEY not in told.value.line()


async def test_a_refused_picture_is_told_as_such() -> None:
    http, _ = offline_http(refused("image inputs are not supported by command-r"))
    with pytest.raises(ImageRejected) as told:
        await collect(CohereChatModel(at(), http), CHAT)
    assert "send captions only" in told.value.hint


@pytest.mark.parametrize(
    "bad",
    [
        nameless({"message": "it broke"}),
        nameless({"error": {"message": "it broke"}}),
        nameless({"type": "error", "message": "it broke"}),
        b"event: error\ndata: gone\n\n",
        b'event: content-delta\ndata: {"del\n\n',
    ],
)
async def test_an_error_inside_the_stream_keeps_the_text(bad: bytes) -> None:
    http, _ = offline_http(Reply([named(BEGIN, say("Hal")), bad]))
    found: list[GenerationEvent] = []
    with pytest.raises(ProviderError):
        await collect(CohereChatModel(at(), http), into=found)
    assert text_of(found) == "Hal"


async def test_a_picture_of_a_foreign_type_is_not_sent() -> None:
    with pytest.raises(ImageRejected):
        await sent(GenerationRequest((Turn("user", "x", (replace(PICTURE, mime="image/tiff"),)),)))


async def test_closing_the_stream_closes_the_socket_at_once() -> None:
    async with FakeServer(Reply([named(BEGIN)], hold=True)) as server:
        http = Http()
        stream = CohereChatModel(at(url=server.url), http).generate(HELLO)
        async with aclosing(stream):
            assert isinstance(await anext(stream), Started)
        async with asyncio.timeout(1):
            await server.left.wait()
        await http.aclose()


async def test_the_last_event_is_the_end_whatever_the_connection_does() -> None:
    async with FakeServer(Reply([named(*EVENTS)], hold=True)) as server:
        http = Http()
        async with asyncio.timeout(1):
            found = await collect(CohereChatModel(at(url=server.url), http))
            await server.left.wait()
        await http.aclose()
    assert end_of(found).reason == "stop"


LIST = [
    {
        "name": "command-a-vision-07-2025",
        "endpoints": ["chat"],
        "context_length": 128000.0,
        "features": ["vision", "json_mode"],
    },
    {"name": "command-a-03-2025", "endpoints": ["generate", "chat"], "features": ["tools"]},
    {"name": "command-r", "is_deprecated": True, "endpoints": ["chat"], "features": None},
    {"name": "c4ai-aya-vision-32b", "endpoints": ["chat"], "features": []},
]


async def test_models_that_chat_are_listed_page_by_page() -> None:
    rest: list[object] = [
        {"name": "embed-v4.0", "endpoints": ["chat"], "features": ["vision"]},
        {"name": "classifier", "endpoints": ["classify"]},
        {"name": "command-a-03-2025", "endpoints": ["chat"], "features": ["vision"]},
        {"name": "private-vision", "context_length": 0, "features": ["tools"]},
        {"name": 7},
        "oops",
    ]

    def page(request: Recorded) -> Reply:
        token = parse_qs(urlsplit(request.path).query).get("page_token")
        if token is None:
            return as_json({"models": LIST, "next_page_token": "n/1&x"})
        assert token == ["n/1&x"]
        return as_json({"models": rest, "next_page_token": ""})

    http, requests = offline_http(answer=page)
    assert await models(at(), http) == [
        Model("command-a-vision-07-2025", "yes", 128000),
        Model("command-a-03-2025", "no"),
        Model("command-r", "unknown"),
        Model("c4ai-aya-vision-32b", "yes"),
        Model("private-vision", "no"),
    ]
    assert len(requests) == 2
    assert all(request.headers["authorization"] == f"Bearer {KEY}" for request in requests)
    assert not any(KEY in request.path for request in requests)


async def test_a_list_that_never_ends_is_left_and_no_list_is_an_error() -> None:
    http, requests = offline_http(as_json({"models": LIST[:1], "next_page_token": "again"}))
    assert [model.id for model in await models(at(), http)] == ["command-a-vision-07-2025"]
    assert len(requests) == 2
    http, _ = offline_http(as_json({"hello": 1}))
    with pytest.raises(ProtocolError):
        await models(at(), http)
    http, _ = offline_http(refused("invalid api token", 401))
    with pytest.raises(AuthError):
        await models(at(), http)


async def test_the_makers_library_asks_for_the_same_list_and_reads_it() -> None:
    from cohere import AsyncClientV2

    async with FakeServer(as_json({"models": LIST, "next_page_token": None})) as server:
        http = Http()
        found = await models(at(url=server.url), http)
        await http.aclose()
        async with AsyncClientV2(api_key=KEY, base_url=server.url) as theirs:
            told = await theirs.models.list(endpoint="chat", page_size=1000)
    mine, makers = (urlsplit(request.path) for request in server.requests)
    assert (mine.path, parse_qs(mine.query)) == (makers.path, parse_qs(makers.query))
    assert [model.id for model in found] == [model.name for model in told.models]
    assert [model.context for model in found] == [model.context_length for model in told.models]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "delta", "message", "content", "text", "finish_reason", "usage", "tokens"]
            ),
            inner
            | st.sampled_from(["message-start", "content-delta", "message-end", "MAX_TOKENS"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(values, max_size=4))
def test_whatever_comes_no_bug_comes_of_it(payloads: list[Any]) -> None:
    stream = b"".join(b"data: " + json.dumps(v).encode() + b"\n\n" for v in payloads)
    try:
        assert end_of(read(stream))
    except ProviderError as told:
        assert clean_line(told.message) == told.message
