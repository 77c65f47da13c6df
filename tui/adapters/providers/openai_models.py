"""Lists the models of servers that speak OpenAI's protocol, and asks the local ones for more."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from tui.adapters.http import Http, not_json
from tui.adapters.providers import address, calls, entries, vision
from tui.adapters.wire import as_count, as_dict, as_text
from tui.domain.connection import Endpoint, Model, Vision
from tui.domain.errors import ProviderError
from tui.domain.safetext import clean_line

_CONTEXT_NAMES = (
    "context_length",
    "max_context_length",
    "max_model_len",
    "context_window",
    "loaded_context_length",
)
_NOT_THERE = {200, 400, 403, 404, 405, 501}
"""How servers, proxies, and keys that may not ask say that there is no richer list."""


async def models(endpoint: Endpoint, client: Http) -> list[Model]:
    """List the models that chat.

    Raises:
        ProviderError: The server cannot be reached or gives no list.
    """
    listed, probed = await _listed(endpoint, client)
    found = []
    for entry in listed:
        name = clean_line(entries.name(entry), 300)
        if not name or not _chats(entry) or _hidden(endpoint, name):
            continue
        said = vision.from_listing(entry)
        label = clean_line(as_text(entry.get("name")), 300)
        sees = probed.vision if said == "unknown" else said
        context = _context(entry) or probed.context
        found.append(Model(name, sees, context, label if label != name else ""))
    return found


async def _listed(endpoint: Endpoint, client: Http) -> tuple[list[dict[str, Any]], Model]:
    """The raw list, and what a probe says of all of them."""
    provider = endpoint.provider
    base = address.root(provider, endpoint.url)
    if provider.probe in {"lmstudio", "xai"}:
        richer = (
            f"{base}/api/v0/models" if provider.probe == "lmstudio" else f"{base}/language-models"
        )
        try:
            found = entries.read(await client.json(calls.ask(endpoint, richer)))
        except ProviderError as error:
            if error.status not in _NOT_THERE:
                raise
            found = []
        if found:
            return found, Model("")
    call = calls.ask(endpoint, endpoint.url + provider.models_path)
    payload = await client.json(call)
    if not entries.is_list(payload):
        raise not_json(b"", call.origin)
    return entries.read(payload), await _probe(endpoint, client, base)


async def _probe(endpoint: Endpoint, client: Http, base: str) -> Model:
    """What a local server that holds one model says of itself."""
    path = {"llamacpp": "/props", "koboldcpp": "/api/extra/version"}.get(endpoint.provider.probe)
    if path is None:
        return Model("")
    try:
        said = as_dict(await client.json(calls.ask(endpoint, base + path)))
    except ProviderError:
        return Model("")
    return Model("", sight(said), context_of(said))


def sight(said: Mapping[str, Any]) -> Vision:
    """What llama.cpp's properties or KoboldCpp's version say of the loaded model's eyes."""
    flag = said.get("vision", as_dict(said.get("modalities")).get("vision"))
    if not isinstance(flag, bool):
        return "unknown"
    return "yes" if flag else "no"


def context_of(said: Mapping[str, Any]) -> int | None:
    """Context in tokens from llama.cpp's properties."""
    return as_count(as_dict(said.get("default_generation_settings")).get("n_ctx")) or None


def _context(entry: Mapping[str, Any]) -> int | None:
    places = [entry.get(name) for name in _CONTEXT_NAMES]
    places.append(as_dict(entry.get("meta")).get("n_ctx"))
    return next(filter(None, map(as_count, places)), None)


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
