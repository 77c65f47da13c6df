"""Asks a server which models it offers and which of them see pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from tui.adapters.http import Http, not_json
from tui.adapters.providers import address, calls, vision
from tui.adapters.wire import as_count, as_dict, as_text, items
from tui.domain.connection import Endpoint, Model, Vision, vision_by_name
from tui.domain.errors import ProviderError
from tui.domain.safetext import clean_line

_CONTEXT_NAMES = (
    "context_length",
    "max_context_length",
    "max_model_len",
    "context_window",
    "loaded_context_length",
)
_MOST_MODELS = 5000
_MOST_QUESTIONS = 40
"""How many models of an old Ollama are asked for one by one."""


async def models(endpoint: Endpoint, client: Http) -> list[Model]:
    """List the models that chat; what is known of their sight is filled in.

    Raises:
        ProviderError: The server cannot be reached or gives no list.
    """
    if endpoint.provider.protocol == "ollama":
        found = await _ollama(endpoint, client)
    else:
        found = await _openai(endpoint, client)
    return [_with_name_hint(endpoint, model) for model in found]


def _with_name_hint(endpoint: Endpoint, model: Model) -> Model:
    if model.vision != "unknown":
        return model
    return replace(model, vision=vision_by_name(endpoint.provider, model.id))


async def _openai(endpoint: Endpoint, client: Http) -> list[Model]:
    entries, probed = await _entries(endpoint, client)
    found = []
    for entry in entries[:_MOST_MODELS]:
        name = clean_line(_id(entry), 300)
        if not name or not _chats(entry) or _hidden(endpoint, name):
            continue
        said = vision.from_listing(entry)
        label = clean_line(as_text(entry.get("name")), 300)
        context = next(filter(None, (as_count(entry.get(key)) for key in _CONTEXT_NAMES)), None)
        context = context or as_count(as_dict(entry.get("meta")).get("n_ctx"))
        sees = probed.vision if said == "unknown" else said
        found.append(Model(name, sees, context or probed.context, label if label != name else ""))
    return found


async def _entries(endpoint: Endpoint, client: Http) -> tuple[list[dict[str, Any]], Model]:
    """The raw list, and what a probe says of all of them."""
    provider = endpoint.provider
    base = address.root(provider, endpoint.url)
    if provider.probe in {"lmstudio", "xai"}:
        richer = (
            f"{base}/api/v0/models" if provider.probe == "lmstudio" else f"{base}/language-models"
        )
        try:
            entries = _list(await client.json(calls.ask(endpoint, richer)))
        except ProviderError as error:
            if error.status not in {200, 404, 405}:
                raise
            entries = []
        if entries:
            return entries, Model("")
    call = calls.ask(endpoint, endpoint.url + provider.models_path)
    payload = await client.json(call)
    entries = _list(payload)
    if not entries and not isinstance(payload, list) and not _has_list(payload):
        raise not_json(b"", call.origin)
    return entries, await _probe(endpoint, client, base)


async def _probe(endpoint: Endpoint, client: Http, base: str) -> Model:
    """What a local server that holds one model says of itself."""
    path = {"llamacpp": "/props", "koboldcpp": "/api/extra/version"}.get(endpoint.provider.probe)
    if path is None:
        return Model("")
    try:
        said = as_dict(await client.json(calls.ask(endpoint, base + path)))
    except ProviderError:
        return Model("")
    flag = said.get("vision", as_dict(said.get("modalities")).get("vision"))
    settings = as_dict(said.get("default_generation_settings"))
    sees: Vision = "unknown"
    if isinstance(flag, bool):
        sees = "yes" if flag else "no"
    return Model("", sees, as_count(settings.get("n_ctx")))


async def _ollama(endpoint: Endpoint, client: Http) -> list[Model]:
    call = calls.ask(endpoint, f"{endpoint.url}/api/tags")
    payload = await client.json(call)
    if not _has_list(payload):
        raise not_json(b"", call.origin)
    found = []
    questions: list[Coroutine[None, None, Model]] = []
    for entry in _list(payload)[:_MOST_MODELS]:
        name = clean_line(_id(entry), 300)
        capabilities = entry.get("capabilities")
        if not name or (capabilities and "completion" not in capabilities):
            continue
        found.append(Model(name, vision.from_capabilities(capabilities)))
        if not capabilities and len(questions) < _MOST_QUESTIONS:
            questions.append(_show(endpoint, client, name))
    answers = {model.id: model for model in await asyncio.gather(*questions)}
    return [answers.get(model.id, model) for model in found]


async def _show(endpoint: Endpoint, client: Http, name: str) -> Model:
    """Ask an Ollama whose list does not tell about one model."""
    url = f"{endpoint.url}/api/show"
    try:
        said = as_dict(await client.json(calls.ask(endpoint, url, {"model": name})))
    except ProviderError:
        return Model(name)
    sees = vision.from_capabilities(said.get("capabilities"))
    if sees == "unknown":
        families = as_dict(said.get("details")).get("families") or []
        sees = "yes" if said.get("projector_info") or {"clip", "mllama"} & {*families} else "no"
    info = as_dict(said.get("model_info"))
    context = next((as_count(v) for k, v in info.items() if k.endswith(".context_length")), None)
    return Model(name, sees, context)


def _has_list(payload: object) -> bool:
    top = as_dict(payload)
    return isinstance(top.get("data"), list) or isinstance(top.get("models"), list)


def _list(payload: object) -> list[dict[str, Any]]:
    if isinstance(payload, list):
        return items(payload)
    top = as_dict(payload)
    beside = {_id(entry): entry for entry in items(top.get("models"))}
    listed = [{**beside.get(_id(entry), {}), **entry} for entry in items(top.get("data"))]
    return listed or list(beside.values())


def _id(entry: Mapping[str, Any]) -> str:
    return as_text(entry.get("id")) or as_text(entry.get("name")) or as_text(entry.get("model"))


def _chats(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is a chat model, as far as the server tells."""
    if as_dict(entry.get("capabilities")).get("completion_chat") is False:
        return False
    if entry.get("supports_chat") is False:
        return False
    kind = as_text(entry.get("type"))
    if kind.startswith("embedding") or kind in {"image", "tts", "stt", "video", "audio"}:
        return False
    draws = as_dict(entry.get("architecture")).get("output_modalities")
    return not isinstance(draws, list) or not draws or "text" in draws


def _hidden(endpoint: Endpoint, name: str) -> bool:
    lower = name.lower()
    return any(fnmatchcase(lower, pattern) for pattern in endpoint.provider.hides)
