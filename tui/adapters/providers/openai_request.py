"""The body of a chat completion request, and how it changes when a server refuses a field."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping

from tui.domain.connection import Endpoint
from tui.domain.errors import ImageRejected
from tui.domain.generation import GenerationRequest, Turn

_TOKEN_KEYS = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}


def build(endpoint: Endpoint, request: GenerationRequest) -> dict[str, object]:
    """Put a prompt into the protocol's form; what is None is left out.

    Raises:
        ImageRejected: A picture of a type that the provider does not take.
    """
    provider = endpoint.provider
    sampling = request.sampling
    body: dict[str, object] = {
        "model": endpoint.model,
        "messages": [_message(turn, endpoint) for turn in request.turns],
        "stream": True,
        **dict(provider.extra_body),
    }
    if provider.stream_usage:
        body["stream_options"] = {"include_usage": True}
    if provider.abort_path:
        body["genkey"] = f"SALON{secrets.token_hex(4)}"
    options: dict[str, object] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        provider.max_tokens_key: sampling.max_tokens,
        provider.seed_key: sampling.seed,
        "stop": list(sampling.stop) or None,
    }
    body.update((key, value) for key, value in options.items() if value is not None)
    return body


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


def _message(turn: Turn, endpoint: Endpoint) -> dict[str, object]:
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
        url = f"data:{image.mime};base64,{data}"
        parts.append({"type": "image_url", "image_url": {"url": url}})
    return {"role": turn.role, "content": parts}
