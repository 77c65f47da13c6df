"""From a server's refusal, in whatever dialect, to an error that a person can act on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time

from tui.adapters import complaints
from tui.adapters.complaints import Complaint
from tui.domain.errors import (
    AuthError,
    BadRequest,
    ContextTooLong,
    Filtered,
    ImageRejected,
    ModelNotFound,
    Overloaded,
    ProtocolError,
    ProviderError,
    QuotaError,
    RateLimited,
)
from tui.domain.safetext import clean_line
from tui.domain.secret import Secret


@dataclass(frozen=True, slots=True)
class Origin:
    """Whom a request went to, for the words of an error."""

    name: str
    """The connection's name; empty for a probe."""
    label: str
    """The provider's."""
    host: str
    """Host and port, without anything secret."""
    key: Secret | None = None
    model: str = ""
    local: bool = False
    pictures: bool = False
    """Whether pictures went along."""
    secrets: tuple[Secret, ...] = ()
    """What else must not show: the values of the person's own headers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A refusal as it came."""

    status: int
    """200 when it came inside a stream that had begun."""
    body: object
    """Decoded JSON, or the text of whatever else it was."""
    retry_after: float | None = None
    """Seconds."""
    stray: bool = False
    """Whether it came where something else was expected: a page of a router, say."""


class ParameterRefused(BadRequest):
    """The server named parts of the request that it does not take."""

    names: frozenset[str] = frozenset()


_IMAGE = re.compile(
    r"invalid_image|image_too_large|image_parse_error|unsupported_image|image_content_policy"
    r"|image_dimensions|not support (the )?(image|vision)|support image input|image input is not"
    r"|not a multimodal model|at most \d+ image|data required for image input|no vision model"
    r"|failed to load image|invalid image|(process|decod)\w* (the )?image|illegal base64"
)
_CONTEXT = re.compile(
    r"context_length|maximum context length|prompt is too long|exceed_context_size"
    r"|(exceeds?|larger than) the (available )?(context|model's)|context window|too many tokens"
)
_QUOTA = re.compile(
    r"insufficient_quota|exceeded_current_quota|billing|insufficient (balance|credits?|funds)"
    r"|out of credits"
)
_FILTER = re.compile(
    r"content_policy|content_filter|moderation|flagged|safety (system|filter)|content management"
)
_AUTH = re.compile(
    r"invalid_api_key|authentication_error|api_key_invalid|(incorrect|invalid|missing) api[ _]key"
    r"|api key not valid|unauthorized|permission_(error|denied)"
)
_MODEL = re.compile(r"model_not_found|model\b.{0,120}\b(not found|does not exist|not exist)")
_RATE = re.compile(r"rate.?limit|resource_exhausted|too many requests")
_BUSY = re.compile(
    r"overloaded|unavailable_error|service_unavailable|loading model|server (is )?busy"
)

_SIGNS: tuple[tuple[type[ProviderError], re.Pattern[str]], ...] = (
    (ImageRejected, _IMAGE),
    (ContextTooLong, _CONTEXT),
    (QuotaError, _QUOTA),
    (Filtered, _FILTER),
)
"""Tried first and whatever the status: llama.cpp says 500 to a picture it cannot see."""
_CLIENT_SIGNS: tuple[tuple[type[ProviderError], re.Pattern[str]], ...] = (
    (AuthError, _AUTH),
    (ModelNotFound, _MODEL),
    (RateLimited, _RATE),
    (Overloaded, _BUSY),
)
_FIXED: dict[int, type[ProviderError]] = {
    401: AuthError,
    402: QuotaError,
    404: ProtocolError,
    405: ProtocolError,
    403: AuthError,
    408: Overloaded,
    409: Overloaded,
    429: RateLimited,
    451: Filtered,
}
_CERTAIN = frozenset({401, 402, 429})
"""Statuses that say more than the words beside them."""


