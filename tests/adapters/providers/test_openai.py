from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from tests.adapters.providers.support import (
    HELLO,
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
from tests.fakes.servers import FakeServer, Reply, as_json, as_sse, delta, sse
from tui.adapters.failures import Origin
from tui.adapters.http import Http
from tui.adapters.providers import exchange
from tui.adapters.providers.openai import OpenAIChatModel
from tui.adapters.providers.openai_answer import AnswerReader
from tui.domain.errors import (
    AuthError,
    BadRequest,
    ContextTooLong,
    ImageRejected,
    NetworkError,
    Overloaded,
    ProtocolError,
    ProviderError,
    RateLimited,
)
from tui.domain.generation import (
    GenerationEvent,
    GenerationRequest,
    Progress,
    Sampling,
    Started,
    TextDelta,
    Turn,
    Usage,
)

ORIGIN = Origin("kitchen", "llama.cpp", "127.0.0.1:1")
MESSAGE = {"role": "assistant", "content": "a"}
USAGE = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
STREAM = b"".join(
    [
        b": OPENROUTER PROCESSING\n\n",
        *sse(
            delta(role="assistant", content=None),
            {"choices": [], "prompt_progress": {"total": 8, "processed": 4}},
            delta("<th"),
            done=False,
        ),
        b": keep-alive\n\n\n\r\n: ping - 2026-01-01\r\n\r\n",
        *sse(
            delta("ink>A plan"),
            "no object",
            delta(".</thi"),
            delta("nk>\n\nHal"),
            {"choices": [{"index": 1, "delta": {"content": "other"}}]},
            delta("lo \u2028\u0085 wörld 🐈 <think>"),
            {"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
            {"choices": [], "usage": USAGE},
        ),
    ]
)


def read(*chunks: bytes) -> list[GenerationEvent]:
    reader = AnswerReader(ORIGIN)
    events = [event for chunk in chunks for event in reader.feed(chunk)]
    return joined([*events, *reader.close()])


async def answer(*replies: Reply, provider: str = "custom") -> list[GenerationEvent]:
    http, _ = offline_http(*replies)
    return await collect(OpenAIChatModel(endpoint(provider), http))


def test_a_stream_cut_at_every_byte_gives_the_same_events() -> None:
    whole = read(STREAM)
    assert whole[0] == Started("c1", "m")
    assert Progress("reading the prompt", 4, 8, "tokens") in whole
    assert thought_of(whole) == "A plan."
    assert text_of(whole) == "Hallo \ufffd\ufffd wörld 🐈 <think>"
    assert end_of(whole).usage == Usage(9, 4)
    for cut in range(len(STREAM)):
        assert read(STREAM[:cut], STREAM[cut:]) == whole
    assert read(*(bytes([byte]) for byte in STREAM)) == whole


async def test_text_without_pictures_is_sent_as_a_plain_string_and_unset_options_not_at_all() -> (
    None
):
    http, requests = offline_http(as_sse(delta("x", "stop")))
    await collect(OpenAIChatModel(endpoint("mistral", key=""), http))
    assert requests[0].json == {
        "model": "m",
        "stream": True,
        "messages": [{"role": "user", "content": "Hello"}],
    }
    assert "authorization" not in requests[0].headers


async def test_pictures_go_only_into_the_persons_messages() -> None:
    http, requests = offline_http(as_sse(delta("x", "stop")))
    request = GenerationRequest(
        (Turn("assistant", "Here", (PICTURE,)), Turn("user", "", (PICTURE,)))
    )
    await collect(OpenAIChatModel(endpoint("custom"), http), request)
    first, second = requests[0].json["messages"]
    assert first["content"] == "Here"
    assert [part["type"] for part in second["content"]] == ["image_url"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("stop", "stop"),
        ("eos", "stop"),
        ("length", "length"),
        ("model_length", "length"),
        ("content_filter", "content_filter"),
        ("sensitive", "content_filter"),
        ("SAFETY", "content_filter"),
        ("MAX_TOKENS", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_calls", "stop"),
    ],
)
async def test_the_reason_of_the_end_is_told_and_done_is_optional(raw: str, reason: str) -> None:
    events = await answer(Reply(sse(delta("x"), delta(finish=raw), done=False)))
    assert (end_of(events).reason, end_of(events).raw) == (reason, raw)


async def test_null_as_a_word_is_no_reason() -> None:
    events = await answer(as_sse(delta("a", "null"), delta("b", "null"), delta(finish="stop")))
    assert text_of(events) == "ab"
    assert end_of(events).raw == "stop"
    events = await answer(Reply(sse(delta("a", "null"), done=False)))
    assert (end_of(events).reason, end_of(events).raw) == ("incomplete", "")
    events = await answer(as_json({"choices": [{"message": MESSAGE, "finish_reason": "null"}]}))
    assert (end_of(events).reason, end_of(events).raw) == ("stop", "")


async def test_done_without_blank_line_or_reason_still_ends_the_answer() -> None:
    events = await answer(Reply([*sse(delta("x"), done=False), b"data: [DONE]"]))
    assert end_of(events).reason == "stop"


async def test_a_stream_that_just_ends_is_incomplete() -> None:
    events = await answer(Reply(sse(delta("Hal"), done=False)))
    assert text_of(events) == "Hal"
    assert end_of(events).reason == "incomplete"


@pytest.mark.parametrize(
    "fields",
    [
        {"reasoning_content": "hm"},
        {"reasoning": "hm"},
        {"reasoning": "hm", "reasoning_content": "hm"},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
        {"content": [{"type": "thinking", "thinking": "hm"}]},
        {"content": "<think>hm</think>"},
    ],
)
async def test_thinking_in_every_dialect_is_kept_apart(fields: dict[str, Any]) -> None:
    events = await answer(as_sse(delta(**fields), delta("yes", "stop")))
    assert (thought_of(events), text_of(events)) == ("hm", "yes")


async def test_text_in_parts_is_joined() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    events = await answer(as_sse(delta(content=parts), delta(finish="stop")))
    assert text_of(events) == "ab"


async def test_a_think_tag_inside_a_reply_is_text() -> None:
    events = await answer(as_sse(delta("Write <think>x</think>"), delta(finish="stop")))
    assert text_of(events) == "Write <think>x</think>"


async def test_a_refusal_shows_and_is_named() -> None:
    events = await answer(as_sse(delta(refusal="I can't."), delta(finish="stop")))
    assert text_of(events) == "I can't."
    assert end_of(events).reason == "refusal"


async def test_a_whole_completion_in_answer_to_a_stream_request_is_read() -> None:
    message = {"role": "assistant", "content": "Hi", "reasoning_content": "hm"}
    body = {"id": "c", "choices": [{"message": message, "finish_reason": "stop"}], "usage": USAGE}
    for kind in ("application/json", "text/event-stream"):
        reply = Reply([b"\n" * 99, json.dumps(body).encode()], type=kind)
        events = await answer(reply)
        assert (text_of(events), thought_of(events)) == ("Hi", "hm")
        assert end_of(events).usage == Usage(9, 4)


async def test_old_text_completions_and_groqs_usage_are_read() -> None:
    chunk = {"choices": [{"text": "Hi", "index": 0, "finish_reason": "stop"}]}
    usage = {"choices": [], "x_groq": {"id": "r", "usage": USAGE}}
    events = await answer(as_sse(chunk, usage))
    assert text_of(events) == "Hi"
    assert end_of(events).usage == Usage(9, 4)


async def test_usage_may_stand_in_the_choice() -> None:
    last: dict[str, Any] = delta(finish="stop")
    last["choices"][0]["usage"] = USAGE
    assert end_of(await answer(as_sse(delta("x"), last))).usage == Usage(9, 4)


async def test_a_message_that_repeats_what_was_said_so_far_is_passed_over() -> None:
    def cumulative(part: dict[str, object], whole: str, **more: object) -> dict[str, object]:
        return {"choices": [{"index": 0, "delta": part, "message": {"content": whole}, **more}]}

    events = await answer(
        as_sse(
            cumulative({"content": "A "}, "A "),
            cumulative({"content": "cat."}, "A cat."),
            cumulative({}, "A cat.", finish_reason="stop"),
        )
    )
    assert text_of(events) == "A cat."


async def test_cost_and_thinking_tokens_are_counted() -> None:
    usage = {**USAGE, "cost": 0.25, "completion_tokens_details": {"reasoning_tokens": 3}}
    events = await answer(as_sse(delta("x", "stop"), {"choices": [], "usage": usage}))
    assert end_of(events).usage == Usage(9, 4, 3, 0.25)


@pytest.mark.parametrize(
    ("chunk", "kind"),
    [
        ({"error": {"message": "Rate limit exceeded", "code": 429}}, RateLimited),
        ({"error": "Unauthorized upstream"}, ProviderError),
        ({"x_groq": {"error": "over capacity"}}, ProviderError),
        ({"object": "error", "message": "out of memory", "code": 500}, Overloaded),
        ({"error": {"message": "x", "code": 502}, **delta("", "error")}, Overloaded),
        (delta("", "error"), Overloaded),
        (delta("", "network_error"), Overloaded),
        (delta("", "insufficient_system_resource"), Overloaded),
        ({"choices": [{"delta": {}, "error": {"message": "x", "code": 429}}]}, RateLimited),
    ],
)
async def test_an_error_inside_a_stream_is_raised_after_the_text(
    chunk: object, kind: type[ProviderError]
) -> None:
    http, requests = offline_http(as_sse(delta("Hal"), chunk))
    events: list[GenerationEvent] = []
    with pytest.raises(kind):
        await collect(OpenAIChatModel(endpoint("custom"), http), into=events)
    assert text_of(events) == "Hal"
    assert len(requests) == 1


async def test_an_error_event_and_an_error_body_with_status_200_are_errors() -> None:
    with pytest.raises(Overloaded, match="engine died"):
        await answer(Reply([b'event: error\ndata: {"message": "engine died"}\n\n']))
    with pytest.raises(Overloaded, match="No provider"):
        await answer(as_json({"error": {"message": "No provider", "code": 503}}))


@pytest.mark.parametrize("before", [b"", b": keep-alive\n\n", *sse(delta("Hal"), done=False)])
@pytest.mark.parametrize("field", [b"", b"error: ", b"error:"])
async def test_a_failure_outside_the_format_is_told_all_the_same(
    before: bytes, field: bytes
) -> None:
    body = b'{"error":{"code":400,"type":"exceed_context_size_error","message":"too much"}}'
    if field:  # older llama.cpp servers put the inner part behind a field of that name
        body = field + body.removeprefix(b'{"error":').removesuffix(b"}")
    with pytest.raises(ContextTooLong, match="too much"):
        await answer(Reply([before, body + b"\n\n"]))
    with pytest.raises(ContextTooLong, match="too much"):
        await answer(Reply([before, body]))


async def test_torn_json_ends_the_answer_with_an_error_and_keeps_the_text() -> None:
    http, _ = offline_http(Reply([*sse(delta("Hal"), done=False), b'data: {"choi\n\n']))
    events: list[GenerationEvent] = []
    with pytest.raises(ProtocolError, match="torn"):
        await collect(OpenAIChatModel(endpoint("custom"), http), into=events)
    assert text_of(events) == "Hal"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"OK", "empty"),
        (b"\n<!DOCTYPE html>\n<title>Welcome</title>", r"\(Welcome\)"),
        (b"[]", "empty"),
        (b"{}", "empty"),
        (b'{"choi', "does not answer like"),
    ],
)
async def test_what_is_no_answer_hints_at_the_address(body: bytes, words: str) -> None:
    with pytest.raises(ProtocolError, match=words) as caught:
        await answer(Reply([body]))
    assert "/v1" in caught.value.hint


