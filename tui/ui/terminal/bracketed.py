"""How a terminal marks what is pasted."""

from __future__ import annotations

PASTE_START = "\x1b[200~"
PASTE_END = "\x1b[201~"


def without_inner_ends(data: str) -> str:
    """Drop ends of paste that are themselves pasted text.

    tmux hands on an end that stands in what it pastes; what follows would be typed. The true end
    is the last one before another paste begins.
    """
    if data.count(PASTE_END) < 2:
        return data
    pieces = data.split(PASTE_START)
    for index, piece in enumerate(pieces):
        body, end, rest = piece.rpartition(PASTE_END)
        pieces[index] = body.replace(PASTE_END, "") + end + rest
    return PASTE_START.join(pieces)
