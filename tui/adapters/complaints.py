"""Reads a server's complaint, whatever dialect of JSON or web page it is written in."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tui.adapters.wire import as_dict, as_list, as_text, items, parse
from tui.domain.safetext import clean_line

LONGEST = 300
"""Characters of a server's own words that are shown."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a refusal says."""

    message: str
    """The server's own words, on one line and cut; empty when there are none."""
    codes: tuple[str, ...]
    """What it calls the error: codes, types, statuses."""
    names: frozenset[str]
    """Fields of the request that it is about."""
    page: bool
    """Whether it is a web page."""


def read(body: object) -> Complaint:
    """Read a decoded JSON body, or the text of anything else."""
    if isinstance(body, list) and body:
        body = body[0]
    page = isinstance(body, str) and _is_page(body)
    return Complaint(_message(body), tuple(_codes(body)), _named(body), page)


def _message(body: object) -> str:
    if isinstance(body, str):
        return _plain(body)
    top = as_dict(body)
    error = top.get("error")
    detail = top.get("detail")
    candidates = (
        as_dict(error).get("message"),
        as_dict(as_dict(error).get("error")).get("message"),
        error,
        as_dict(detail).get("msg"),
        detail,
        *(_located(item) for item in items(detail)),
        top.get("message"),
        "; ".join(filter(None, map(as_text, as_list(top.get("errors"))))),
        top.get("msg"),
    )
    text = next((c for c in candidates if isinstance(c, str) and c.strip()), "")
    if text.lstrip().startswith("{"):
        try:
            return _message(parse(text)) or clean_line(text, LONGEST)
        except ValueError:
            return clean_line(text, LONGEST)
    return clean_line(text.strip(), LONGEST)


def _located(item: Mapping[str, object]) -> str:
    place = ".".join(str(part) for part in as_list(item.get("loc")) if part != "body")
    return ": ".join(filter(None, (place, as_text(item.get("msg")))))


def _is_page(text: str) -> bool:
    return text.lstrip()[:1] == "<"


def _plain(text: str) -> str:
    if _is_page(text):
        title = re.search(r"<title[^>]*>(.{0,200}?)</title>", text, re.IGNORECASE | re.DOTALL)
        text = title.group(1) if title else re.sub(r"<[^>]{0,500}>", " ", text[:20_000])
        text = html.unescape(text)
    return clean_line(" ".join(text.split()), LONGEST)


def _codes(body: object) -> list[str]:
    found: list[str] = []
    top = as_dict(body)
    error = as_dict(top.get("error"))
    metadata = as_dict(error.get("metadata"))
    for place in (error, metadata, as_dict(top.get("detail")), top):
        for name in ("code", "type", "status", "error_type", "rc"):
            value = place.get(name)
            if isinstance(value, (str, int)) and not isinstance(value, bool):
                found.append(str(value))
    if metadata.get("flagged_input") is not None:
        found.append("moderation")
    return found


def _named(body: object) -> frozenset[str]:
    top = as_dict(body)
    named = [as_text(place.get("param")) for place in (as_dict(top.get("error")), top)]
    for item in items(top.get("detail")):
        named += [part for part in as_list(item.get("loc")) if isinstance(part, str)]
    named += re.findall(r"['\"`“]([a-z_][a-z_.]{2,40})['\"`”]", _message(body))
    return frozenset(name.split(".")[0] for name in named if name)