async def test_escape_sequences_and_half_characters_come_out_inert() -> None:
    raw = b'data: {"choices":[{"delta":{"content":"a\\u001b]52;c;x\\u0007\\ud83d"}}]}\n\n'
    events = await answer(Reply([raw, *sse(delta(finish="stop\x1b[2J"))]))
    assert text_of(events) == "a\ufffd]52;c;x\ufffd\ufffd"
    assert end_of(events).raw == "stop\ufffd[2J"


PENALTY = "presence_penalty"


def oa(message: str) -> dict[str, object]:
    return {"error": {"message": message}}


def error(param: str | None, message: str = "Unsupported") -> Reply:
    return as_json({"error": {"message": message, "param": param, "code": "x"}}, 400)


async def test_fields_refused_by_name_are_left_out_one_after_the_other() -> None:
    request = GenerationRequest(HELLO.turns, Sampling(0.7, 0.9, 50))
    http, requests = offline_http(
        error("temperature"),
        error(None, "Unsupported parameter: 'top_p' is not supported with this model."),
        error("max_completion_tokens", "Use 'max_tokens' instead of 'max_completion_tokens'."),
        as_json({"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs"}]}, 422),
        as_sse(delta("Hi", "stop")),
    )
    events = await collect(OpenAIChatModel(endpoint("openai"), http), request)
    assert text_of(events) == "Hi"
    sent = [set(request.json) - {"model", "messages", "stream"} for request in requests]
    assert sent == [
        {"temperature", "top_p", "max_completion_tokens", "stream_options"},
        {"top_p", "max_completion_tokens", "stream_options"},
        {"max_completion_tokens", "stream_options"},
        {"max_tokens", "stream_options"},
        {"max_tokens"},
    ]
    assert "temperature" in notes_of(events)[0]


