"""The body of a Messages request, and how it changes when a server refuses a part of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from tui.adapters.failures import ParameterRefused
from tui.adapters.providers import bodies, turns
from tui.adapters.providers.turns import Side
from tui.adapters.wire import as_dict, as_list
from tui.domain.connection import Endpoint
from tui.domain.errors import BadRequest
from tui.domain.generation import GenerationRequest, Sampling, Turn

LONGEST = 4096
"""Tokens of an answer where nobody set a limit: the protocol demands one."""
THINKING_ROOM = 12288
"""Tokens on top of that where the model thinks first: its thoughts count as answer."""
CAPTION_ROOM = 4096
"""Tokens on top of a caption's limit, for the same reason."""
_BUDGETS = {"low": 2048, "medium": 6144, "high": 12288}
_NO_SAMPLING = "2026-10-21"
"""From this version of the protocol on, sampling fields are an error."""
_KEPT = frozenset({"model", "messages", "system", "stream", "max_tokens"})
_WORDS = {
    "top_p": "top_p",
    "top_k": "top_k",
    "temperature": "temperature",
    "output_config": "output_config",
    "effort": "output_config",
    "thinking": "thinking",
    "budget_tokens": "thinking",
    "stop_sequences": "stop_sequences",
}
"""What refusals speak of without quotes, and the field that is meant, in order of going."""
_PREFILL = re.compile(r"prefill|must end with a user message|last message must be", re.IGNORECASE)
_VERSION = re.compile(r"claude-(?:[a-z]+-)?(\d{1,2})(?:[.-](\d{1,2}))?(?!\d)", re.IGNORECASE)

Version = tuple[int, int]


def version_of(model: str) -> Version | None:
    """Which Claude a model's name says it is; None for a name that says nothing of it."""
    found = _VERSION.search(model)
    return (int(found[1]), int(found[2] or 0)) if found else None


def build(endpoint: Endpoint, request: GenerationRequest) -> dict[str, object]:
    """Put a prompt into the protocol's form; what is None is left out.

    Newer models refuse `top_p` beside `temperature`, and the newest refuse both: those are not
    sent what is known to be refused.

    Raises:
        ImageRejected: A picture of a type that the provider does not take.
    """
    chosen = bodies.sampling(endpoint, request)
    system, sides = turns.split(request.turns)
    thinking = _thinking(endpoint.model, chosen.reasoning_effort)
    body: dict[str, object] = {
        **dict(endpoint.provider.extra_body),
        **(bodies.for_captions(endpoint) if request.captions else {}),
        "model": endpoint.model,
        "max_tokens": _limit(endpoint, request, chosen, thinking),
        "messages": [_message(side, endpoint) for side in sides],
        "stream": True,
        **thinking,
    }
    if system:
        body["system"] = system
    stops = [stop for stop in chosen.stop if stop.strip()]
    if stops:
        body["stop_sequences"] = stops
    if not _thinks(thinking) and _protocol(endpoint) < _NO_SAMPLING:
        body.update(_sampling(endpoint.model, chosen))
    return bodies.shape(endpoint, body)


class Adaptation:
    """Changes a body to what the server says it takes; each change is made once."""

    def __init__(self, label: str) -> None:
        self._label = label

    def __call__(
        self, body: Mapping[str, object], error: BadRequest
    ) -> tuple[Mapping[str, object], str]:
        """The changed body, and what changed in words; no words when nothing can change."""
        messages = as_list(body.get("messages"))
        last = as_dict(messages[-1]) if messages else {}
        if last.get("role") == "assistant" and _PREFILL.search(error.message):
            asked = [*messages, {"role": "user", "content": turns.GO_ON}]
            return {**body, "messages": asked}, f"{self._label} is asked to go on"
        name = _refused(body, error)
        if not name:
            return body, ""
        changed = {key: value for key, value in body.items() if key != name}
        return changed, f"{self._label} does not take {name}: asking again without it"


def _refused(body: Mapping[str, object], error: BadRequest) -> str:
    """The field to leave out; empty when the error names none that may go."""
    names = set(error.names) if isinstance(error, ParameterRefused) else set()
    names |= {name for word, name in _WORDS.items() if re.search(rf"\b{word}\b", error.message)}
    candidates = dict.fromkeys((*_WORDS.values(), *body))
    return next((n for n in candidates if n in names and n in body and n not in _KEPT), "")


def _limit(
    endpoint: Endpoint, request: GenerationRequest, chosen: Sampling, thinking: Mapping[str, object]
) -> int:
    """How many tokens the answer may have, thoughts included.

    What the person set for the connection is taken as it is, unless the thoughts alone would
    fill it. A caption's limit means the caption: the thoughts of a model that thinks unasked
    come on top, or else it would be empty.
    """
    budget = as_dict(thinking.get("thinking")).get("budget_tokens")
    if isinstance(budget, int):
        return (chosen.max_tokens or LONGEST) + budget
    by_itself = (version_of(endpoint.model) or (0, 0)) >= (5, 0) and not thinking
    room = _thinks(thinking) or by_itself
    if chosen.max_tokens is None:
        return LONGEST + (THINKING_ROOM if room else 0)
    if request.captions and room and endpoint.sampling.max_tokens is None:
        return chosen.max_tokens + CAPTION_ROOM
    return chosen.max_tokens


def _thinking(model: str, effort: str) -> dict[str, object]:
    """How hard to think, in the words of the model's generation."""
    version = version_of(model)
    if not effort or (version is not None and version < (3, 7)):
        return {}
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    if version is not None and version < (4, 6):
        budget = _BUDGETS.get(effort, _BUDGETS["high"]) if effort != "minimal" else 1024
        return {"thinking": {"type": "enabled", "budget_tokens": budget}}
    return {
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": "low" if effort == "minimal" else effort},
    }


def _thinks(thinking: Mapping[str, object]) -> bool:
    return as_dict(thinking.get("thinking")).get("type") in {"enabled", "adaptive"}


def _protocol(endpoint: Endpoint) -> str:
    """The version of the protocol that is spoken: the person's header before the row's."""
    headers = [*endpoint.provider.headers, *((n, s.reveal()) for n, s in endpoint.headers)]
    return {name.lower(): value.strip() for name, value in headers}.get("anthropic-version", "")


def _sampling(model: str, chosen: Sampling) -> dict[str, object]:
    version = version_of(model) or (0, 0)
    if version >= (4, 7):
        return {}
    options: dict[str, object] = {"top_p": chosen.top_p, "top_k": chosen.top_k}
    if chosen.temperature is not None:
        options["temperature"] = min(max(chosen.temperature, 0.0), 1.0)
        if version >= (4, 1):
            del options["top_p"]
    return {key: value for key, value in options.items() if value is not None}


def _message(side: Side, endpoint: Endpoint) -> dict[str, object]:
    blocks = [block for turn in side.turns for block in _blocks(turn, endpoint)]
    if len(blocks) == 1 and "text" in blocks[0]:
        return {"role": side.role, "content": blocks[0]["text"]}
    return {"role": side.role, "content": blocks}


def _blocks(turn: Turn, endpoint: Endpoint) -> list[dict[str, object]]:
    """Pictures first: the models read them better so."""
    blocks: list[dict[str, object]] = []
    for image in turns.pictures(turn, endpoint):
        data = base64.b64encode(image.data).decode("ascii")
        source = {"type": "base64", "media_type": image.mime, "data": data}
        blocks.append({"type": "image", "source": source})
    if turn.text.strip():
        blocks.append({"type": "text", "text": turn.text})
    return blocks