def refusal(answer: Answer, origin: Origin) -> ProviderError:
    """Make the error for a refusal; the key never shows in it."""
    complaint = complaints.read(answer.body)
    status = answer.status
    if status < 400:
        status = next((int(c) for c in complaint.codes if re.fullmatch(r"[45]\d\d", c)), status)
    kind = ProtocolError if answer.stray else _kind(status, complaint, origin)
    lead, hint = _words(kind, status, origin, answer.retry_after)
    detail = redact(complaint.message, origin.key, *origin.secrets)
    facts = ": ".join(filter(None, (str(status) if status >= 300 else "", detail)))
    message = f"{lead} ({facts})" if facts else lead
    if kind is BadRequest and complaint.names:
        refused = ParameterRefused(message, hint=hint, provider=origin.label, status=status)
        refused.names = complaint.names
        return refused
    wait = answer.retry_after
    return kind(message, hint=hint, provider=origin.label, status=status, retry_after=wait)


def _kind(status: int, complaint: Complaint, origin: Origin) -> type[ProviderError]:
    text = " ".join((*complaint.codes, complaint.message)).lower()
    signs = _SIGNS
    if status < 500 and status not in _CERTAIN:
        signs += _CLIENT_SIGNS
    kind = next((kind for kind, sign in signs if sign.search(text)), None)
    if kind is None or status == 401:
        kind = _by_status(status, origin)
    if kind is ProtocolError and status == 404 and "model" in text and not complaint.page:
        kind = ModelNotFound
    if complaint.page and kind in {BadRequest, ModelNotFound}:
        kind = ProtocolError
    return kind


def _by_status(status: int, origin: Origin) -> type[ProviderError]:
    if status == 413:
        return ImageRejected if origin.pictures else ContextTooLong
    if status in _FIXED:
        return _FIXED[status]
    if 300 <= status < 400:
        return ProtocolError
    return BadRequest if 400 <= status < 500 else Overloaded


def _words(
    kind: type[ProviderError], status: int, origin: Origin, wait: float | None
) -> tuple[str, str]:
    """What happened and what to do next."""
    where = f"in connection “{origin.name}” (F2)" if origin.name else "in the settings (F2)"
    label = origin.label
    table = {
        AuthError: (
            f"{label} does not accept the key" if origin.key else f"{label} wants a key",
            f"set the key {where}",
        ),
        QuotaError: (f"no credit left at {label}", "top up there, or use another connection"),
        RateLimited: (f"too many requests to {label}", _later(wait)),
        Overloaded: (
            f"{label} failed in mid-answer" if status < 400 else f"{label} is busy or broken",
            "try again",
        ),
        ContextTooLong: (
            "the chat is longer than the model can take",
            "lower chat.context_tokens, or start a new chat",
        ),
        ImageRejected: (
            "the picture was not accepted",
            "choose a model that sees, or send captions only (captioning.send: caption)",
        ),
        ModelNotFound: (
            f"{label} has no model “{clean_line(origin.model, 80)}”",
            f"choose one of its models {where}",
        ),
        Filtered: (f"a safety filter of {label} refused", "change the message"),
        ProtocolError: (
            f"{origin.host} does not answer like {label}",
            f"check the address {where}; it often ends in /v1",
        ),
    }
    return table.get(
        kind, (f"{label} did not accept the request", "check the settings of the connection")
    )


def _later(wait: float | None) -> str:
    return f"try again in {wait:.0f} s" if wait else "wait a little and try again"


def redact(text: str, *secrets: Secret | None) -> str:
    """Take the keys, and whatever looks like one, out of a text."""
    for secret in filter(None, secrets):
        value = secret.reveal().strip()
        for part in (value, value.rpartition(" ")[2]):  # of "Bearer KEY" also the key alone
            if len(part) > 3:
                text = text.replace(part, "***")
    text = re.sub(r"(?i)\b(bearer\s+)\S+", r"\1***", text)
    return re.sub(r"\b(sk|gsk|xai|pk|key)-[\w-]{8,}", "***", text)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, from any of the three usual forms; else None."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value):
            return float(value) * scale
    try:
        moment = parsedate_to_datetime(headers.get("retry-after", "")).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return max(0.0, moment - time())