async def test_a_field_is_refused_only_once_and_messages_never_left_out() -> None:
    request = GenerationRequest(HELLO.turns, Sampling(0.7))
    http, requests = offline_http(error("temperature"))
    with pytest.raises(BadRequest):
        await collect(OpenAIChatModel(endpoint("openai"), http), request)
    assert len(requests) == 2
    http, requests = offline_http(error("messages"))
    with pytest.raises(BadRequest):
        await collect(OpenAIChatModel(endpoint("openai"), http), request)
    assert len(requests) == 1


async def test_a_server_that_takes_a_limit_under_neither_name_is_not_asked_for_ever() -> None:
    request = GenerationRequest(HELLO.turns, Sampling(max_tokens=5))
    words = "Use 'max_tokens', not 'max_completion_tokens'. Or rather not 'max_tokens'."
    http, requests = offline_http(error(None, words))
    model = OpenAIChatModel(endpoint("openai"), http)
    for most in (3, 1):
        requests.clear()
        with pytest.raises(BadRequest):
            await collect(model, request)
        assert len(requests) == most
    assert "max_tokens" not in requests[-1].json
    assert "max_completion_tokens" not in requests[-1].json


@pytest.mark.parametrize(
    ("body", "gone"),
    [
        ({"code": "x", "error": "Argument not supported on this model: presencePenalty"}, PENALTY),
        ({"error": "Model grok-4 does not support parameter presencePenalty."}, PENALTY),
        (oa("Unsupported parameter: presence_penalty"), PENALTY),
        (oa("invalid temperature: only 1 is allowed for this model"), "temperature"),
        (oa("This model doesn't support temperature=0.7. Only temperature=1 is."), "temperature"),
        (oa("Invalid max_tokens value, the valid range is [1, 8192]"), "max_tokens"),
        (
            {"object": "error", "message": {"detail": [{"loc": ["body", "stop"], "msg": "Extra"}]}},
            "stop",
        ),
        ({"message": '{"detail":[{"loc":["body","top_p"],"msg":"Extra"}]}'}, "top_p"),
    ],
)
async def test_a_field_is_named_in_many_ways(body: object, gone: str) -> None:
    chosen = Sampling(0.7, 0.9, 50, stop=("X",), presence_penalty=0.5)
    http, requests = offline_http(as_json(body, 400), as_sse(delta("Hi", "stop")))
    request = GenerationRequest(HELLO.turns, chosen)
    await collect(OpenAIChatModel(endpoint("custom"), http), request)
    assert requests[0].json.keys() - requests[1].json.keys() == {gone}


