"""Requests to an endpoint: address, key, headers and time-outs put together."""

from __future__ import annotations

from collections.abc import Mapping

from tui.adapters.failures import Origin
from tui.adapters.http import READ_SECONDS, Call
from tui.adapters.providers import address
from tui.domain.connection import Endpoint
from tui.domain.errors import AuthError
from tui.domain.generation import GenerationRequest

LIST_SECONDS = 20.0
"""Longest silence of a server that is only asked for a list."""


def origin_of(endpoint: Endpoint, *, pictures: bool = False) -> Origin:
    """Whom errors shall name."""
    return Origin(
        endpoint.name,
        endpoint.provider.label,
        address.host(endpoint.url),
        endpoint.key,
        endpoint.model,
        endpoint.provider.local or address.is_loopback(endpoint.url),
        pictures,
    )


def ask(endpoint: Endpoint, url: str, body: Mapping[str, object] | None = None) -> Call:
    """A short question, e.g. for the list of models. Raises AuthError for an impossible key."""
    return Call(
        url, origin_of(endpoint), body, _headers(endpoint), read_seconds=LIST_SECONDS, retries=1
    )


def generation(
    endpoint: Endpoint, url: str, body: Mapping[str, object], request: GenerationRequest
) -> Call:
    """A call whose answer may take minutes to begin, on a local server any time.

    Raises:
        AuthError: The key cannot be put into a header.
    """
    origin = origin_of(endpoint, pictures=any(turn.images for turn in request.turns))
    seconds = None if origin.local else READ_SECONDS
    return Call(url, origin, body, _headers(endpoint), read_seconds=seconds)


def _headers(endpoint: Endpoint) -> dict[str, str]:
    headers = dict(endpoint.provider.headers)
    if endpoint.key and (key := endpoint.key.reveal().strip()):
        if not (key.isascii() and key.isprintable()):
            raise AuthError(
                f"the key for {endpoint.provider.label} has characters that no key has",
                hint="copy it again",
                provider=endpoint.provider.label,
            )
        headers["Authorization"] = f"Bearer {key}"
    return headers
