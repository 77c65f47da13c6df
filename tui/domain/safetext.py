"""The boundary for text from elsewhere: models, files, servers, the clipboard.

A terminal obeys what is written to it, and Textual writes what it is given. So every text from
outside passes `clean` before it is kept or shown. The map works character by character and keeps
no state: a stream cleaned in pieces equals the whole cleaned at once.
"""

from __future__ import annotations

REPLACEMENT = "\ufffd"

_BIDI = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
"""Overrides, embeddings, isolates and marks: they reorder what stands around them."""
_PLACEHOLDER = 0x10EEEE
"""kitty draws pictures in place of this character."""
_TAGS = range(0xE0000, 0xE0080)
"""Invisible tag characters, used to smuggle text past a reader."""


def _table(keep: str) -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for code in (*range(0x20), *range(0x7F, 0xA0)):
        if chr(code) not in keep:
            table[code] = REPLACEMENT
    for code in (*_BIDI, *_TAGS, _PLACEHOLDER, 0x2028, 0x2029, 0xFFF9, 0xFFFA, 0xFFFB):
        table[code] = REPLACEMENT
    for code in range(0xD800, 0xE000):
        table[code] = REPLACEMENT
    table[0x0D] = None
    return table


_TEXT = _table("\n\t")
_LINE = {**_table(""), 0x0A: " ", 0x09: " "}


def clean(text: str) -> str:
    """Make text from elsewhere safe to keep and to show; newlines and tabs stay.

    Carriage returns vanish, so CRLF becomes LF even when a chunk ends between the two.
    """
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_TEXT)


def clean_line(text: str, limit: int = 0) -> str:
    """Like `clean`, on one line: for names, titles, error messages.

    Args:
        text: What came from elsewhere.
        limit: Longest result in characters, cut with an ellipsis; 0 for no limit.
    """
    line = text.translate(_LINE)
    if limit and len(line) > limit:
        return line[: limit - 1] + "…"
    return line
