"""Searching messages: the full-text index for words, a plain scan where it has no words."""

from __future__ import annotations

import sqlite3
from typing import Any

from tui.adapters.storage import rows
from tui.domain.chat import SearchHit
from tui.domain.safetext import clean_line

_SNIPPET = 100
_MAX_TERMS = 16
_MOST_RANKED = 2_000
"""Messages among which the best are looked for: that takes a microsecond for each. Words that are
in more of them tell little about any, and the newest are found without reading the rest."""
_NO_SPACES = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x9FFF),
    (0xA000, 0xA4CF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))  # fmt: skip
"""Scripts written without spaces: the index takes a whole sentence of them for one word."""
_FROM = (
    "SELECT m.chat, c.title, m.id, m.text, m.captions FROM {source}"
    " JOIN chats c ON c.id = m.chat WHERE {condition}"
    " AND m.hidden IS NULL AND c.hidden IS NULL ORDER BY {order} LIMIT ?"
)
_BEST, _NEWEST = (
    _FROM.format(
        # CROSS: the index of words comes first, whatever SQLite thinks of the tables' sizes.
        source="messages_index CROSS JOIN messages m ON m.place = messages_index.rowid",
        condition="messages_index MATCH ?",
        order=order,
    )
    for order in ("messages_index.rank, m.place DESC", "messages_index.rowid DESC")
)
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM messages_index WHERE messages_index MATCH ? LIMIT ?)"


def search(database: sqlite3.Connection, text: str, limit: int) -> list[SearchHit]:
    """Find messages whose text or captions hold all the words.

    The best come first; the newest do where so many hold them that ranking all would take long, and
    where the index does not know the words.

    Args:
        database: Read only.
        text: As typed; the last word may be unfinished. Nothing in it is an operator.
        limit: Most hits.
    """
    terms = rows.text(text).replace("\0", " ").split()[:_MAX_TERMS]
    if not terms:
        return []
    if any(_needs_scan(term) for term in terms):
        found = _scan(database, terms, limit)
    else:
        found = _indexed(database, terms, limit)
    return [
        SearchHit(chat, title, id_, _snippet(body, captions, terms))
        for chat, title, id_, body, captions in found
    ]


def _needs_scan(term: str) -> bool:
    if not any(map(str.isalnum, term)):
        return True
    return any(low <= ord(each) <= high for each in term for low, high in _NO_SPACES)


def _indexed(database: sqlite3.Connection, terms: list[str], limit: int) -> list[Any]:
    quoted = " ".join('"' + term.replace('"', '""') + '"' for term in terms) + "*"
    many = database.execute(_COUNT, (quoted, _MOST_RANKED + 1)).fetchone()[0] > _MOST_RANKED
    return database.execute(_NEWEST if many else _BEST, (quoted, limit)).fetchall()


def _scan(database: sqlite3.Connection, terms: list[str], limit: int) -> list[Any]:
    marked = [
        "%" + term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        for term in terms
    ]
    each = "(m.text LIKE ? ESCAPE '\\' OR m.captions LIKE ? ESCAPE '\\')"
    sql = _FROM.format(
        source="messages m", condition=" AND ".join([each] * len(terms)), order="m.place DESC"
    )
    twice = [pattern for pattern in marked for _ in range(2)]
    return database.execute(sql, (*twice, limit)).fetchall()


def _snippet(body: str, captions: str, terms: list[str]) -> str:
    """One line around the first word that is found as it was typed."""
    for text in (body, captions):
        low = text.lower()
        for term in terms:
            at = low.find(term.lower())
            if at >= 0:
                start = max(0, at - _SNIPPET // 3)
                cut = text[start : start + _SNIPPET]
                before = "…" if start else ""
                after = "…" if start + _SNIPPET < len(text) else ""
                return before + clean_line(cut).strip() + after
    return clean_line(body or captions, _SNIPPET)
