"""Macros that make, turn or hide text."""

from __future__ import annotations

import re

from tui.domain.macros.declaration import Call, Declaration

MOST_BLANKS = 1000


def _repeated(what: str, call: Call) -> str | None:
    count = call.argument(0, "1")
    if not re.fullmatch(r"\d{1,4}", count, re.ASCII) or int(count) > MOST_BLANKS:
        return None
    return what * int(count)


MACROS = (
    Declaration("newline", "a new line, or N of them", lambda c: _repeated("\n", c), "[::N]", 0, 1),
    Declaration("space", "a space, or N of them", lambda c: _repeated(" ", c), "[::N]", 0, 1),
    Declaration("noop", "nothing", lambda _call: ""),
    Declaration(
        "trim",
        "nothing, and takes the newlines typed around it away; around a text: that text, trimmed",
        lambda _call: "",
        most=1,
    ),
    Declaration("reverse", "TEXT backwards", lambda call: call.arguments[0][::-1], "::TEXT", 1, 1),
    Declaration(
        "if",
        "TEXT where the condition holds: neither nothing nor false, off or 0; ! inverts it, and"
        " it may be a macro's name, .local or $global; {{else}} stands between the two texts",
        usage=" CONDITION}}TEXT{{else}}TEXT{{/if",
        least=2,
        most=2,
    ),
    Declaration("//", "nothing: a comment", usage=" TEXT", most=1),
    Declaration(
        "banned",
        "nothing: no service that Salon speaks to takes words to ban",
        lambda _call: "",
        ' "WORDS"',
        1,
        1,
    ),
    Declaration("isMobile", "false: this is a terminal", lambda _call: "false"),
)
