"""Keeping a message's Markdown within its own block, so that it swallows nothing behind it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MARK = "salonendofmessage"
_ROUNDS = 8
"""Each round may bring to light what the last one's change uncovered."""
_FENCE = re.compile(r"[`~]+")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only an export needs it here

    return MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"])


def contained(text: str) -> str:
    """The text with its open fences closed and its HTML turned into text, else unchanged.

    Salon shows tags as text, and so do readers of what this gives. Where that cannot be had by
    small changes, the whole text becomes a block of code.

    Args:
        text: Clean Markdown.
    """
    text = text.strip("\n")
    for _ in range(_ROUNDS):
        without = _without_html(text)
        if without == text:
            break
        text = without
    closed = _closed(text)
    if _holds(closed):
        return closed
    return fenced(text)


def fenced(text: str) -> str:
    """The text as a block of code that nothing in it can end."""
    longest = max((len(run) for run in _FENCE.findall(text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}\n{text}\n{marks}"


def _without_html(text: str) -> str:
    lines = text.split("\n")
    tokens = _parser().parse(text)
    for token in tokens:
        first, last = token.map or (0, 0)
        if token.type == "html_block":
            lines[first:last] = [line.replace("<", "&lt;") for line in lines[first:last]]
        elif token.type == "inline" and token.children:
            part = _inline_as_text("\n".join(lines[first:last]), token.children)
            lines[first:last] = part.split("\n")
    return "\n".join(lines)


def _inline_as_text(source: str, children: list[Token]) -> str:
    """The source of a paragraph with its inline tags as text; code stays as it is."""
    at = 0
    for child in children:
        if child.type not in {"html_inline", "code_inline"}:
            continue
        found = source.find(child.content, at)
        if found < 0:
            continue
        if child.type == "html_inline":
            source = f"{source[:found]}&lt;{source[found + 1 :]}"
            found += len("lt;")
        at = found + len(child.content)
    return source


def _closed(text: str) -> str:
    """The text with the fence closed that runs to its end."""
    tokens = _parser().parse(f"{text}\n\n{_MARK}")
    if tokens and tokens[-1].type == "fence" and _MARK in tokens[-1].content:
        return f"{text}\n{tokens[-1].markup}"
    return text


def _holds(text: str) -> bool:
    """Whether what follows is a paragraph of its own and no tag is left."""
    tokens = _parser().parse(f"{text}\n\n{_MARK}")
    if len(tokens) < len(("open", "inline", "close")):
        return False
    opening, inline, _ = tokens[-3:]
    ends = opening.type == "paragraph_open" and opening.level == 0 and inline.content == _MARK
    return ends and not any(
        token.type == "html_block"
        or any(child.type == "html_inline" for child in token.children or ())
        for token in tokens
    )
