"""The body of a chat completion request, and how it changes when a server refuses a field."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping

from tui.adapters.providers import bodies
from tui.domain.connection import Endpoint
from tui.domain.errors import ImageRejected
from tui.domain.generation import GenerationRequest, Turn

_TOKEN_KEYS = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}


def build(endpoint: Endpoint, request: GenerationRequest) -> dict[str, object]:
    """Put a prompt into the protocol's form; what nobody chose is left out.

    Raises:
        ImageRejected: A picture of a type that the provider does not take.
    """
    provider = endpoint.provider
    body: dict[str, object] = {
        "model": endpoint.model,
        "messages": [_message(turn, endpoint, request.captions) for turn in request.turns],
        "stream": True,
        **dict(provider.extra_body),
    }
    if provider.stream_usage:
        body["stream_options"] = {"include_usage": True}
    if provider.abort_path:
        body["genkey"] = f"SALON{secrets.token_hex(4)}"
    if request.captions:
        body |= bodies.for_captions(endpoint)
    body |= bodies.named(endpoint, bodies.sampling(endpoint, request))
    return bodies.shape(endpoint, body)


def without(body: Mapping[str, object], refused: frozenset[str]) -> tuple[dict[str, object], str]:
    """The body without one refused field, and the field's name; "" when none can go.

    A refused limit of tokens comes back once under its other name.
    """
    kept = ("model", "messages", "stream")
    name = next((key for key in body if key in refused and key not in kept), "")
    changed = {key: value for key, value in body.items() if key != name}
    other = _TOKEN_KEYS.get(name, "")
    if other and other in refused:
        changed[other] = body[name]
    return changed, name


class Refusals:
    """Remembers for the rest of the run which fields which model's server does not take."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], list[frozenset[str]]] = {}

    def add(self, endpoint: Endpoint, refused: frozenset[str]) -> None:
        """Keep what a server named."""
        self._known.setdefault(_whose(endpoint), []).append(refused)

    def apply(self, endpoint: Endpoint, body: Mapping[str, object]) -> dict[str, object]:
        """The body as the server took it last."""
        shaped = dict(body)
        for refused in self._known.get(_whose(endpoint), ()):
            shaped, _ = without(shaped, refused)
        return shaped


def _whose(endpoint: Endpoint) -> tuple[str, str, str]:
    return endpoint.name, endpoint.url, endpoint.model


def _message(turn: Turn, endpoint: Endpoint, captions: bool) -> dict[str, object]:
    if not turn.images or turn.role != "user":
        return {"role": turn.role, "content": turn.text}
    parts: list[dict[str, object]] = []
    if turn.text:
        parts.append({"type": "text", "text": turn.text})
    for image in turn.images:
        if image.mime not in endpoint.provider.pictures.accepts:
            raise ImageRejected(
                f"{endpoint.provider.label} does not take {image.mime}",
                provider=endpoint.provider.label,
            )
        data = base64.b64encode(image.data).decode("ascii")
        picture = {"url": f"data:{image.mime};base64,{data}"}
        if captions:
            picture["detail"] = "auto"
        parts.append({"type": "image_url", "image_url": picture})
    return {"role": turn.role, "content": parts}
