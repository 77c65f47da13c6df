"""The body of a request to Ollama's chat."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace

from tui.adapters.providers import bodies, turns
from tui.domain.connection import Endpoint
from tui.domain.errors import BadRequest
from tui.domain.generation import GenerationRequest, Sampling, Turn
from tui.domain.prompt import PICTURE_TOKENS, estimate_tokens

_LEAST_CONTEXT = 8192
_ANSWER_ROOM = 1024
_THINK: dict[str, bool | str] = {
    "none": False,
    "off": False,
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
}
"""How long to think; any other word just switches it on."""


def build(endpoint: Endpoint, request: GenerationRequest) -> dict[str, object]:
    """Put a prompt into the protocol's form; what nobody chose is left out.

    Raises:
        ImageRejected: A picture of a type that the provider does not take.
    """
    chosen = bodies.sampling(endpoint, request)
    body: dict[str, object] = {
        **dict(endpoint.provider.extra_body),
        **(bodies.for_captions(endpoint) if request.captions else {}),
        "model": endpoint.model,
        "messages": [_message(turn, endpoint) for turn in request.turns],
        "stream": True,
        "options": {
            **bodies.named(endpoint, replace(chosen, reasoning_effort="")),
            "num_ctx": _context(request, chosen),
        },
    }
    if chosen.reasoning_effort:
        body["think"] = _THINK.get(chosen.reasoning_effort.lower(), True)
    elif request.captions:
        body["think"] = False  # thoughts would use up what a caption may have
    return bodies.shape(endpoint, body)


def without_thinking(
    body: Mapping[str, object], error: BadRequest
) -> tuple[Mapping[str, object], str]:
    """The body for a model that does not think, and what changed in words; else no words."""
    if "think" not in body or "think" not in error.message:
        return body, ""
    changed = {key: value for key, value in body.items() if key != "think"}
    return changed, "the model does not think: asking again without it"


def _context(request: GenerationRequest, chosen: Sampling) -> int:
    """How much context to ask for: Ollama's default is small and it cuts prompts in silence.

    In powers of two, because a change makes Ollama load the model again.
    """
    need = (chosen.max_tokens or _ANSWER_ROOM) + sum(
        estimate_tokens(turn.text) + PICTURE_TOKENS * len(turn.images) for turn in request.turns
    )
    size = _LEAST_CONTEXT
    while size < need:
        size *= 2
    return size


def _message(turn: Turn, endpoint: Endpoint) -> dict[str, object]:
    message: dict[str, object] = {"role": turn.role, "content": turn.text}
    pictures = turns.pictures(turn, endpoint)
    if pictures:
        message["images"] = [base64.b64encode(image.data).decode("ascii") for image in pictures]
    return message
