from __future__ import annotations

from typing import Any

import pytest

from tui.domain.misplaced import misplaced_key
from tui.domain.settings import ConnectionSettings

KEY = "sk-planted-0123456789abcdef"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", KEY),
        ("key", f"env:{KEY}"),
        ("key", "env:AIzaSyA0123456789abcdefg"),
        ("key", f"cmd:{KEY}"),
        ("proxy_key", f"env:{KEY}"),
        ("model", KEY),
        ("url", f"https://host/v1beta/models/x:generateContent?key={KEY}"),
        ("url", f"host/v1?api_key={KEY}"),
        ("proxy", f"https://me:{KEY}@host/v1"),
    ],
)
def test_a_key_in_the_wrong_place_is_told_and_not_shown(field: str, value: str) -> None:
    chosen: dict[str, Any] = {field: value}
    told = misplaced_key(ConnectionSettings(**chosen))

    assert told.startswith(field)
    assert "planted" not in told
    assert "AIza" not in told


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", ""),
        ("key", "stored"),
        ("key", "env:OPENAI_API_KEY"),
        ("key", "cmd:pass show openai"),
        ("model", "skt-a.x-4.0"),
        ("model", "skyfall-36b-v2-instruct-gguf"),
        ("key", "env:hf_token_of_this_machine"),
        ("model", "deepseek-ai/DeepSeek-V3"),
        ("url", "http://[::1]:8080/v1"),
        ("url", "https://[broken"),
        ("url", "https://host/v1?api-version=2"),
    ],
)
def test_what_is_no_key_is_left_alone(field: str, value: str) -> None:
    chosen: dict[str, Any] = {field: value}
    assert misplaced_key(ConnectionSettings(**chosen)) == ""