async def test_a_picture_of_a_type_that_nobody_takes_is_refused_before_sending() -> None:
    from dataclasses import replace

    http, requests = offline_http(as_sse(delta("x", "stop")))
    request = GenerationRequest((Turn("user", "", (replace(PICTURE, mime="image/webp"),)),))
    with pytest.raises(ImageRejected):
        await collect(OpenAIChatModel(endpoint("custom"), http), request)
    assert requests == []


@pytest.mark.parametrize("key", ["schlüssel-1", "two\nlines"])
async def test_a_key_that_cannot_be_sent_is_told_without_showing_it(key: str) -> None:
    http, requests = offline_http(as_sse(delta("x", "stop")))
    with pytest.raises(AuthError, match="characters that no key has") as caught:
        await collect(OpenAIChatModel(endpoint("custom", key=key), http))
    assert key not in caught.value.line()
    assert requests == []


async def test_closing_the_stream_closes_the_socket_at_once() -> None:
    async with FakeServer(Reply(sse(delta("Hal"), done=False), hold=True)) as server:
        http = Http()
        stream = OpenAIChatModel(endpoint("custom", server.url), http).generate(HELLO)
        async with aclosing(stream):
            assert isinstance(await anext(stream), Started)
        async with asyncio.timeout(1):
            await server.left.wait()
        await http.aclose()


