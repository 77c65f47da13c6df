"""From a server's refusal, in whatever dialect, to an error that a person can act on."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time

from tui.adapters import complaints
from tui.adapters.complaints import Complaint
from tui.adapters.signs import Sign, signs
from tui.domain.errors import (
    AuthError,
    BadRequest,
    ContextTooLong,
    Filtered,
    ImageRejected,
    ImageTooLarge,
    Loading,
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
    pulls: bool = False
    """Whether models can be fetched to it."""
    proxied: bool = False
    """Whether a reverse proxy answers, which has a password of its own."""
    ending: str = "/v1"
    """How its addresses usually end; empty: with the host."""


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
    498: Filtered,  # Cohere's; Groq's says that its capacity is exceeded
    499: Overloaded,
    501: BadRequest,
}


def refusal(answer: Answer, origin: Origin) -> ProviderError:
    """Make the error for a refusal; the key never shows in it."""
    complaint = complaints.read(answer.body)
    status = answer.status
    if status < 400:
        status = next((int(c) for c in complaint.codes if re.fullmatch(r"[45]\d\d", c)), status)
    kind, sign = (ProtocolError, None) if answer.stray else _kind(status, complaint, origin)
    wait = complaint.wait if answer.retry_after is None else answer.retry_after
    lead, hint = _words(kind, status, origin, wait) if sign is None else _sign_words(sign, origin)
    detail = own_words(complaint, origin)
    facts = ": ".join(filter(None, (str(status) if status >= 300 else "", detail)))
    message = f"{lead} ({facts})" if facts else lead
    if kind is BadRequest and sign is None and complaint.names:
        refused = ParameterRefused(message, hint=hint, provider=origin.label, status=status)
        refused.names = complaint.names
        return refused
    return kind(message, hint=hint, provider=origin.label, status=status, retry_after=wait)


def _kind(
    status: int, complaint: Complaint, origin: Origin
) -> tuple[type[ProviderError], Sign | None]:
    """What kind of refusal it is, and the sign that has words of its own for it."""
    sign = next(
        (
            sign
            for sign in signs(status)
            if (origin.pictures or not sign.pictures) and sign.pattern.search(complaint.text)
        ),
        None,
    )
    kind = sign.kind if sign else _by_status(status, origin)
    if kind is ProtocolError and status == 404 and "model" in complaint.text and not complaint.page:
        kind = ModelNotFound
    if complaint.page and kind in {BadRequest, ModelNotFound}:
        return ProtocolError, None
    return kind, sign if sign and sign.lead else None


def _by_status(status: int, origin: Origin) -> type[ProviderError]:
    if status == 413:
        return ImageTooLarge if origin.pictures else ContextTooLong
    if status in _FIXED:
        return _FIXED[status]
    if 300 <= status < 400:
        return ProtocolError
    return BadRequest if 400 <= status < 500 else Overloaded


def own_words(complaint: Complaint, origin: Origin) -> str:
    """What the server says itself, fit to be shown: first without keys, then cut."""
    text = redact(complaint.message, origin.key, *origin.secrets)
    return clean_line(text, complaints.LONGEST)


def _sign_words(sign: Sign, origin: Origin) -> tuple[str, str]:
    names = {
        "label": origin.label,
        "model": clean_line(origin.model, 80),
        "where": _where(origin),
    }
    return sign.lead.format(**names), sign.hint.format(**names)


def _where(origin: Origin) -> str:
    return f"in connection “{origin.name}” (F2)" if origin.name else "in the settings (F2)"


def _words(
    kind: type[ProviderError], status: int, origin: Origin, wait: float | None
) -> tuple[str, str]:
    """What happened and what to do next."""
    where = _where(origin)
    label, ending = origin.label, origin.ending
    model = clean_line(origin.model, 80)
    table = {
        AuthError: _denied(status, origin),
        QuotaError: (f"no credit left at {label}", "top up there, or use another connection"),
        RateLimited: (f"too many requests to {label}", _later(wait)),
        Overloaded: (
            f"{label} failed in mid-answer" if status < 400 else f"{label} is busy or broken",
            "try again",
        ),
        Loading: (f"{label} is still loading its model", _later(wait)),
        ContextTooLong: (
            "the chat is longer than the model can take",
            "lower chat.context_tokens, or start a new chat",
        ),
        ImageRejected: (
            "the picture was not accepted",
            "choose a model that sees, or send captions only (captioning.send: caption)",
        ),
        ImageTooLarge: (
            f"the picture is too large for {label}",
            "attach a smaller one, or send its caption only (captioning.send: caption)",
        ),
        ModelNotFound: (
            f"{label} has no model “{model}”",
            f"fetch it with /pull {model}, or choose another one {where}"
            if origin.pulls and model
            else f"choose one of its models {where}",
        ),
        Filtered: (f"a safety filter of {label} refused", "change the message"),
        ProtocolError: (
            f"{origin.host} does not answer like {label}",
            f"check the address {where}" + (f"; it often ends in {ending}" if ending else ""),
        ),
    }
    return table.get(
        kind, (f"{label} did not accept the request", "check the settings of the connection")
    )


def _denied(status: int, origin: Origin) -> tuple[str, str]:
    where = _where(origin)
    if origin.proxied:
        what = "does not accept its password" if origin.key else "wants a password"
        return f"the reverse proxy for {origin.label} {what}", f"set it under More {where}"
    if not origin.key:
        return f"{origin.label} wants a key", f"set the key {where}"
    if status == 403:
        what = f"{origin.label} does not allow this with the key"
        return what, f"look what the key may do, or set another {where}"
    return f"{origin.label} does not accept the key", f"set the key {where}"


def _later(wait: float | None) -> str:
    return f"try again in {wait:.0f} s" if wait else "wait a little and try again"


def redact(text: str, *secrets: Secret | None) -> str:
    """Take the keys, and whatever looks like one, out of a text."""
    for secret in filter(None, secrets):
        value = secret.reveal().strip()
        # Of "Bearer KEY" also the key alone, and what becomes of a name with a password.
        basic = b64encode(value.encode()).decode()
        for part in (value, value.rpartition(" ")[2], basic):
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
