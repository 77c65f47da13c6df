"""Asks a service which of its models make pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tui.adapters.http import Http
from tui.adapters.imagers import pollinations, wishes
from tui.adapters.providers import calls, entries, listing
from tui.adapters.providers.a1111_models import models as checkpoints
from tui.adapters.providers.catalog_hosted import IMAGE_MODELS
from tui.adapters.wire import as_count, as_dict, as_list, as_text, items
from tui.domain.connection import Endpoint
from tui.domain.errors import ProviderError
from tui.domain.safetext import clean_line


async def models(endpoint: Endpoint, client: Http) -> list[str]:
    """List the ids. Raises ProviderError."""
    match endpoint.provider.images:
        case "a1111":
            return [model.id for model in await checkpoints(endpoint, client)]
        case "comfyui":
            return [model.id for model in await listing.models(endpoint, client)]
        case "horde":
            return await _of_horde(endpoint, client)
        case "pollinations":
            names = await _of_pollinations(endpoint, client)
        case "gemini":
            names = await _fetched(endpoint, client, "/models?pageSize=1000")
        case _:
            return await _of_openai(endpoint, client)
    return [name for name in names if wishes.draws(endpoint, name) or not endpoint.provider.draws]


async def _fetched(endpoint: Endpoint, client: Http, path: str) -> list[str]:
    payload = await client.json(calls.ask(endpoint, endpoint.url + path))
    return _unique(entries.name(entry).removeprefix("models/") for entry in entries.read(payload))


async def _of_horde(endpoint: Endpoint, client: Http) -> list[str]:
    """Those that most machines run come first."""
    call = calls.ask(endpoint, f"{endpoint.url}/v2/status/models?type=image")
    listed = items(await client.json(call))[: entries.MOST]
    listed.sort(key=lambda entry: -(as_count(entry.get("count")) or 0))
    return _unique(map(entries.name, listed))


async def _of_pollinations(endpoint: Endpoint, client: Http) -> list[str]:
    """A list of names, or of entries with one; all of them make pictures, or films."""
    path = "/models" if pollinations.is_old(endpoint) else "/image/models"
    payload = await client.json(calls.ask(endpoint, pollinations.root(endpoint) + path))
    films = [
        e.get("name") for e in items(payload) if "video" in as_list(e.get("output_modalities"))
    ]
    names = [as_text(each) or entries.name(as_dict(each)) for each in as_list(payload)]
    return _unique(name for name in names if name not in films)


async def _of_openai(endpoint: Endpoint, client: Http) -> list[str]:
    """What the list says of a model, else its name; on a server of one's own any may be one."""
    if path := endpoint.provider.image_models:
        try:
            return await _fetched(endpoint, client, path)
        except ProviderError as error:
            if error.status not in (404, 405):
                raise
    url = endpoint.url + endpoint.provider.models_path
    listed = entries.read(await client.json(calls.ask(endpoint, url)))
    known = endpoint.provider.draws or IMAGE_MODELS
    found = _unique(entries.name(entry) for entry in listed if _draws(entry, known))
    if found or endpoint.provider.draws:
        return found
    return _unique(map(entries.name, listed))


def _draws(entry: Mapping[str, Any], known: tuple[str, ...]) -> bool:
    made = as_list(as_dict(entry.get("architecture")).get("output_modalities"))
    if made:
        return "image" in made
    if entry.get("type") == "image":
        return True
    name = entries.name(entry).lower()
    return any(fnmatchcase(name, pattern) for pattern in known)


def _unique(names: Iterable[str]) -> list[str]:
    known = dict.fromkeys(clean_line(name, 300) for name in names)
    return [name for name in known if name]
