"""The body of a chat request to Cohere, and how it changes when a server refuses a part of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from tui.adapters.failures import ParameterRefused
from tui.adapters.providers import bodies, turns
from tui.domain.connection import Endpoint
from tui.domain.errors import BadRequest
from tui.domain.generation import GenerationRequest, Sampling, Turn

CAPTION_ROOM = 4096
"""Tokens on top of a caption's limit for a model that thinks: thoughts count as answer."""
_THINKS = re.compile(r"reasoning|command-a-plus", re.IGNORECASE)
"""Models that think unless they are told not to."""
_LIMITS: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 1.0),
    "p": (0.01, 0.99),
    "k": (0, 500),
    "presence_penalty": (0.0, 1.0),
    "frequency_penalty": (0.0, 1.0),
}
"""What is taken, lowest and highest: less than what other services take."""
_KEPT = frozenset({"model", "messages", "stream"})
_VERBS = r"['\"`”]?:? (is|are|was|has|must|should|may|can|cannot|exceeds)\b"
"""What follows the name of a field that is one letter long, where a refusal speaks of it."""


def build(endpoint: Endpoint, request: GenerationRequest) -> dict[str, object]:
    """Put a prompt into the protocol's form; what is None is left out.

    Raises:
        ImageRejected: A picture of a type that the provider does not take.
    """
    chosen = bodies.sampling(endpoint, request)
    body: dict[str, object] = {
        **dict(endpoint.provider.extra_body),
        **(bodies.for_captions(endpoint) if request.captions else {}),
        "model": endpoint.model,
        "messages": _messages(endpoint, request),
        "stream": True,
        **_options(chosen),
    }
    limit = _limit(endpoint, request, chosen)
    if limit is not None:
        body["max_tokens"] = limit
    return bodies.shape(endpoint, body)


class Adaptation:
    """Changes a body to what the server says it takes; each change is made once."""

    def __init__(self, label: str) -> None:
        self._label = label

    def __call__(
        self, body: Mapping[str, object], error: BadRequest
    ) -> tuple[Mapping[str, object], str]:
        """The changed body, and what changed in words; no words when nothing can change."""
        named = error.names if isinstance(error, ParameterRefused) else frozenset()
        name = next(
            (n for n in body if n not in _KEPT and (n in named or _speaks_of(n, error.message))), ""
        )
        if not name:
            return body, ""
        changed = {key: value for key, value in body.items() if key != name}
        return changed, f"{self._label} does not take {name}: asking again without it"


def _speaks_of(name: str, message: str) -> bool:
    """Whether a refusal means a field: it writes most names without quotes."""
    after = _VERBS if len(name) == 1 else r"\b"
    return re.search(rf"\b{re.escape(name)}{after}", message) is not None


def _limit(endpoint: Endpoint, request: GenerationRequest, chosen: Sampling) -> int | None:
    """How many tokens the answer may have, thoughts included.

    A caption's limit means the caption: the thoughts of a model that thinks come on top, or
    else it would be empty. What the person set for the connection is taken as it is.
    """
    if chosen.max_tokens is None or not request.captions:
        return chosen.max_tokens
    if endpoint.sampling.max_tokens is not None or not _THINKS.search(endpoint.model):
        return chosen.max_tokens
    return chosen.max_tokens + CAPTION_ROOM


def _options(chosen: Sampling) -> dict[str, object]:
    """What is chosen of the sampling, brought into the range that is taken.

    Out of it the field would be refused and left out, and the server's default is farther from
    what was meant than the end of the range.
    """
    numbers = {
        "temperature": chosen.temperature,
        "p": chosen.top_p,
        "k": chosen.top_k,
        "seed": chosen.seed,
        "presence_penalty": chosen.presence_penalty,
        "frequency_penalty": chosen.frequency_penalty,
    }
    options: dict[str, object] = {}
    for name, value in numbers.items():
        if value is not None:
            lowest, highest = _LIMITS.get(name, (value, value))
            options[name] = min(max(value, lowest), highest)
    if chosen.stop:
        options["stop_sequences"] = list(chosen.stop)
    return options


def _messages(endpoint: Endpoint, request: GenerationRequest) -> list[dict[str, object]]:
    """The turns that say something, each as it is: the roles need not alternate.

    Something must be said for the person where nobody has spoken. A reply that is to be
    continued must be asked for: it may come last, but the model then begins a new one.
    """
    told = [t for t in request.turns if t.text.strip() or (t.images and t.role == "user")]
    if all(turn.role == "system" for turn in told):
        told.append(Turn("user", turns.OPENING))
    elif told[-1].role == "assistant":
        told.append(Turn("user", turns.GO_ON))
    return [{"role": turn.role, "content": _content(turn, endpoint)} for turn in told]


def _content(turn: Turn, endpoint: Endpoint) -> str | list[dict[str, object]]:
    pictures = turns.pictures(turn, endpoint)
    if not pictures:
        return turn.text
    parts: list[dict[str, object]] = []
    if turn.text.strip():
        parts.append({"type": "text", "text": turn.text})
    for image in pictures:
        data = base64.b64encode(image.data).decode("ascii")
        url = f"data:{image.mime};base64,{data}"
        parts.append({"type": "image_url", "image_url": {"url": url}})
    return parts
