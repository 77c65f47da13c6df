from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.providers.support import (
    CHAT,
    HELLO,
    PICTURE,
    collect,
    endpoint,
    notes_of,
    offline_http,
)
from tests.fakes.servers import as_json, as_sse, delta
from tui.adapters.providers import bodies, openai_request
from tui.adapters.providers.catalog import PROVIDERS
from tui.adapters.providers.connector import HttpConnector
from tui.adapters.providers.openai_request import build
from tui.domain.connection import Endpoint, Provider
from tui.domain.generation import GenerationRequest, Sampling, Turn

ALL = Sampling(0.5, 0.9, 64, 7, ("a", "b", "c", "d", "e"), 40, 0.05, 0.1, 0.2, 1.1, "low")
FAMILY = [row for row in PROVIDERS.values() if row.protocol == "openai"]
families = pytest.mark.parametrize("row", FAMILY, ids=[row.id for row in FAMILY])
CAPTION = GenerationRequest((Turn("user", "What is it?", (PICTURE,)),), captions=True)


def body_of(provider: str, sampling: Sampling = ALL, **more: Any) -> dict[str, Any]:
    where = replace(endpoint(provider), **more)
    return build(where, replace(HELLO, sampling=sampling))


@families
def test_a_row_gets_what_it_knows_under_its_own_names_and_nothing_else(row: Provider) -> None:
    body = body_of(row.id)
    always = {"model", "messages", "stream", "stream_options", "genkey", *dict(row.extra_body)}
    names = dict(row.wire_names)
    assert set(body) - always - set(names.values()) <= {names.get(k, k) for k in row.knobs}
    for knob in row.knobs:
        if knob != "stop":
            assert body[names.get(knob, knob)] == getattr(ALL, knob)
    if "stop" in row.knobs:
        assert body["stop"] == list(ALL.stop[: row.most_stops or 5])


@families
def test_what_nobody_chose_is_not_sent(row: Provider) -> None:
    body = body_of(row.id, Sampling())
    plain = {"model", "messages", "stream", "stream_options", "genkey", *dict(row.extra_body)}
    assert set(body) <= plain


def test_each_dialect_has_its_own_words() -> None:
    assert body_of("openai")["max_completion_tokens"] == 64
    assert body_of("openai")["stop"] == ["a", "b", "c", "d"]
    assert body_of("mistral")["random_seed"] == 7
    assert body_of("llamacpp")["repeat_penalty"] == 1.1
    assert body_of("koboldcpp")["rep_pen"] == 1.1
    assert body_of("vllm")["repetition_penalty"] == 1.1
    assert "top_k" not in body_of("openai")
    assert "seed" not in body_of("zai")


def test_a_zero_is_a_choice() -> None:
    body = body_of("custom", Sampling(temperature=0.0, seed=0, min_p=0.0))
    assert (body["temperature"], body["seed"], body["min_p"]) == (0.0, 0, 0.0)


def test_the_connections_word_comes_before_the_requests() -> None:
    own = Sampling(temperature=0.1, stop=("X",))
    where = replace(endpoint("custom"), sampling=own)
    body = build(where, replace(HELLO, sampling=Sampling(0.9, top_p=0.5)))
    assert (body["temperature"], body["top_p"], body["stop"]) == (0.1, 0.5, ["X"])
    assert bodies.sampling(where, replace(HELLO, sampling=ALL)).temperature == 0.1


def test_ones_own_fields_come_last_and_unwanted_ones_go() -> None:
    added = {
        "temperature": 1.5,
        "stream_options": {"more": True},
        "chat_template_kwargs": {"enable_thinking": False},
    }
    body = body_of("llamacpp", add_body=added, drop_body=("return_progress", "seed", "nothing"))
    assert body["temperature"] == 1.5
    assert body["stream_options"] == {"include_usage": True, "more": True}
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert "return_progress" not in body
    assert "seed" not in body


