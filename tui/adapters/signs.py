"""What refusals look like in all dialects, and plain words for the ones that need their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    ProviderError,
    QuotaError,
    RateLimited,
)


@dataclass(frozen=True, slots=True)
class Sign:
    """By what a kind of refusal is known."""

    kind: type[ProviderError]
    pattern: re.Pattern[str]
    """Searched in codes and words, all in lower case."""
    lead: str = ""
    """What happened; {label}, {model} and {where} stand for names. Empty: the kind's own words."""
    hint: str = ""
    """What to do next, likewise."""
    pictures: bool = False
    """Whether it counts only when pictures went along."""


def _sign(
    kind: type[ProviderError],
    *patterns: str,
    lead: str = "",
    hint: str = "",
    pictures: bool = False,
) -> Sign:
    return Sign(kind, re.compile("|".join(patterns)), lead, hint, pictures)


_BODY_TOO_LARGE = (
    r"request_too_large|content_size_limit|(payload|body|entity|request) (is )?too large"
    r"|(payload|body|request|content) size\b.{0,20}\bexceed|request exceeds the maximum"
)
_UNIT = "[kmg]i?b|bytes|pixels"
_BLIND = "the model does not see pictures"
_SEEING = "choose a model that sees, or send captions only (captioning.send: caption)"
_PICTURES = (
    _sign(
        ImageRejected,
        r"too many images|toomanyextrasourceimages|at most (\d+|one) image",
        r"supports? (only|up to|a maximum of) (\d+|one) image|supports? (only )?a single image",
        r"(number of|\d+) images\b.{0,30}\bexceed|maximum (number )?of (\d+ )?images",
        lead="too many pictures for {label} at once",
        hint="send fewer of them, or captions only (captioning.send: caption)",
    ),
    _sign(
        ImageTooLarge,
        r"image_(file_)?too_large|image_(file_)?exceeds|image_dimensions",
        r"sourceimage(resolution|size)exceeded|\bimages?\b.{0,60}\btoo (large|big)\b",
        rf"\bimages?\b.{{0,60}}\bexceed(s|ed|ing)?\b.{{0,40}}(?<![a-z])(max|maximum|limit|{_UNIT})\b",
        rf"\bimages?\b.{{0,60}}\b(larger|bigger|greater) than .{{0,20}}(?<![a-z])({_UNIT})\b",
        r"\bexceed(s|ed|ing)?\b.{0,40}\b(pixels|image (file )?(size|dimensions?|resolution))\b",
        r"(at most|up to|maximum of|less than|<=?) [\d.,]+ ?(mega)?pixels|patches\b.{0,40}\bexceed",
    ),
    _sign(ImageTooLarge, _BODY_TOO_LARGE, pictures=True),
    _sign(
        ImageRejected,
        r"image_content_policy",
        lead="{label} does not allow this picture",
        hint="send another one, or its caption only (captioning.send: caption)",
    ),
    _sign(
        ImageRejected,
        r"not support (the )?(image|vision|multimodal)(?!/| format| type)|support image input",
        r"(image|vision) (inputs? )?(is|are) not (enabled|supported|available)|no vision model",
        r"not a multimodal model|data required for image input|unknown variant .{0,3}image_url",
        lead=_BLIND,
        hint=_SEEING,
    ),
    _sign(
        ImageRejected,
        r"\bcontent\b.{0,20}\bmust be a string|should be a valid string",
        lead=_BLIND,
        hint=_SEEING,
        pictures=True,
    ),
    _sign(
        ImageRejected,
        r"invalid_image|image_parse_error|unsupported_image|(invalid|unsupported) image\b",
        r"(load|process|pars|decod|read|open|identify)\w* (the |this |provided |input )*image\b",
        r"image(validationfailed| validation failed)|sourceimage(unreadable|urlinvalid)",
        r"\bimage\b.{0,30}\bnot (a )?valid|valid (jpe?g|png|image)\b|illegal base64",
        r"not support image(/| format| type)",
        lead="{label} cannot read the picture",
        hint="attach it again, or save it as JPEG or PNG first",
    ),
)
_TOO_FAST = _sign(
    ContextTooLong,
    r"request too large for .{0,200}\btokens per ",
    lead="the chat is longer than {label} takes in a minute",
    hint="lower chat.context_tokens or the longest answer, or use another model",
)
_CONTEXT = _sign(
    ContextTooLong,
    r"context_length|maximum (context|prompt|model) length|prompt exceeds max|exceed_context_size",
    r"prompt (is )?too (long|large)|too large prompt|input token length too long",
    r"(exceed(s|ed)?|(larger|greater|longer) than) (the )?(available )?(context|model's)",
    r"exceed(s|ed)? (the )?(model token limit|maximum number of (input )?tokens)",
    r"context window|context (the )?overflow|too many tokens|string_above_max_length",
    r"invalidpromptsize|tokenoverflow|^1261\b",
    _BODY_TOO_LARGE,
)
_QUOTA = _sign(
    QuotaError,
    r"insufficient_quota|exceeded_current_quota|billing_(error|hard_limit|not_active)",
    r"insufficient[_ ](balance|credits?|funds)|out of credits|used all available credits",
    r"credit balance is too low|have any credits|credits are depleted|key limit exceeded",
    r"kudosupfront|sharedkey(empty|expired|insufficientkudos)|^1113\b|\barrears\b",
)
_USED_UP = _sign(
    QuotaError,
    r"perday|free-models-per-day|calls ?/ ?month|daily free allocation|\blimit: 0\b",
    r"spend(ing)? (cap|limit)|^(1304|1308|1310)\b",
    lead="the allowance at {label} is used up for now",
    hint="wait for the next day or month, top up there, or use another connection",
)
_RATE = _sign(
    RateLimited,
    r"rate.?limit|resource_exhausted|too many requests|toomanyprompts|timeoutip",
    r"(tokens|requests) per (min|hour|day)|^130[235]\b",
)
_MONEY = _sign(QuotaError, r"\bbilling\b|exceeded your current quota|quota exceeded")
_LIMITS = (_TOO_FAST, _QUOTA, _USED_UP, _RATE, _MONEY)
_FILTER = _sign(
    Filtered,
    r"content_policy|content_filter|moderation|flagged|safety (system|filter)|safety_check",
    r"content management|usage guidelines|considered high risk|sensitive content|^1301\b",
    r"violat\w+ .{0,20}(policy|policies|terms|guidelines)|corruptprompt|profanity",
)
_MEMORY = _sign(
    Overloaded,
    r"more system memory|out of memory|insufficient memory|unable to load model",
    lead="{label} has too little memory for the model",
    hint="choose a smaller one, or free memory there",
)
_ORDER = _sign(
    BadRequest,
    r"roles (must|should)( be)? alternat|system role not support|assistant roles are supported",
)
_EMPTY = _sign(
    ModelNotFound,
    r"\bno (llm |text |language )?models? (is |was )?(currently )?loaded|model is not loaded",
    lead="{label} has no model loaded",
    hint="load one there, then try again",
)
_LOADING = _sign(
    Loading,
    r"loading (the |a )?model",
    r"\bmodel\b.{0,120}\b((is|still|currently) loading|being loaded)\b",
)
_ANYWHERE = (*_PICTURES, _CONTEXT, _QUOTA, _FILTER, _MEMORY, _EMPTY, _ORDER)
"""Whatever the status: llama.cpp says 500 to a picture that it cannot see, and to a chat that the
model's template does not take."""
_CLIENTS = (
    _TOO_FAST,
    *_ANYWHERE,
    *(_USED_UP, _RATE, _MONEY),
    _sign(
        BadRequest,
        r"requestnotfound|requestexpired",
        lead="{label} no longer knows the request",
        hint="send it again",
    ),
    _sign(
        BadRequest,
        r"invalid host header",
        lead="{label} takes requests for localhost only",
        hint="write 127.0.0.1 in its address, or start it so that it listens (--listen)",
    ),
    _sign(
        BadRequest,
        r"not a chat model|not support (chat|generate)\b|only supported in v1/",
        lead="“{model}” does not chat",
        hint="choose another model {where}",
    ),
    _sign(
        AuthError,
        r"(location|country|region|territory)\b.{0,40}\bnot (supported|available|allowed)",
        r"not (supported|available) in your (country|region|location)|unsupported_country",
        lead="{label} does not serve the place where you are",
        hint="use another connection",
    ),
    _sign(
        AuthError,
        r"anonforbidden",
        lead="{label} does not do this without a key",
        hint="set one {where}",
    ),
    _sign(
        AuthError,
        r"invalid_?api_?key|api_key_invalid|(incorrect|invalid|missing) api[ _]key",
        r"api key (not valid|expired)|authentication_error|unauthorized|permission_(error|denied)",
        r"no_db_connection|no connected db",  # how LiteLLM calls a key that is not its own
    ),
    _sign(
        ModelNotFound,
        r"model_not_found|no such model|unknown model|unsupportedmodel|^1211\b",
        r"model\b.{0,120}\b(not found|does not exist|not exist|been decommissioned)",
    ),
    _sign(
        Overloaded,
        r"overloaded|unavailable_error|service_unavailable|loading model|server (is )?busy",
        r"capacity[ _]exceeded|maintenancemode|novalidworkers",
    ),
)
_SIGNED_OUT = _sign(
    AuthError,
    r"signin_url",
    lead="{label} is not signed in to its cloud",
    hint="run `ollama signin` on its machine, or choose a model that is there",
)


def signs(status: int) -> tuple[Sign, ...]:
    """Those that count for a status, the most telling first.

    Some statuses say more than the words beside them: then only the words that say what of it
    are looked for.
    """
    match status:
        case 401:
            return (_SIGNED_OUT,)
        case 402:
            return ()
        case 429:
            return _LIMITS
        case 503:
            return (_LOADING, *_ANYWHERE)
    return _CLIENTS if status < 500 else _ANYWHERE
