from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest

from tui.adapters.providers import address
from tui.adapters.providers.catalog import PROVIDERS
from tui.domain.connection import Auth, Protocol, Provider, vision_by_name
from tui.domain.generation import Sampling

PROTOCOLS = {
    "anthropic": "anthropic",
    "google": "gemini",
    "vertexai": "gemini",
    "cohere": "cohere",
    "ollama": "ollama",
    "horde": "horde",
    "extras": "extras",
    "a1111": "a1111",
    "comfyui": "comfyui",
}
HEADERS = {
    "anthropic": "x-api-key",
    "google": "x-goog-api-key",
    "vertexai": "x-goog-api-key",
    "horde": "apikey",
    "a1111": "basic",
}
THROUGH_A_PROXY = ["openai", "anthropic", "google", "vertexai", "mistral", "xai", "moonshot", "zai"]
LOCAL = [
    *("ollama", "llamacpp", "koboldcpp", "ooba", "vllm", "lmstudio"),
    *("extras", "a1111", "comfyui"),
]
KNOBS = {each.name for each in fields(Sampling)}
rows = pytest.mark.parametrize("row", PROVIDERS.values(), ids=PROVIDERS)


def test_every_service_is_there() -> None:
    wanted = (
        "openai anthropic google vertexai mistral groq openrouter xai cohere moonshot zai deepseek"
        " 01ai aimlapi nanogpt electronhub chutes fireworks pollinations workersai custom ollama"
        " llamacpp koboldcpp ooba vllm lmstudio horde extras a1111 comfyui"
        " offline"
    )
    assert list(PROVIDERS) == wanted.split()
    assert [name for name, row in PROVIDERS.items() if row.id != name] == []


@rows
def test_a_row_is_reachable_and_speaks_its_protocol(row: Provider) -> None:
    assert row.label
    assert row.protocol == PROTOCOLS.get(row.id, "openai")
    assert row.protocol in get_args(Protocol)
    if row.id in {"custom", "offline", "workersai"}:
        assert row.base_url == ""
    elif row.id in LOCAL:
        assert row.local
        assert row.base_url.startswith("http://127.0.0.1:")
        assert f"127.0.0.1:{row.probe_ports[0]}" in row.base_url
    else:
        assert not row.local
        assert not row.probe_ports
        assert row.base_url.startswith("https://")
    assert address.root(row, row.base_url) + row.add_path == row.base_url or not row.base_url
    assert all(path.startswith("/") for path in (*row.strip_paths, row.models_path))


@rows
def test_a_rows_key_goes_where_its_protocol_wants_it(row: Provider) -> None:
    assert row.auth == HEADERS.get(row.id, "bearer")
    assert row.auth in get_args(Auth)
    assert row.key_env or not row.needs_key
    assert not (row.needs_key and row.local)
    assert all(name.isupper() for name in row.key_env)
    assert bool(row.anonymous_key) == (row.id == "horde")


@rows
def test_a_reverse_proxy_may_stand_in_by_the_table(row: Provider) -> None:
    usual = "all" if row.id in THROUGH_A_PROXY else ""
    assert row.proxy == ("chat" if row.id == "deepseek" else usual)
    assert row.proxy_auth == ("bearer" if row.id == "vertexai" else None)


@rows
def test_a_row_knows_only_sampling_that_there_is(row: Provider) -> None:
    assert set(row.knobs) <= KNOBS
    assert len(set(row.knobs)) == len(row.knobs)
    assert set(dict(row.wire_names)) <= set(row.knobs)
    assert bool(row.knobs) == row.chats
    assert row.most_stops >= 0


@rows
def test_a_row_takes_jpeg_and_png_and_asks_for_nothing_impossible(row: Provider) -> None:
    limits = row.pictures
    assert {"image/jpeg", "image/png"} <= set(limits.accepts)
    numbers = (limits.max_bytes, limits.max_side, limits.max_pixels, limits.max_count)
    assert min(numbers) >= 0
    assert limits.max_bytes == 0 or limits.max_bytes > 500_000
    assert limits.max_side == 0 or limits.max_side >= 512
    patterns = (*row.sees, *row.blind, *row.hides)
    assert [pattern for pattern in patterns if pattern != pattern.lower()] == []


def test_what_a_person_should_know_is_noted() -> None:
    assert "April 2024" in PROVIDERS["extras"].note
    assert "discontinued" in PROVIDERS["01ai"].note
    assert "ACCOUNT" in PROVIDERS["workersai"].note.upper()
    quiet = [name for name, row in PROVIDERS.items() if not row.chats]
    assert quiet == ["extras", "a1111", "comfyui"]
    assert all("only" in PROVIDERS[name].note for name in quiet)
    assert [name for name, row in PROVIDERS.items() if row.pulls] == ["ollama"]


def test_names_tell_sight_and_the_rows_word_comes_first() -> None:
    assert vision_by_name(PROVIDERS["openai"], "gpt-4o-mini") == "yes"
    assert vision_by_name(PROVIDERS["openai"], "gpt-5-codex") == "no"
    assert vision_by_name(PROVIDERS["anthropic"], "claude-2.1") == "no"
    assert vision_by_name(PROVIDERS["google"], "gemini-flash-latest") == "yes"
    assert vision_by_name(PROVIDERS["deepseek"], "deepseek-vl2") == "no"
    assert vision_by_name(PROVIDERS["custom"], "Qwen2.5-VL-7B-Instruct") == "yes"
    assert vision_by_name(PROVIDERS["custom"], "mistral-7b") == "unknown"
    assert vision_by_name(PROVIDERS["zai"], "glm-4.6v-flash") == "yes"
    assert vision_by_name(PROVIDERS["zai"], "glm-4.6-preview") == "unknown"
    assert vision_by_name(PROVIDERS["offline"], "SmolLM2-135M-Instruct") == "no"
