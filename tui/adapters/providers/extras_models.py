"""Asks a SillyTavern-Extras whether it captions; it offers no models to choose from."""

from __future__ import annotations

from tui.adapters.http import Http, not_json
from tui.adapters.providers import calls
from tui.adapters.wire import as_dict
from tui.domain.connection import Endpoint, Model
from tui.domain.errors import BadRequest


async def models(endpoint: Endpoint, client: Http) -> list[Model]:
    """Give no models, once it is certain that the server captions.

    Raises:
        BadRequest: Its caption module is off.
        ProviderError: It cannot be reached or is something else.
    """
    call = calls.ask(endpoint, f"{endpoint.url}/api/modules")
    modules = as_dict(await client.json(call)).get("modules")
    if not isinstance(modules, list):
        raise not_json(b"", call.origin)
    if "caption" not in modules:
        raise switched_off(endpoint)
    return []


def switched_off(endpoint: Endpoint) -> BadRequest:
    """The error for a server that runs without its caption module."""
    label = endpoint.provider.label
    return BadRequest(
        f"the caption module of {label} is off",
        hint="start the server with --enable-modules=caption",
        provider=label,
        status=403,
    )
