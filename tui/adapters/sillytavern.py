"""Reads the captioning settings out of SillyTavern's `settings.json`.

Used are `extension_settings.caption` (what its Image Captioning extension keeps), and of the rest
only what a caption needs: the servers' addresses, the custom server, the reverse proxy. Keys are
in another file and stay there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from tui.adapters.wire import as_dict, as_text
from tui.domain.errors import ConfigError
from tui.domain.imported import Imported
from tui.domain.safetext import clean_line
from tui.domain.secret import Secret
from tui.domain.settings import ConnectionSettings, Source

_MOST_BYTES = 32_000_000
_IDS = {"zerooneai": "01ai", "workers_ai": "workersai"}
"""Where its id of a service is not ours."""
_WITH_SECONDARY = ("ollama", "llamacpp", "ooba", "koboldcpp", "vllm")
_PLACEHOLDERS = ("_current", "_custom")
_SWITCHES = {"prompt_ask": "ask_every_time", "auto_mode": "auto_caption"}
_TEXTS = {"prompt": "prompt", "template": "template"}


def read_settings(path: Path) -> Imported:
    """Read the file.

    Raises:
        ConfigError: It cannot be read, or is no such file.
    """
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(_MOST_BYTES))
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path.name} is not JSON") from error
    caption = as_dict(as_dict(as_dict(data).get("extension_settings")).get("caption"))
    if not caption:
        raise ConfigError(
            f"{path.name} has no captioning settings",
            hint="it is the settings.json in a user's folder of SillyTavern's data",
        )
    return translate(as_dict(data), caption)


def translate(data: Mapping[str, Any], caption: Mapping[str, Any]) -> Imported:
    """Say the same in Salon's words.

    Args:
        data: The whole file.
        caption: `extension_settings.caption` of it.
    """
    values: dict[str, object] = {}
    for theirs, ours in _TEXTS.items():
        if text := as_text(caption.get(theirs)):
            values[f"captioning.{ours}"] = text
    for theirs, ours in _SWITCHES.items():
        if isinstance(caption.get(theirs), bool):
            values[f"captioning.{ours}"] = caption[theirs]
    if isinstance(caption.get("refine_mode"), bool):
        values["captioning.edit_before_saving"] = caption["refine_mode"]
    source = _source(caption)
    values["captioning.source"] = source
    if source == "extras":
        return _with_extras(data, values)
    if source != "multimodal":
        return Imported(values)
    return _with_connection(data, caption, values)


def _source(caption: Mapping[str, Any]) -> str:
    """Its start-up rules: a bool of old times first, and Extras when nothing was chosen."""
    if isinstance(caption.get("local"), bool):
        return "local" if caption["local"] else "extras"
    chosen = as_text(caption.get("source")) or "extras"
    if chosen == "openai":
        return "multimodal"
    return chosen if chosen in get_args(Source) else "local"


def _with_extras(data: Mapping[str, Any], values: dict[str, object]) -> Imported:
    extensions = as_dict(data.get("extension_settings"))
    url = clean_line(as_text(extensions.get("apiUrl")), 300)
    if not url:
        return Imported(values)
    return Imported(values, "extras", ConnectionSettings("extras", url))


def _with_connection(
    data: Mapping[str, Any], caption: Mapping[str, Any], values: dict[str, object]
) -> Imported:
    theirs = as_text(caption.get("multimodal_api")) or "openai"
    if as_text(caption.get("source")) == "openai":
        theirs = "openai"
    provider = clean_line(_IDS.get(theirs, theirs), 40)
    chosen = ConnectionSettings(
        provider, _address(data, caption, provider), "", _model(data, caption, provider)
    )
    if provider == "custom":
        chosen = replace(chosen, **_custom(data))
    password = None
    if caption.get("allow_reverse_proxy") is True:
        chat = as_dict(data.get("oai_settings"))
        proxy = clean_line(as_text(chat.get("reverse_proxy")), 300)
        word = as_text(chat.get("proxy_password"))
        if proxy:
            password = Secret(word, origin="settings.json") if word else None
            chosen = replace(chosen, proxy=proxy, proxy_key="stored" if password else "")
    return Imported(values, provider, chosen, password)


def _address(data: Mapping[str, Any], caption: Mapping[str, Any], provider: str) -> str:
    if provider in _WITH_SECONDARY:
        if caption.get("alt_endpoint_enabled") is True:
            return clean_line(as_text(caption.get("alt_endpoint_url")), 300)
        text = as_dict(data.get("textgenerationwebui_settings"))
        return clean_line(as_text(as_dict(text.get("server_urls")).get(provider)), 300)
    if provider == "custom":
        return clean_line(as_text(as_dict(data.get("oai_settings")).get("custom_url")), 300)
    return ""


def _model(data: Mapping[str, Any], caption: Mapping[str, Any], provider: str) -> str:
    """The model itself where its setting only says "the current one"."""
    model = as_text(caption.get("multimodal_model"))
    if model.endswith(_PLACEHOLDERS):
        text = as_dict(data.get("textgenerationwebui_settings"))
        chat = as_dict(data.get("oai_settings"))
        model = {
            "ollama_current": as_text(text.get("ollama_model")),
            "vllm_current": as_text(text.get("vllm_model")),
            "custom_current": as_text(chat.get("custom_model")),
            "ollama_custom": as_text(caption.get("ollama_custom_model")),
            "custom_custom": as_text(caption.get("custom_model")),
        }.get(model, "")
    return clean_line(model, 300)


def _custom(data: Mapping[str, Any]) -> dict[str, Any]:
    """Further headers and fields, which it keeps as YAML texts."""
    import yaml

    chat = as_dict(data.get("oai_settings"))

    def read(name: str) -> object:
        try:
            return yaml.safe_load(as_text(chat.get(name))[:20_000])
        except (yaml.YAMLError, RecursionError):
            return None

    found: dict[str, Any] = {}
    headers, body, without = (
        read(f"custom_{name}") for name in ("include_headers", "include_body", "exclude_body")
    )
    if isinstance(headers, dict):
        found["headers"] = {str(name): str(value) for name, value in headers.items()}
    if isinstance(body, dict):
        found["add_body"] = {str(name): value for name, value in body.items()}
    if isinstance(without, list):
        found["drop_body"] = tuple(str(name) for name in without)
    return found
