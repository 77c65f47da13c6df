"""Asks a server that speaks the Messages protocol which models it offers."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

from tui.adapters.http import Http, not_json
from tui.adapters.providers import calls, vision
from tui.adapters.providers.anthropic_request import version_of
from tui.adapters.wire import as_count, as_dict, as_text, items
from tui.domain.connection import Endpoint, Model, Vision, vision_by_name
from tui.domain.safetext import clean_line

_MOST_PAGES = 20
_FIRST_SEEING = (3, 0)


async def models(endpoint: Endpoint, client: Http) -> list[Model]:
    """List the models that are still served.

    Raises:
        ProviderError: The server cannot be reached or gives no list.
    """
    found: dict[str, Model] = {}
    url = f"{endpoint.url}{endpoint.provider.models_path}?limit=1000"
    after = ""
    for _ in range(_MOST_PAGES):
        call = calls.ask(endpoint, url + (f"&after_id={quote(after, safe='')}" if after else ""))
        page = as_dict(await client.json(call))
        if not isinstance(page.get("data"), list):
            raise not_json(b"", call.origin)
        for entry in items(page.get("data")):
            model = _model(endpoint, entry)
            if model:
                found.setdefault(model.id, model)
        last = as_text(page.get("last_id"))
        if page.get("has_more") is not True or not last or last == after:
            break
        after = last
    return list(found.values())


def _model(endpoint: Endpoint, entry: Mapping[str, Any]) -> Model | None:
    name = clean_line(as_text(entry.get("id")), 300)
    hidden = any(fnmatchcase(name.lower(), pattern) for pattern in endpoint.provider.hides)
    if not name or hidden or entry.get("lifecycle") == "retired":
        return None
    label = clean_line(as_text(entry.get("display_name")), 300)
    context = as_count(entry.get("max_input_tokens")) or None
    return Model(name, _sight(endpoint, name, entry), context, label if label != name else "")


def _sight(endpoint: Endpoint, name: str, entry: Mapping[str, Any]) -> Vision:
    said = vision.from_listing(entry)
    version = version_of(name)
    if said != "unknown":
        return said
    if version is not None and version < _FIRST_SEEING:
        return "no"
    return vision_by_name(endpoint.provider, name)