def test_adding_fields_leaves_the_settings_as_they_are() -> None:
    added = {"a": {"b": {"c": 1}}}
    where = replace(endpoint("custom"), add_body=added, drop_body=("d",))
    shaped = bodies.shape(where, {"a": {"b": {"x": 2}, "y": 3}, "d": 4})
    assert shaped == {"a": {"b": {"x": 2, "c": 1}, "y": 3}}
    assert added == {"a": {"b": {"c": 1}}}
    assert bodies.shape(where, {"a": [1]}) == {"a": {"b": {"c": 1}}}


@pytest.mark.parametrize(
    ("provider", "field", "value"), [("zai", "max_tokens", 4096), ("ooba", "temperature", 0.1)]
)
def test_a_row_helps_captions_below_what_the_person_chose(
    provider: str, field: str, value: float
) -> None:
    assert build(endpoint(provider), CAPTION)[field] == value
    assert field not in build(endpoint(provider), replace(CAPTION, captions=False))
    chosen: Any = {field: 1}
    body = build(replace(endpoint(provider), sampling=Sampling(**chosen)), CAPTION)
    assert body[field] == 1


def test_the_usual_limit_of_captions_does_not_take_a_rows_room_for_thoughts() -> None:
    usual = replace(CAPTION, sampling=Sampling(max_tokens=500))
    assert build(endpoint("zai"), usual)["max_tokens"] == 4096
    assert build(endpoint("zai"), replace(usual, captions=False))["max_tokens"] == 500
    assert build(endpoint("custom"), usual)["max_tokens"] == 500
    longer = replace(CAPTION, sampling=Sampling(max_tokens=5000))
    assert build(endpoint("zai"), longer)["max_tokens"] == 5000


def test_pollinations_gets_another_seed_for_each_caption() -> None:
    seeds = {build(endpoint("pollinations"), CAPTION)["seed"] for _ in range(5)}
    assert len(seeds) > 1
    fixed = replace(CAPTION, sampling=Sampling(seed=5))
    assert build(endpoint("pollinations"), fixed)["seed"] == 5


def test_the_detail_of_a_picture_is_asked_for_in_captions_only() -> None:
    def details(request: GenerationRequest) -> list[str | None]:
        messages: Any = build(endpoint("openai"), request)["messages"]
        parts = [part for each in messages for part in each["content"] if isinstance(part, dict)]
        return [part["image_url"].get("detail") for part in parts if "image_url" in part]

    assert details(CAPTION) == ["auto"]
    assert details(CHAT) == [None, None]


async def test_what_a_server_refused_is_left_out_at_once_later_on() -> None:
    refusal = as_json({"error": {"message": "Unsupported", "param": "temperature"}}, 400)
    http, requests = offline_http(refusal, as_sse(delta("Hi", "stop")))
    connector = HttpConnector(http)
    request = replace(HELLO, sampling=Sampling(0.7, 0.9))
    for _ in range(2):
        await collect(connector.open(endpoint("openai")), request)
    assert ["temperature" in request.json for request in requests] == [True, False, False]
    assert "top_p" in requests[-1].json


def test_a_refusal_is_remembered_for_that_model_of_that_connection_only() -> None:
    known = openai_request.Refusals()
    here = endpoint("openai")
    known.add(here, frozenset({"max_completion_tokens", "max_tokens"}))
    body = {"model": "m", "messages": [], "max_completion_tokens": 5}

    def sent(where: Endpoint) -> dict[str, object]:
        return known.apply(where, body)

    assert sent(here) == {"model": "m", "messages": [], "max_tokens": 5}
    assert sent(replace(here, model="other")) == body
    assert sent(replace(here, url="http://127.0.0.1:2")) == body
    assert sent(replace(here, name="cellar")) == body


async def test_a_field_of_ones_own_that_is_refused_goes_too() -> None:
    refusal = as_json({"error": {"message": "Unsupported", "param": "logprobs"}}, 400)
    http, requests = offline_http(refusal, as_sse(delta("Hi", "stop")))
    where = replace(endpoint("openai"), add_body={"logprobs": True})
    events = await collect(HttpConnector(http).open(where))
    assert ["logprobs" in request.json for request in requests] == [True, False]
    assert "logprobs" in notes_of(events)[0]
