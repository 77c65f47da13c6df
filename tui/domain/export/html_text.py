"""A message's Markdown as HTML in which nothing is the message's own but text and safe links."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_SCHEMES = ("http://", "https://", "mailto:")
_BELOW = 2
"""Headings of the page itself: the chat's title and the messages' names."""
_REL = "noopener noreferrer nofollow"


def rendered(text: str) -> str:
    """Clean Markdown as HTML; a picture in it becomes a link, so that nothing is loaded.

    Lines end where they do in the chat.
    """
    return str(_renderer().render(text))


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only an export needs it here

    made = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 100})
    made.enable(["table", "strikethrough"])
    # Also asked for pictures and by renderers of autolinks; what it refuses stays text.
    made.validateLink = _harmless  # type: ignore[method-assign]
    for name, rule in (
        ("fence", _code),
        ("code_block", _code),
        ("image", _image),
        ("link_open", _link),
        ("heading_open", _heading),
        ("heading_close", _heading),
        ("th_open", _cell),
        ("td_open", _cell),
        ("ordered_list_open", _ordered),
    ):
        made.add_render_rule(name, rule)
    return made


def _harmless(url: str) -> bool:
    return url.strip().lower().startswith(_SCHEMES)


def _code(_self: Any, tokens: Sequence[Token], index: int, *_: Any) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


def _link(_self: Any, tokens: Sequence[Token], index: int, *_: Any) -> str:
    return _anchor(str(tokens[index].attrs.get("href", "")))


def _anchor(url: str) -> str:
    return f'<a href="{escape(url)}" rel="{_REL}">'


def _image(_self: Any, tokens: Sequence[Token], index: int, *_: Any) -> str:
    token = tokens[index]
    words = escape(_words(token.children or ()) or "picture")
    before = [each.type for each in tokens[:index]]
    if before.count("link_open") > before.count("link_close"):
        return words
    return f"{_anchor(str(token.attrs.get('src', '')))}{words}</a>"


def _words(tokens: Sequence[Token]) -> str:
    """The text of inline tokens, without their marks."""
    parts = (each.content or _words(each.children or ()) for each in tokens)
    return " ".join("".join(parts).split())


def _heading(_self: Any, tokens: Sequence[Token], index: int, *_: Any) -> str:
    token = tokens[index]
    level = min(6, int(token.tag[1:]) + _BELOW)
    return f"<h{level}>" if token.nesting > 0 else f"</h{level}>\n"


def _cell(_self: Any, tokens: Sequence[Token], index: int, *_: Any) -> str:
    # How a column is aligned would need a style of its own.
    return f"<{tokens[index].tag}>"


def _ordered(_self: Any, tokens: Sequence[Token], index: int, *_: Any) -> str:
    start = tokens[index].attrs.get("start", 1)
    return "<ol>\n" if start == 1 else f'<ol start="{int(start)}">\n'
