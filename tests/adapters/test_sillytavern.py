from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.adapters.sillytavern import read_settings, translate
from tui.domain.errors import ConfigError
from tui.domain.settings import ConnectionSettings

FILE: dict[str, Any] = {
    "extension_settings": {
        "apiUrl": "http://localhost:5100",
        "caption": {
            "source": "multimodal",
            "multimodal_api": "ollama",
            "multimodal_model": "ollama_current",
            "prompt": "What is it?",
            "template": "[{{caption}}]",
            "refine_mode": False,
            "prompt_ask": True,
            "auto_mode": True,
            "alt_endpoint_enabled": True,
            "alt_endpoint_url": "http://10.0.0.7:11434",
        },
    },
    "textgenerationwebui_settings": {
        "server_urls": {"ollama": "http://127.0.0.1:11434"},
        "ollama_model": "llava:7b",
    },
    "oai_settings": {
        "reverse_proxy": "https://proxy.example/v1",
        "proxy_password": "opensesame",
        "custom_url": "http://127.0.0.1:9000/v1",
        "custom_model": "mine",
        "custom_include_headers": "X-Team: ours\n",
        "custom_include_body": "top_k: 5\n",
        "custom_exclude_body": "- stop\n",
    },
}


def with_caption(**changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return FILE, {**FILE["extension_settings"]["caption"], **changes}


def test_a_secondary_endpoint_becomes_a_connection_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(FILE))

    imported = read_settings(file)

    assert imported.connection == ConnectionSettings(
        "ollama", "http://10.0.0.7:11434", model="llava:7b"
    )
    assert imported.values == {
        "captioning.source": "multimodal",
        "captioning.prompt": "What is it?",
        "captioning.template": "[{{caption}}]",
        "captioning.edit_before_saving": False,
        "captioning.ask_every_time": True,
        "captioning.auto_caption": True,
    }


def test_without_the_secondary_endpoint_the_servers_own_address_is_taken() -> None:
    imported = translate(*with_caption(alt_endpoint_enabled=False))

    assert imported.connection is not None
    assert imported.connection.url == "http://127.0.0.1:11434"


def test_the_custom_servers_headers_and_fields_come_along() -> None:
    imported = translate(*with_caption(multimodal_api="custom", multimodal_model="custom_current"))

    assert imported.connection == ConnectionSettings(
        "custom",
        "http://127.0.0.1:9000/v1",
        model="mine",
        headers={"X-Team": "ours"},
        add_body={"top_k": 5},
        drop_body=("stop",),
    )


def test_a_proxy_comes_along_with_its_password_apart() -> None:
    changes = {"multimodal_api": "openai", "multimodal_model": "m", "allow_reverse_proxy": True}
    imported = translate(*with_caption(**changes))

    assert imported.connection is not None
    assert imported.connection.proxy == "https://proxy.example/v1"
    assert imported.connection.proxy_key == "stored"
    assert imported.password is not None
    assert imported.password.reveal() == "opensesame"
    assert "opensesame" not in repr(imported)


@pytest.mark.parametrize(
    ("caption", "source"),
    [
        ({}, "extras"),
        ({"local": True}, "local"),
        ({"local": False}, "extras"),
        ({"source": "openai"}, "multimodal"),
        ({"source": "horde"}, "horde"),
        ({"source": "something new"}, "local"),
    ],
)
def test_the_source_follows_its_start_up_rules(caption: dict[str, Any], source: str) -> None:
    assert translate({}, caption).values["captioning.source"] == source


@pytest.mark.parametrize("text", ["", "[]", "{}", "no json", '{"extension_settings": 3}'])
def test_other_files_are_refused_in_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text)

    with pytest.raises(ConfigError, match=r"settings\.json"):
        read_settings(file)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(FILE["oai_settings"])), anything), anything, anything)
def test_whatever_stands_there_is_translated_without_a_crash(
    chat: dict[str, Any], api: object, model: object
) -> None:
    data = {"oai_settings": chat}
    caption = {"source": "multimodal", "multimodal_api": api, "multimodal_model": model}

    translate(data, {**caption, "allow_reverse_proxy": True})
