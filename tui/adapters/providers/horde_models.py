"""Asks AI Horde which text models volunteers offer now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.adapters.http import Http, not_json
from tui.adapters.providers import calls, entries
from tui.adapters.wire import as_count, as_text, items
from tui.domain.connection import Endpoint, Model
from tui.domain.safetext import clean_line

_PATH = "/v2/status/models?type=text"


async def models(endpoint: Endpoint, client: Http) -> list[Model]:
    """List the models, those that most machines run first; none of them sees.

    Raises:
        ProviderError: The server cannot be reached or gives no list.
    """
    call = calls.ask(endpoint, endpoint.url + _PATH)
    payload = await client.json(call)
    if not isinstance(payload, list):
        raise not_json(b"", call.origin)
    found: dict[str, tuple[int, Model]] = {}
    for entry in items(payload)[: entries.MOST]:
        name = clean_line(as_text(entry.get("name")), 300)
        if name and entry.get("type", "text") == "text":
            count = as_count(entry.get("count")) or 0
            found.setdefault(name, (count, Model(name, "no", label=_label(name, count, entry))))
    ordered = sorted(found.values(), key=lambda each: (-each[0], each[1].id.lower()))
    return [model for _, model in ordered]


def _label(name: str, count: int, entry: Mapping[str, Any]) -> str:
    """The model with how many machines run it and how long its queue takes."""
    machines = "1 machine" if count == 1 else f"{count} machines"
    seconds = as_count(entry.get("eta"))
    queue = f", about {seconds} s" if seconds else ""
    return f"{name} ({machines}{queue})"
