"""Asks a Stable Diffusion WebUI, or a server like it, which checkpoints it has."""

from __future__ import annotations

from tui.adapters.http import Http, not_json
from tui.adapters.providers import address, calls, entries
from tui.adapters.wire import as_text, items
from tui.domain.connection import Endpoint, Model
from tui.domain.errors import BadRequest, ProviderError
from tui.domain.safetext import clean_line

_PATH = "/sdapi/v1/sd-models"


async def models(endpoint: Endpoint, client: Http) -> list[Model]:
    """List the checkpoints, by the titles that it takes.

    Raises:
        BadRequest: It runs without its API.
        ProviderError: It cannot be reached or is something else.
    """
    call = calls.ask(endpoint, address.root(endpoint.provider, endpoint.url) + _PATH)
    try:
        payload = await client.json(call)
    except ProviderError as error:
        if error.status == 404:
            raise without_api(endpoint) from error
        raise
    if not isinstance(payload, list):
        raise not_json(b"", call.origin)
    found: dict[str, Model] = {}
    for entry in items(payload)[: entries.MOST]:
        name = clean_line(as_text(entry.get("title")) or as_text(entry.get("model_name")), 300)
        if name:
            found.setdefault(name, Model(name, "no"))
    return list(found.values())


def without_api(endpoint: Endpoint) -> BadRequest:
    """The error for a server that only shows its pages."""
    label = endpoint.provider.label
    return BadRequest(
        f"{label} does not offer its API there",
        hint="start it with --api, and check the address",
        provider=label,
        status=404,
    )
