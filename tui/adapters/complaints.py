"""Reads a server's complaint, whatever dialect of JSON or web page it is written in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tui.adapters.wire import as_cost, as_dict, as_list, as_text, items, parse
from tui.domain.safetext import clean_line

LONGEST = 150
"""Characters of a server's own words that are shown."""
_READ = 2000
"""Characters of them that are kept, and searched for signs of what went wrong."""
_DEPTH = 3
"""How many complaints may stand in one another: routers quote those of others."""
_CODES = ("code", "type", "status", "error_type", "error_code", "reason", "quotaId", "rc")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_TIME = (
    r"(\d{1,7}(?:\.\d{1,9})?)\s?(?:more )?"
    r"(ms|s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:ours?)?|d(?:ays?)?)(?![a-z])"
)
_QUOTED = re.compile(r"['\"`“]([a-z_][a-z_.]{2,40})['\"`”]")
_NAMED = re.compile(
    r"\b(?:(?:parameters?|arguments?) not supported[^:.]{0,40}:"
    r"|(?:parameters?|arguments?|fields?|invalid|unsupported|support):?) (?=([a-z][a-z_]{2,40}))",
    re.IGNORECASE,
)
"""How fields are named without quotes: "invalid temperature", "does not support parameter stop"."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TEMPLATE = "Jinja Exception: "
"""Before it llama.cpp tells where in a model's template the complaint stands."""
_PAUSE = re.compile(rf"(?:again|retry|timeout) (?:in|after|for) ((?:{_TIME}[\s,]{{0,2}}){{1,4}})")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a refusal says."""

    message: str
    """The server's own words on one line, longer than what is shown; empty when there are none."""
    codes: tuple[str, ...]
    """What it calls the error: codes, types, statuses, reasons."""
    names: frozenset[str]
    """Fields of the request that it is about."""
    page: bool
    """Whether it is a web page."""
    text: str
    """Codes and words in lower case, to be searched."""
    wait: float | None
    """Seconds that it asks to wait; None when it does not say."""


def read(body: object) -> Complaint:
    """Read a decoded JSON body, or the text of anything else."""
    if isinstance(body, list) and body:
        body = body[0]
    layers = list(_layers(body))
    words = [found for found in map(_words, layers) if found]
    codes = tuple(code for layer in layers for code in _codes(layer))
    message = words[-1] if words else ""
    text = " ".join((*codes, *words)).lower()
    page = isinstance(body, str) and _is_page(body)
    return Complaint(message, codes, _named(layers, message), page, text, _wait(layers, text))


def _layers(body: object, depth: int = _DEPTH) -> Iterator[object]:
    """The body, and the complaints of others that stand in it."""
    yield body
    inner = _inner(body)
    if inner and depth:
        yield from _layers(inner, depth - 1)


def _inner(body: object) -> object:
    """What a router quotes of the answer that it got itself, or JSON in place of words."""
    top = as_dict(body)
    places = (as_dict(top.get("error")), top)
    quotes = [as_dict(place.get("metadata")).get("raw") for place in places]
    quoted = next(filter(None, (*quotes, as_dict(top.get("message")))), None)
    text = quoted or (_words(body) if top else "")
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return quoted
    try:
        return parse(text)
    except ValueError:
        return quoted


def _words(body: object) -> str:
    if isinstance(body, str):
        return _plain(body)
    top = as_dict(body)
    error = top.get("error")
    detail = top.get("detail")
    fields = as_dict(top.get("errors"))
    candidates = (
        _joined(map(_of_node, as_dict(top.get("node_errors")).values())),
        as_dict(error).get("message"),
        as_dict(as_dict(error).get("error")).get("message"),
        error,
        as_dict(detail).get("msg"),
        detail,
        *(_located(item) for item in items(detail)),
        _joined(f"{name}: {as_text(words)}" for name, words in fields.items()),
        top.get("message"),
        _joined(_told(each) for each in as_list(top.get("errors"))),
        top.get("msg"),
    )
    text = next((c for c in candidates if isinstance(c, str) and c.strip()), "")
    return clean_line(text.rpartition(_TEMPLATE)[2].strip(), _READ)


def _of_node(value: object) -> str:
    """What ComfyUI says of one node of a workflow."""
    node = as_dict(value)
    told = (
        " ".join(filter(None, (as_text(each.get("message")), as_text(each.get("details")))))
        for each in items(node.get("errors"))
    )
    return ": ".join(filter(None, (as_text(node.get("class_type")), _joined(told))))


def _told(value: object) -> str:
    return as_text(value) or as_text(as_dict(value).get("message"))


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(filter(None, texts))


def _located(item: Mapping[str, object]) -> str:
    place = ".".join(str(part) for part in as_list(item.get("loc")) if part != "body")
    return ": ".join(filter(None, (place, as_text(item.get("msg")))))


def _is_page(text: str) -> bool:
    return text.lstrip()[:1] == "<"


def _plain(text: str) -> str:
    if not _is_page(text):
        return clean_line(" ".join(text[: 2 * _READ].split()), _READ)
    title = re.search(r"<title[^<>]*>(.{0,200}?)</title>", text, re.IGNORECASE | re.DOTALL)
    text = title.group(1) if title else re.sub(r"<[^>]{0,500}>", " ", text[:20_000])
    return clean_line(" ".join(html.unescape(text).split()), LONGEST)


def _codes(body: object) -> Iterator[str]:
    top = as_dict(body)
    error = as_dict(top.get("error"))
    metadata = as_dict(error.get("metadata"))
    details = items(error.get("details"))
    places = (
        *(error, metadata, as_dict(top.get("detail")), as_dict(error.get("details")), top),
        *(*details, *(v for detail in details for v in items(detail.get("violations")))),
        *items(top.get("errors")),
    )
    for place in places:
        for name in _CODES:
            value = place.get(name)
            if isinstance(value, (str, int)) and not isinstance(value, bool):
                yield clean_line(str(value), 100)
    if metadata.get("flagged_input") is not None:
        yield "moderation"
    if top.get("signin_url"):
        yield "signin_url"


def _named(layers: Iterable[object], message: str) -> frozenset[str]:
    named = [*_QUOTED.findall(message)]
    named += [_HUMP.sub("_", name).lower() for name in _NAMED.findall(message)]
    for top in map(as_dict, layers):
        named += [as_text(place.get("param")) for place in (as_dict(top.get("error")), top)]
        for item in items(top.get("detail")):
            named += [part for part in as_list(item.get("loc")) if isinstance(part, str)]
    return frozenset(name.split(".")[0] for name in named if name)


def _wait(layers: Iterable[object], text: str) -> float | None:
    """Google says it in the details, Hugging Face in a field, the others in their sentence."""
    for top in map(as_dict, layers):
        for detail in items(as_dict(top.get("error")).get("details")):
            if delay := re.fullmatch(_TIME, as_text(detail.get("retryDelay"))):
                return _seconds(*delay.groups())
        if (estimate := as_cost(top.get("estimated_time"))) is not None:
            return estimate
    pause = _PAUSE.search(text)
    if pause is None:
        return None
    return sum(_seconds(*found) for found in re.findall(_TIME, pause.group(1)))


def _seconds(amount: str, unit: str) -> float:
    return float(amount) * _UNITS[unit if unit == "ms" else unit[0]]
