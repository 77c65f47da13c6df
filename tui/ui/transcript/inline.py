"""Inline Markdown tokens as styled runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.domain.safetext import clean
from tui.ui.transcript.lines import Run

if TYPE_CHECKING:
    from markdown_it.token import Token

_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]}*]")
_LONGEST_ADDRESS = 4000
"""Longer ones are no links: a page of them may all point to one definition, as long as a book."""
_FLAGS = {"strong_open": "b", "em_open": "i", "s_open": "s"}
_CLOSING = {"strong_close", "em_close", "s_close"}


def safe(text: str) -> str:
    """Text that a Markdown entity may have smuggled a control character into, made safe."""
    return text if text.isprintable() else clean(text).replace("\t", "    ")


def flagged(base: str, flags: str) -> str:
    """The key of a style with the flags b, i, s."""
    return f"{base}:{''.join(sorted(set(flags)))}" if flags else base


def _address(token: Token, name: str) -> str:
    address = str(token.attrGet(name) or "")
    return safe(address) if len(address) <= _LONGEST_ADDRESS else ""


def plain_runs(text: str, style: str) -> Iterator[Run]:
    """The text as runs, web addresses as links."""
    at = 0
    if "://" in text:
        for match in _ADDRESS.finditer(text):
            if at < match.start():
                yield text[at : match.start()], style, ""
            address = match.group()
            base, _, flags = style.partition(":")
            yield address, flagged("link" if base != "reasoning" else base, flags), address
            at = match.end()
    if at < len(text):
        yield text[at:], style, ""


class _Inline:
    """What is open while the children of an inline token are walked."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.flags: list[str] = []
        self.href = ""

    def style(self) -> str:
        return flagged("link" if self.href else self.base, "".join(self.flags))

    def runs(self, token: Token) -> Iterator[Run]:
        kind = token.type
        if kind == "text":
            text = safe(token.content)
            if self.href:
                yield text, self.style(), self.href
            else:
                yield from plain_runs(text, self.style())
        elif kind == "code_inline":
            yield safe(token.content), "link" if self.href else "code", self.href
        elif kind in {"softbreak", "hardbreak"}:
            yield "\n", self.style(), self.href
        elif kind == "image":
            source = _address(token, "src")
            yield f"[{safe(token.content) or source}]", "link", source
        elif token.content:
            yield safe(token.content), self.style(), self.href

    def toggle(self, token: Token) -> bool:
        """Follow an opening or closing token; False when it is something to show."""
        if token.type in _FLAGS:
            self.flags.append(_FLAGS[token.type])
        elif token.type in _CLOSING:
            if self.flags:
                self.flags.pop()
        elif token.type == "link_open":
            self.href = _address(token, "href")
        elif token.type == "link_close":
            self.href = ""
        else:
            return False
        return True


def runs(children: Sequence[Token] | None, base: str) -> list[Run]:
    """The children of an inline token as runs.

    Args:
        children: None for an empty token.
        base: Style key of plain text.
    """
    state = _Inline(base)
    out: list[Run] = []
    for token in children or ():
        if not state.toggle(token):
            out.extend(state.runs(token))
    return out
