"""The words of a text that somebody wrote with HTML in it.

Scripts made for a browser say `<b>Really?</b><br>` in their questions. A terminal shows the words;
nothing here is a cleaner for HTML that is to be shown as HTML.
"""

from __future__ import annotations

import html
import re

from tui.domain.safetext import clean

_NAMES = (
    "a|abbr|article|aside|audio|b|big|blockquote|br|button|center|code|dd|del|details|div|dl|dt|em|"
    "figure|font|footer|h[1-6]|header|hr|i|iframe|img|input|ins|kbd|label|li|main|mark|nav|ol|p|pre|"
    "q|s|samp|section|small|span|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|"
    "u|ul|var|video"
)
_TAG = re.compile(rf"<(/?)({_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_UNSEEN = re.compile(r"<(style|script)\b[^<>]*>", re.IGNORECASE)
_BLOCKS = frozenset(
    ("blockquote", "div", "dt", "hr", "li", "ol", "p", "pre", "summary", "table", "tr", "ul")
) | {f"h{level}" for level in range(1, 7)}
_FRESH = "\x01"
"""Stands where a line begins, be it there already; no text has it that was cleaned."""
_LINES = re.compile(rf"[\n{_FRESH}]+")


def plain_html(text: str) -> str:
    """The text without HTML's tags, entities resolved; `a < b` and unknown tags stay as typed.

    Line breaks, paragraphs and list items become lines.
    """
    text = clean(text)
    if "<" not in text and "&" not in text:
        return text
    words = _LINES.sub(_breaks, _TAG.sub(_instead, _without_unseen(text)))
    return clean(html.unescape(words)).strip()


def _without_unseen(text: str) -> str:
    """Without style sheets and programs."""
    kept: list[str] = []
    at = 0
    for opening in _UNSEEN.finditer(text):
        if opening.start() < at:
            continue
        closing = re.compile(rf"</{opening.group(1)}\s*>", re.IGNORECASE)
        end = closing.search(text, opening.end())
        if end is None:
            break
        kept.append(text[at : opening.start()])
        at = end.end()
    return "".join(kept) + text[at:]


def _instead(tag: re.Match[str]) -> str:
    name = tag.group(2).casefold()
    if name == "br":
        return "\n"
    fresh = _FRESH if name in _BLOCKS else ""
    return fresh if tag.group(1) else fresh + {"li": "• ", "hr": f"———{_FRESH}"}.get(name, "")


def _breaks(run: re.Match[str]) -> str:
    return "\n" * max(1, run.group().count("\n"))
