"""Asks Cohere which models it offers."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

from tui.adapters.http import Http, not_json
from tui.adapters.providers import calls, vision
from tui.adapters.wire import as_count, as_dict, as_list, as_text, items
from tui.domain.connection import Endpoint, Model, Vision, vision_by_name
from tui.domain.safetext import clean_line

_MOST_PAGES = 20


async def models(endpoint: Endpoint, client: Http) -> list[Model]:
    """List the models that chat; deprecated ones still answer those who use them.

    Raises:
        ProviderError: The server cannot be reached or gives no list.
    """
    found: dict[str, Model] = {}
    url = f"{endpoint.url}/v1{endpoint.provider.models_path}?endpoint=chat&page_size=1000"
    token = ""
    for _ in range(_MOST_PAGES):
        more = f"&page_token={quote(token, safe='')}" if token else ""
        call = calls.ask(endpoint, url + more)
        page = as_dict(await client.json(call))
        if not isinstance(page.get("models"), list):
            raise not_json(b"", call.origin)
        for entry in items(page.get("models")):
            model = _model(endpoint, entry)
            if model:
                found.setdefault(model.id, model)
        before, token = token, as_text(page.get("next_page_token"))
        if not token or token == before:
            break
    return list(found.values())


def _model(endpoint: Endpoint, entry: Mapping[str, Any]) -> Model | None:
    name = clean_line(as_text(entry.get("name")), 300)
    uses = as_list(entry.get("endpoints"))
    hidden = any(fnmatchcase(name.lower(), pattern) for pattern in endpoint.provider.hides)
    if not name or hidden or (uses and "chat" not in uses):
        return None
    context = as_count(entry.get("context_length")) or None
    return Model(name, _sight(endpoint, name, entry), context)


def _sight(endpoint: Endpoint, name: str, entry: Mapping[str, Any]) -> Vision:
    """The features are complete where there are any: what they leave out is not there."""
    said = vision.from_listing(entry)
    if said == "unknown" and as_list(entry.get("features")):
        return "no"
    return vision_by_name(endpoint.provider, name) if said == "unknown" else said
