"""Asks AI Studio or Vertex AI which models they offer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

from tui.adapters.http import Http, not_json
from tui.adapters.providers import calls
from tui.adapters.wire import as_count, as_dict, as_list, as_text, items
from tui.domain.connection import Endpoint, Model, Vision, vision_by_name
from tui.domain.errors import NetworkError, ProviderError
from tui.domain.safetext import clean_line

_MOST_PAGES = 20
_BLIND = re.compile(r"gemma-(1|2|3n)\b|gemma-3-(1b|270m)\b|\baqa\b")
"""Families without eyes, whatever their relatives have."""
_DEAF = re.compile(r"embedding|-tts|-live|native-audio|^imagen|^veo|^lyria|\baqa\b")
"""Models that do not chat, as Vertex lists them without saying so."""


async def models(endpoint: Endpoint, client: Http) -> list[Model]:
    """List the models that generate text.

    Raises:
        ProviderError: The server cannot be reached or gives no list; Vertex AI gives one to
            few keys.
    """
    if "/publishers/" not in endpoint.url:
        return await _pages(endpoint, client, endpoint.url + endpoint.provider.models_path)
    url = endpoint.url.replace("/v1/publishers/", "/v1beta1/publishers/")
    try:
        return await _pages(endpoint, client, f"{url}/models")
    except NetworkError:
        raise
    except ProviderError as error:
        raise ProviderError(
            f"{endpoint.provider.label} does not list its models for this key",
            hint="type the model's id, as its documentation has it",
            provider=endpoint.provider.label,
            status=error.status,
        ) from error


async def _pages(endpoint: Endpoint, client: Http, url: str) -> list[Model]:
    found: dict[str, Model] = {}
    token = ""
    for _ in range(_MOST_PAGES):
        more = f"&pageToken={quote(token, safe='')}" if token else ""
        call = calls.ask(endpoint, f"{url}?pageSize=1000{more}")
        page = as_dict(await client.json(call))
        entries = page.get("models", page.get("publisherModels"))
        if not isinstance(entries, list) and page:
            raise not_json(b"", call.origin)
        for entry in items(entries):
            model = _model(endpoint, entry)
            if model:
                found.setdefault(model.id, model)
        before, token = token, as_text(page.get("nextPageToken"))
        if not token or token == before:
            break
    return list(found.values())


def _model(endpoint: Endpoint, entry: Mapping[str, Any]) -> Model | None:
    name = clean_line(as_text(entry.get("name")).rpartition("models/")[2], 300)
    methods = as_list(entry.get("supportedGenerationMethods"))
    chats = "generateContent" in methods if methods else not _DEAF.search(name)
    hidden = any(fnmatchcase(name.lower(), pattern) for pattern in endpoint.provider.hides)
    if not name or not chats or hidden:
        return None
    label = clean_line(as_text(entry.get("displayName")), 300)
    context = as_count(entry.get("inputTokenLimit")) or None
    return Model(name, sight(endpoint, name), context, label if label != name else "")


def sight(endpoint: Endpoint, name: str) -> Vision:
    """Whether a model sees: the list says nothing of it, its name does."""
    return "no" if _BLIND.search(name.lower()) else vision_by_name(endpoint.provider, name)