async def test_cancelling_the_task_closes_the_socket_and_calls_kobold_off() -> None:
    def serve(request: Any) -> Reply:
        if request.path == "/api/extra/abort":
            return as_json({"success": "true"})
        return Reply(sse(delta("Hal"), done=False), hold=True)

    async with FakeServer(answer=serve) as server:
        http = Http()
        model = OpenAIChatModel(endpoint("koboldcpp", f"{server.url}/v1"), http)
        heard = asyncio.Event()

        async def listen() -> None:
            async with aclosing(model.generate(HELLO)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        heard.set()

        task = asyncio.create_task(listen())
        async with asyncio.timeout(5):
            await heard.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await server.left.wait()
        await http.aclose()
        chat, abort = server.requests
        assert abort.path == "/api/extra/abort"
        assert abort.json == {"genkey": chat.json["genkey"]}


async def test_a_connection_that_breaks_keeps_the_text_and_is_not_tried_again() -> None:
    async with FakeServer(Reply(sse(delta("Hal"), done=False), drop=True)) as server:
        http = Http()
        events: list[GenerationEvent] = []
        with pytest.raises(NetworkError):
            await collect(OpenAIChatModel(endpoint("custom", server.url), http), into=events)
        await http.aclose()
        assert text_of(events) == "Hal"
        assert len(server.requests) == 1


async def test_after_the_reason_of_the_end_a_broken_connection_does_not_matter() -> None:
    reply = Reply(sse(delta("Hallo"), delta(finish="stop"), done=False), drop=True)
    async with FakeServer(reply) as server:
        http = Http()
        events = await collect(OpenAIChatModel(endpoint("custom", server.url), http))
        await http.aclose()
    assert end_of(events).reason == "stop"


async def test_a_server_that_ends_but_keeps_the_line_open_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exchange, "GRACE_SECONDS", 0.05)
    reply = Reply(sse(delta("Hallo"), delta(finish="stop"), done=False), hold=True)
    async with FakeServer(reply) as server:
        http = Http()
        events = await collect(OpenAIChatModel(endpoint("custom", server.url), http))
        await http.aclose()
    assert end_of(events).reason == "stop"
