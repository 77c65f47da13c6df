"""Macros that only scripts know; elsewhere they stay as typed."""

from __future__ import annotations

from tui.domain.macros.declaration import Call, Declaration
from tui.domain.variables import element, text_of


def _pipe(call: Call) -> str | None:
    script = call.environment.script
    return script.pipe if script else None


def _variable(call: Call) -> str | None:
    script = call.environment.script
    if script is None:
        return None
    value = script.variable(call.arguments[0])
    return text_of(element(value, call.arguments[1]) if len(call.arguments) > 1 else value)


def _argument(call: Call) -> str | None:
    script = call.environment.script
    if script is None:
        return None
    return script.arguments.get(call.arguments[0], script.arguments.get("*"))


def _round(call: Call) -> str | None:
    script = call.environment.script
    return str(script.times_index) if script and script.times_index is not None else None


MACROS = (
    Declaration("pipe", "in scripts: what the command before gave", _pipe),
    Declaration(
        "var",
        "in scripts: a variable of /let, or what it has at INDEX",
        _variable,
        "::NAME[::INDEX]",
        1,
        2,
    ),
    Declaration("arg", "in scripts: what the script was called with", _argument, "::NAME", 1, 1),
    Declaration("timesIndex", "in scripts: which round of /times it is, from 0", _round),
)
