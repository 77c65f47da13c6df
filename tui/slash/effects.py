"""What a script would do, in lines for the person who is asked whether it may."""

from __future__ import annotations

import re

from tui.slash.checking import names, runs_text, texts
from tui.slash.command import Registry
from tui.slash.syntax import Script

_VARIABLES = "changes variables or what is added to prompts"
_WRITES = re.compile(
    r"\{\{\s*(?:(?:set|add|inc|dec|delete|flush)(?:global)?var\b"
    r"|[.$][\w-]+\s*(?:\+\+|--|\+=|-=|\|\|=|\?\?=|=(?!=)))",
    re.IGNORECASE,
)
"""A macro that changes a variable, by name or in short."""
_EFFECTS = {
    "puts messages into the chat": (
        *("send", "sendas", "sys", "comment", "caption", "caption-all", "attach", "imagine"),
        *("imagine-again", "impersonate", "qr"),
    ),
    "asks a model, which may cost": (
        *("reply", "regenerate", "retry", "continue", "caption", "caption-all", "gen", "genraw"),
        *("imagine", "imagine-again", "impersonate", "qr"),
    ),
    "changes or deletes messages": (
        *("edit", "delete", "undo", "message-edit", "message-name", "message-role", "cut"),
        *("hide", "unhide", "swipe", "addswipe", "delswipe", "regenerate", "continue"),
    ),
    "makes, changes or deletes chats, characters or personas": (
        *("new", "rename", "chats", "delete-chat", "restore-chat", "character", "persona"),
        "go",
    ),
    "changes settings or connections": (
        *("set", "connect", "model", "theme", "images", "local-only", "fate", "profile"),
    ),
    _VARIABLES: (
        *("setvar", "addvar", "incvar", "decvar", "flushvar", "inject", "flushinject"),
        *("setglobalvar", "addglobalvar", "incglobalvar", "decglobalvar", "flushglobalvar"),
    ),
    "reads or writes files": ("attach", "caption", "export", "qr-import", "imagine"),
    "downloads": ("pull", "offline"),
    "uses the clipboard": ("copy", "paste", "export", "clipboard-get", "clipboard-set"),
    "runs or changes other scripts": (
        *("run", "qr", "qr-create", "qr-update", "qr-delete", "qr-import"),
        *("qr-set", "qr-set-on", "qr-set-off"),
    ),
    "leaves Salon": ("quit",),
}
"""By main name; a command may do several things. What is not here changes nothing that lasts."""


def effects(script: Script, registry: Registry) -> list[str]:
    """Say what a script would do: each thing with the commands that do it, then the others."""
    used = list(dict.fromkeys(registry.find(name).name for name in names(script)))
    lines = []
    for what, doing in _EFFECTS.items():
        by = [f"/{name}" for name in used if name in doing]
        if what == _VARIABLES and any(map(_WRITES.search, texts(script))):
            by.append("macros")
        if by:
            lines.append(f"{what}: {', '.join(by)}")
    if runs_text(script, registry):
        lines.append("runs text as commands, which may be any")
    known = {name for doing in _EFFECTS.values() for name in doing}
    others = [f"/{name}" for name in used if name not in known]
    if others:
        lines.append(f"uses {', '.join(others)}")
    return lines
