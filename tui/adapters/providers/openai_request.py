"""The body of a chat completion request, and how it changes when a server refuses a field."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection, Mapping
from dataclasses import replace

from tui.adapters.failures import ParameterRefused
from tui.adapters.providers import bodies, openai_order
from tui.adapters.wire import as_count, items
from tui.domain.connection import Endpoint
from tui.domain.errors import BadRequest, ImageRejected
from tui.domain.generation import GenerationRequest, Sampling, Turn

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
    chosen = bodies.sampling(endpoint, request)
    if request.captions:
        row = bodies.for_captions(endpoint)
        body |= row
        chosen = _with_room(endpoint, chosen, row.get("max_tokens"))
    body |= bodies.named(endpoint, chosen)
    return bodies.shape(endpoint, body)


def _with_room(endpoint: Endpoint, chosen: Sampling, least: object) -> Sampling:
    """The limit for captions, raised to what the row's models need: thoughts count as answer.

    What the person set for the connection is taken as it is.
    """
    if chosen.max_tokens is None or endpoint.sampling.max_tokens is not None:
        return chosen
    return replace(chosen, max_tokens=max(chosen.max_tokens, as_count(least) or 0))


def without(
    body: Mapping[str, object], refused: frozenset[str], gone: Collection[str] = ()
) -> tuple[dict[str, object], str]:
    """The body without one refused field, and the field's name; "" when none can go.

    A refused limit of tokens comes back once under its other name.

    Args:
        body: Stays as it is.
        refused: What the server named.
        gone: What was left out before, and does not come back.
    """
    kept = ("model", "messages", "stream")
    name = next((key for key in body if key in refused and key not in kept), "")
    changed = {key: value for key, value in body.items() if key != name}
    other = _TOKEN_KEYS.get(name, "")
    if other in refused and other not in gone:
        changed[other] = body[name]
    return changed, name


class Refusals:
    """Remembers for the rest of the run what which model's server does not take."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], list[frozenset[str] | str]] = {}

    def add(self, endpoint: Endpoint, refused: frozenset[str] | str) -> None:
        """Keep which fields a server named, or what it said of the order of the messages."""
        self._known.setdefault(_whose(endpoint), []).append(refused)

    def apply(self, endpoint: Endpoint, body: Mapping[str, object]) -> dict[str, object]:
        """The body as the server took it last."""
        shaped = dict(body)
        gone: list[str] = []
        for refused in self._known.get(_whose(endpoint), ()):
            if isinstance(refused, str):
                shaped, _ = _ordered(shaped, refused)
            else:
                shaped, name = without(shaped, refused, gone)
                gone.append(name)
        return shaped


class Adaptation:
    """Changes a body to what the server says it takes; each change is made once."""

    def __init__(self, endpoint: Endpoint, refusals: Refusals) -> None:
        """Begin anew, for one request.

        Args:
            endpoint: Who is asked.
            refusals: Gets what the server said, for later requests.
        """
        self._endpoint = endpoint
        self._refusals = refusals
        self._gone: list[str] = []

    def __call__(
        self, body: Mapping[str, object], error: BadRequest
    ) -> tuple[Mapping[str, object], str]:
        """The changed body, and what changed in words; no words when nothing can change."""
        label = self._endpoint.provider.label
        ordered, words = _ordered(body, error.message)
        if words:
            self._refusals.add(self._endpoint, error.message)
            return ordered, f"{label} {words}"
        names = error.names if isinstance(error, ParameterRefused) else frozenset()
        changed, name = without(body, names, self._gone)
        if not name:
            return body, ""
        self._gone.append(name)
        self._refusals.add(self._endpoint, names)
        return changed, f"{label} does not take {name}: asking again without it"


def _ordered(body: Mapping[str, object], refusal: str) -> tuple[dict[str, object], str]:
    messages, words = openai_order.adapted(items(body.get("messages")), refusal)
    return ({**body, "messages": messages} if words else dict(body)), words


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
