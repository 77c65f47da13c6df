"""The guide to macros in Markdown, made from their declarations: `docs/macros.md` and `/macros`."""

from __future__ import annotations

import re

from tui.domain.macros.declaration import Declaration
from tui.domain.macros.registry import FAMILIES

_RULES = """\
# Macros

`{{user}}`, `{{random::tea::coffee}}`, `{{if .mood}}...{{/if}}`: words in double brackets stand for
something else. They work in characters, the system prompt, caption prompts and templates, in the
arguments of commands, and in what you type; `chat.macros: false` leaves your messages alone.

- `{{name}}`, `{{name::one::two}}`; a single argument also as `{{name one}}` or `{{name:one}}`.
  Upper and lower case are the same. Arguments may hold macros.
- A text is gone through once, from left to right. What a macro gives is never gone through again,
  and nothing in it is changed: a caption that says `{{user}}` stays as it is.
- What is unknown, has the wrong number of arguments, or has a `|` in it stays as it was typed.
- `\\{` and `\\}` are brackets that mean nothing.
- A message is stored as it went out; it is not gone through again when the model is asked. A large
  paste is not gone through at all.
- `{{name}}text{{/name}}` gives the text as the last argument, without outer spaces and common
  indentation; `{{#name}}` keeps them.
"""

DIFFERENCES = (
    "`{{trim}}` and `\\{` inside a caption, a variable or a message are left alone; SillyTavern"
    " takes them out of what a macro gave.",
    "Messages of the chat are never expanded when a prompt is built; SillyTavern does so for"
    " chat-completion services, captions included.",
    "A caption template counts as having its `{{caption}}` however that is spelled.",
    "In a message, `<USER>` and its like are text, and a backslash before a bracket stays unless"
    " two opening brackets stand somewhere in it.",
    "What is inside a comment, and the fallback of `||` and `??` that is not needed, is not run.",
    "Whole numbers keep all their digits; true and false are printed as words.",
    "With an index, a variable that is no list or object reads as nothing, and cannot be written"
    " to; a negative index counts from the end.",
    "`{{time}}` and `{{date}}` are written as in English, whatever the system's language.",
    "There are no macros yet for groups, world info, author's notes, summaries and instruct"
    " templates.",
)
"""Where Salon does something else than SillyTavern, for those who bring characters and scripts."""


def markdown() -> str:
    """All macros with their arguments and what they give, then the differences."""
    parts = [_RULES]
    for title, family in FAMILIES.items():
        rows = "\n".join(_row(each) for each in family)
        parts.append(f"## {title}\n\n| Macro | Stands for |\n|---|---|\n{rows}\n")
    listed = "\n".join(f"- {each}" for each in DIFFERENCES)
    parts.append(f"## Unlike SillyTavern\n\n{listed}\n")
    return "\n".join(parts)


def _row(macro: Declaration) -> str:
    also = "".join(f", `{{{{{alias}}}}}`" for alias in macro.aliases)
    said = re.sub(r"(<\w+>)", r"`\1`", macro.help)
    return f"| `{_cell(macro.written)}`{also} | {_cell(said)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
