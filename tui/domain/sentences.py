"""Sentences: where they end, so that what was cut off in the middle of one can be cut there."""

from __future__ import annotations

import re

_END = re.compile(r"""[.!?…。！？*"'”’)\]`]\s*$""")
_LAST_END = re.compile(r"""[.!?…。！？*"”’)\]`](?=[^.!?…。！？*"”’)\]`]*$)""")


def whole_sentences(text: str) -> str:
    """The text up to the end of its last whole sentence; all of it when there is none.

    A closing quote, bracket or asterisk ends a sentence too, as in role-play.
    """
    text = text.rstrip()
    if _END.search(text):
        return text
    last = _LAST_END.search(text)
    return text[: last.end()] if last else text
