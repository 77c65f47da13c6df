"""Requests to an endpoint: address, key, headers and time-outs put together."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlsplit

from tui.adapters.failures import Origin
from tui.adapters.http import READ_SECONDS, Call
from tui.adapters.providers import address
from tui.domain.connection import Auth, Endpoint
from tui.domain.errors import AuthError
from tui.domain.generation import GenerationRequest

LIST_SECONDS = 20.0
"""Longest silence of a server that is only asked for a list."""
_WHOLE_SECONDS = 60.0
"""For all of a list: a server that sends a byte each second is never silent."""
MAKING_SECONDS = 300.0
"""Longest silence of a service that makes a picture."""
_LIST_WAIT = 5.0
"""Longest wait that it may ask for: nothing is shown meanwhile."""
_TOKEN = "ya29."
"""How Google's short-lived tokens begin, which are no keys."""


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
        tuple(value for _, value in endpoint.headers),
        endpoint.provider.pulls,
        endpoint.proxied,
        endpoint.provider.add_path or urlsplit(endpoint.provider.base_url or "//custom/v1").path,
    )


def ask(endpoint: Endpoint, url: str, body: Mapping[str, object] | None = None) -> Call:
    """A short question, e.g. for the list of models. Raises AuthError for an impossible key."""
    return Call(
        url,
        origin_of(endpoint),
        body,
        _headers(endpoint),
        read_seconds=LIST_SECONDS,
        retries=1,
        longest_wait=_LIST_WAIT,
        whole_seconds=_WHOLE_SECONDS,
    )


def generation(
    endpoint: Endpoint, url: str, body: Mapping[str, object], request: GenerationRequest
) -> Call:
    """A call whose answer may take minutes to begin, on a local server any time.

    Raises:
        AuthError: The key, or a header of the person's own, cannot be sent.
    """
    origin = origin_of(endpoint, pictures=any(turn.images for turn in request.turns))
    seconds = None if origin.local else READ_SECONDS
    return Call(url, origin, body, _headers(endpoint), read_seconds=seconds)


def making(
    endpoint: Endpoint,
    url: str,
    body: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Call:
    """A call that makes a picture, which costs: it is not repeated once it may have begun.

    Raises:
        AuthError: The key, or a header of the person's own, cannot be sent.
    """
    origin = origin_of(endpoint)
    seconds = None if origin.local else MAKING_SECONDS
    told = {**_headers(endpoint), **(headers or {})}
    return Call(url, origin, body, told, read_seconds=seconds, costly=True)


def _headers(endpoint: Endpoint) -> dict[str, str]:
    """The row's headers, below them the key, and the person's own before both."""
    provider = endpoint.provider
    headers = dict(provider.headers)
    key = endpoint.key.reveal().strip() if endpoint.key else ""
    if not key and not endpoint.proxied:
        key = provider.anonymous_key
    if key:
        _check(key, f"the key for {provider.label} has characters that no key has", endpoint)
        headers |= [_shown(_auth(endpoint, key), key)]
    for name, value in endpoint.headers:
        text = value.reveal().strip()
        if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name, re.ASCII):
            raise AuthError(
                f"a header for {provider.label} has a name that cannot be sent",
                hint="look at the headers of the connection (F2)",
                provider=provider.label,
            )
        _check(text, f"the header {name} has characters that cannot be sent", endpoint)
        headers = {kept: old for kept, old in headers.items() if kept.lower() != name.lower()}
        if text:
            headers[name] = text
    return headers


def _auth(endpoint: Endpoint, key: str) -> Auth:
    provider = endpoint.provider
    if endpoint.proxied and provider.proxy_auth:
        return provider.proxy_auth
    if provider.protocol == "gemini" and key.startswith(_TOKEN):
        return "bearer"
    return provider.auth


def _shown(auth: Auth, key: str) -> tuple[str, str]:
    if auth == "basic" and ":" in key:
        return "Authorization", f"Basic {b64encode(key.encode()).decode()}"
    # Without a colon it is no name and password: a proxy before the server may want it.
    return ("Authorization", f"Bearer {key}") if auth in {"bearer", "basic"} else (auth, key)


def _check(text: str, message: str, endpoint: Endpoint) -> None:
    if not (text.isascii() and text.isprintable()):
        raise AuthError(message, hint="copy it again", provider=endpoint.provider.label)
