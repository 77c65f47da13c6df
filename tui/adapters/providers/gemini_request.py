"""The body of a generateContent request, and how it changes when a model refuses a part."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import quote

from tui.adapters.failures import ParameterRefused
from tui.adapters.providers import bodies, gemini_thinking, turns
from tui.adapters.providers.turns import Side
from tui.adapters.wire import as_dict, as_list
from tui.domain.connection import Endpoint
from tui.domain.errors import BadRequest
from tui.domain.generation import GenerationRequest, Sampling, Turn

THINKING_ROOM = 4096
"""Tokens on top of a caption's limit for a model that thinks: thoughts count as answer."""
_OPTIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(sign, re.IGNORECASE))
    for name, sign in (
        ("thinkingConfig", r"thinking|thoughts|\bbudget [-\d]+ is"),
        ("presencePenalty", r"presence.?penalty|\bpenalty is not"),
        ("frequencyPenalty", r"frequency.?penalty|\bpenalty is not"),
        ("topK", r"\btop.?k\b"),
        ("topP", r"\btop.?p\b"),
        ("seed", r"\bseed\b"),
        ("stopSequences", r"stop.?sequence"),
        ("temperature", r"\btemperature\b"),
    )
)
"""Fields of `generationConfig` and how refusals speak of them."""
_SYSTEM = re.compile(r"(developer|system).?instruction", re.IGNORECASE)
_LAST = re.compile(r"end(s)? with a user|last .{0,30}must be .{0,10}user", re.IGNORECASE)


def model_of(endpoint: Endpoint) -> str:
    """The model's id as the server lists it, without the folders that people paste along."""
    return endpoint.model.strip().strip("/").rpartition("models/")[2]


def address(endpoint: Endpoint) -> str:
    """Where the model streams its answers. The key is not part of it."""
    name = model_of(endpoint)
    folder, _, rest = name.partition("/")
    tuned = folder == "tunedModels" and rest
    path = f"{folder}/{quote(rest, safe='')}" if tuned else f"models/{quote(name, safe='')}"
    return f"{endpoint.url}/{path}:streamGenerateContent?alt=sse"


def build(endpoint: Endpoint, request: GenerationRequest) -> dict[str, object]:
    """Put a prompt into the protocol's form; what is None is left out.

    Raises:
        ImageRejected: A picture of a type that the provider does not take.
    """
    chosen = bodies.sampling(endpoint, request)
    system, sides = turns.split(request.turns)
    provider = endpoint.provider
    body: dict[str, object] = {
        **dict(provider.extra_body),
        **(bodies.for_captions(endpoint) if request.captions else {}),
        "contents": [_content(side, endpoint) for side in sides],
    }
    if system:
        body["systemInstruction"] = {"parts": [{"text": system}]}
    thinking = gemini_thinking.config(
        model_of(endpoint), chosen.reasoning_effort, shown=not request.captions
    )
    config = as_dict(body.get("generationConfig")) | _options(chosen)
    limit = _limit(endpoint, request, chosen)
    if limit is not None:
        config["maxOutputTokens"] = limit
    if thinking:
        config["thinkingConfig"] = thinking
    if config:
        body["generationConfig"] = config
    return bodies.shape(endpoint, body)


class Adaptation:
    """Changes a body to what the server says it takes; each change is made once."""

    def __init__(self, label: str) -> None:
        self._label = label

    def __call__(
        self, body: Mapping[str, object], error: BadRequest
    ) -> tuple[Mapping[str, object], str]:
        """The changed body, and what changed in words; no words when nothing can change."""
        contents = as_list(body.get("contents"))
        if "systemInstruction" in body and _SYSTEM.search(error.message):
            return _folded(body), "the model takes no system text: sending it as a message"
        if (
            contents
            and as_dict(contents[-1]).get("role") == "model"
            and _LAST.search(error.message)
        ):
            asked = {"role": "user", "parts": [{"text": turns.GO_ON}]}
            return {**body, "contents": [*contents, asked]}, f"{self._label} is asked to go on"
        config = as_dict(body.get("generationConfig"))
        names = error.names if isinstance(error, ParameterRefused) else frozenset()
        found = [
            name
            for name, sign in _OPTIONS
            if name in config and (name in names or sign.search(error.message))
        ]
        if not found:
            return body, ""
        rest = {key: value for key, value in config.items() if key not in found}
        words = f"{self._label} does not take {', '.join(found)}: asking again without it"
        return {**body, "generationConfig": rest}, words


def _folded(body: Mapping[str, object]) -> dict[str, object]:
    """The system text put in front of what the person said first."""
    changed = {key: value for key, value in body.items() if key != "systemInstruction"}
    text = as_list(as_dict(body["systemInstruction"]).get("parts"))
    first, *rest = as_list(body.get("contents")) or [{"role": "user", "parts": []}]
    changed["contents"] = [{**first, "parts": [*text, *as_list(first.get("parts"))]}, *rest]
    return changed


def _limit(endpoint: Endpoint, request: GenerationRequest, chosen: Sampling) -> int | None:
    """How many tokens the answer may have, thoughts included.

    A limit for captions means the caption: on a model that thinks first, a few hundred tokens
    are gone before its first word and the caption comes back empty. So its thoughts come on
    top. What the person set for the connection is taken as it is.
    """
    if chosen.max_tokens is None or not request.captions:
        return chosen.max_tokens
    if endpoint.sampling.max_tokens is not None:
        return chosen.max_tokens
    thinks = gemini_thinking.thinks(model_of(endpoint), chosen.reasoning_effort)
    return chosen.max_tokens + (THINKING_ROOM if thinks else 0)


def _options(chosen: Sampling) -> dict[str, object]:
    options: dict[str, object] = {
        "temperature": chosen.temperature,
        "topP": chosen.top_p,
        "topK": chosen.top_k,
        "seed": chosen.seed,
        "presencePenalty": chosen.presence_penalty,
        "frequencyPenalty": chosen.frequency_penalty,
        "stopSequences": list(chosen.stop) or None,
    }
    return {key: value for key, value in options.items() if value is not None}


def _content(side: Side, endpoint: Endpoint) -> dict[str, object]:
    parts = [part for turn in side.turns for part in _parts(turn, endpoint)]
    return {"role": "user" if side.role == "user" else "model", "parts": parts}


def _parts(turn: Turn, endpoint: Endpoint) -> list[dict[str, object]]:
    """Pictures first: the models read them better so."""
    parts: list[dict[str, object]] = []
    for image in turns.pictures(turn, endpoint):
        data = base64.b64encode(image.data).decode("ascii")
        parts.append({"inlineData": {"mimeType": image.mime, "data": data}})
    if turn.text.strip():
        parts.append({"text": turn.text})
    return parts
