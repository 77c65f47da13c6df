"""A few commands as the parser sees them, for tests of the language itself."""

from __future__ import annotations

from tui.domain.errors import CommandError
from tui.slash.parser import parse
from tui.slash.syntax import Call, Closure, Grammar, Script, Text, unquoted

_KNOWN = {
    "caption": Grammar(1),
    "pass": Grammar(),
    "echo": Grammar(raw=True),
    "let": Grammar(1),
    "if": Grammar(-1),
    "run": Grammar(),
    "parser-flag": Grammar(-1),
}


def grammar_of(name: str, column: int) -> Grammar:
    """What `Registry.grammar` would say."""
    if name not in _KNOWN:
        raise CommandError(f"there is no command /{name}", column=column)
    return _KNOWN[name]


def read(text: str) -> Script:
    """Parse with these commands."""
    return parse(text, grammar_of)


def only(text: str) -> Call:
    """The one call of a text."""
    (call,) = read(text).calls
    return call


def shown(call: Call) -> str:
    """Its unnamed argument, a closure as its source in braces."""
    parts = call.parts
    return "".join(
        f"<{part.source}>" if isinstance(part, Closure) else unquoted(part.raw) for part in parts
    )


def texts(script: Script) -> list[str]:
    """The unnamed arguments of its calls."""
    assert all(isinstance(part, Text | Closure) for call in script.calls for part in call.parts)
    return [shown(call) for call in script.calls]
