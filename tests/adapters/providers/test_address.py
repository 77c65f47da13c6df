from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.adapters.providers.address import host, is_loopback, normalise, root
from tui.adapters.providers.catalog import PROVIDERS
from tui.domain.connection import Provider
from tui.domain.errors import ConfigError


@pytest.mark.parametrize(
    ("provider", "typed", "url"),
    [
        ("openai", "", "https://api.openai.com/v1"),
        ("openai", "api.openai.com", "https://api.openai.com/v1"),
        ("openai", "https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("openai", "https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
        ("openai", "https://host/proxy/openai", "https://host/proxy/openai"),
        ("openai", " https://host/proxy/v1/models?x=1#y ", "https://host/proxy/v1"),
        ("groq", "https://api.groq.com", "https://api.groq.com/openai/v1"),
        ("openrouter", "https://openrouter.ai/api/", "https://openrouter.ai/api/v1"),
        ("openrouter", "https://gate.example/api", "https://gate.example/api"),
        ("fireworks", "api.fireworks.ai/inference", "https://api.fireworks.ai/inference/v1"),
        ("zai", "", "https://api.z.ai/api/paas/v4"),
        ("zai", "https://api.z.ai/api/coding", "https://api.z.ai/api/coding"),
        ("xai", "https://api.x.ai/v1/language-models", "https://api.x.ai/v1"),
        (
            "zai",
            "https://api.z.ai/api/coding/paas/v4/chat/completions",
            "https://api.z.ai/api/coding/paas/v4",
        ),
        ("custom", "http://127.0.0.1:18801", "http://127.0.0.1:18801"),
        ("custom", "host:8080/v1", "http://host:8080/v1"),
        ("custom", "192.168.1.5:8080/v1/chat/completions", "http://192.168.1.5:8080/v1"),
        ("custom", "llm.example.com/v1", "https://llm.example.com/v1"),
        ("custom", "HTTPS://Llm.example.com/v1", "https://Llm.example.com/v1"),
        ("custom", "8.8.8.8/v1", "https://8.8.8.8/v1"),
        ("custom", "box.local:1234/v1", "http://box.local:1234/v1"),
        ("llamacpp", "", "http://127.0.0.1:8080/v1"),
        ("llamacpp", "127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("llamacpp", "http://localhost:8080/", "http://localhost:8080/v1"),
        ("llamacpp", "http://0.0.0.0:8080", "http://127.0.0.1:8080/v1"),
        ("llamacpp", "0.0.0.0", "http://127.0.0.1/v1"),
        ("llamacpp", "http://me:pass@0.0.0.0:0", "http://me:pass@127.0.0.1:0/v1"),
        ("llamacpp", "http://[::]:8080/completion", "http://[::1]:8080/v1"),
        ("custom", "10.0.0.0:8080/v1", "http://10.0.0.0:8080/v1"),
        ("custom", "[::1]:8080/v1/", "http://[::1]:8080/v1"),
        ("custom", "localhost:8080/v1", "http://localhost:8080/v1"),
        ("openai", "http://localhost:1234/", "http://localhost:1234/v1"),
        ("llamacpp", "[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("llamacpp", "https://gpu.example.com/llama", "https://gpu.example.com/llama/v1"),
        ("koboldcpp", "http://127.0.0.1:5001/api", "http://127.0.0.1:5001/v1"),
        ("koboldcpp", "http://127.0.0.1:5001/api/v1", "http://127.0.0.1:5001/v1"),
        ("koboldcpp", "localhost:5001/api/v1/generate", "http://localhost:5001/v1"),
        ("koboldcpp", "http://[::1]:5001/api/extra/generate/stream", "http://[::1]:5001/v1"),
        ("ooba", "http://127.0.0.1:5000/v1/chat/completions/", "http://127.0.0.1:5000/v1"),
        ("vllm", "gpu:8000/v1/", "http://gpu:8000/v1"),
        ("lmstudio", "http://127.0.0.1:1234/api/v0/models", "http://127.0.0.1:1234/v1"),
        ("lmstudio", "http://127.0.0.1:1234/api/v1/chat", "http://127.0.0.1:1234/v1"),
        ("ollama", "", "http://127.0.0.1:11434"),
        ("ollama", "http://127.0.0.1:11434/v1", "http://127.0.0.1:11434"),
        ("ollama", "http://127.0.0.1:11434/api/chat", "http://127.0.0.1:11434"),
        ("ollama", "localhost:11434/", "http://localhost:11434"),
        ("ollama", "[::]:11434/v1/chat/completions", "http://[::1]:11434"),
        ("ollama", "https://ollama.com/api/", "https://ollama.com"),
        ("anthropic", "https://api.anthropic.com", "https://api.anthropic.com/v1"),
        ("anthropic", "https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1"),
        ("anthropic", "http://127.0.0.1:8080/v1/messages", "http://127.0.0.1:8080/v1"),
        (
            "google",
            "https://generativelanguage.googleapis.com/v1beta/models/x-1:generateContent?key=k",
            "https://generativelanguage.googleapis.com/v1beta",
        ),
        (
            "google",
            "generativelanguage.googleapis.com/v1beta/openai/chat/completions",
            "https://generativelanguage.googleapis.com/v1beta",
        ),
        (
            "vertexai",
            "https://eu-aiplatform.googleapis.com",
            "https://eu-aiplatform.googleapis.com/v1/publishers/google",
        ),
        (
            "vertexai",
            "us-central1-aiplatform.googleapis.com/v1/",
            "https://us-central1-aiplatform.googleapis.com/v1/publishers/google",
        ),
        (
            "vertexai",
            "https://aiplatform.googleapis.com/v1beta1/publishers/google/models",
            "https://aiplatform.googleapis.com/v1beta1/publishers/google",
        ),
        (
            "vertexai",
            "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r",
            "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/publishers/google",
        ),
        (
            "vertexai",
            "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/publishers/google/models/x:y",
            "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/publishers/google",
        ),
        ("cohere", "https://api.cohere.com/v2/chat", "https://api.cohere.com"),
        ("cohere", "https://api.cohere.ai/compatibility/v1", "https://api.cohere.ai"),
        ("horde", "https://aihorde.net", "https://aihorde.net/api"),
        ("horde", "https://aihorde.net/api/v2/interrogate/async", "https://aihorde.net/api"),
        ("extras", "http://127.0.0.1:5100/api/caption", "http://127.0.0.1:5100"),
        ("extras", "127.0.0.1:5100/api/", "http://127.0.0.1:5100"),
        (
            "workersai",
            "https://api.cloudflare.com/client/v4/accounts/1a2b",
            "https://api.cloudflare.com/client/v4/accounts/1a2b/ai/v1",
        ),
        (
            "workersai",
            "https://api.cloudflare.com/client/v4/accounts/1a2b/ai/run/@cf/meta/llama",
            "https://api.cloudflare.com/client/v4/accounts/1a2b/ai/v1",
        ),
    ],
)
def test_what_people_paste_becomes_a_base_address(provider: str, typed: str, url: str) -> None:
    assert normalise(PROVIDERS[provider], typed) == url


def test_every_rows_own_address_is_already_normal() -> None:
    for provider in PROVIDERS.values():
        if provider.base_url:
            assert normalise(provider, "") == provider.base_url


@pytest.mark.parametrize("typed", ["", "ftp://host", "http://", "http://host:port", "http://[::1"])
def test_what_is_no_address_is_told(typed: str) -> None:
    with pytest.raises(ConfigError) as caught:
        normalise(PROVIDERS["custom"], typed)
    assert "http://" in caught.value.hint


def test_where_the_address_must_be_told_the_row_says_what_it_looks_like() -> None:
    with pytest.raises(ConfigError) as caught:
        normalise(PROVIDERS["workersai"], "")
    assert "/accounts/ID/ai/v1" in caught.value.hint


@given(st.sampled_from(list(PROVIDERS.values())), st.text(max_size=60))
def test_normalising_twice_is_normalising_once(provider: Provider, typed: str) -> None:
    try:
        once = normalise(provider, typed)
    except ConfigError:
        return
    assert normalise(provider, once) == once
    assert once == once.strip().rstrip("/")


def test_the_root_and_the_host_are_found_without_secrets() -> None:
    assert root(PROVIDERS["llamacpp"], "http://h:1/x/v1") == "http://h:1/x"
    assert root(PROVIDERS["ollama"], "http://h:1") == "http://h:1"
    assert host("https://user:pass@h.example:8443/v1") == "h.example:8443"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "http://localhost/", "http://[::1]:2"])
def test_loopback_is_known(url: str) -> None:
    assert is_loopback(url)
    assert not is_loopback("https://127.example.com/")
