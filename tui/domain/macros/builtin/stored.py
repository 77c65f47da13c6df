"""Macros that read and change variables, of the chat and of all chats."""

from __future__ import annotations

from collections.abc import Callable

from tui.domain.macros.declaration import Call, Declaration
from tui.domain.variables import Variables, text_of

Scope = Callable[[Call], Variables]


def _get(variables: Variables, call: Call) -> str:
    return text_of(variables.get(call.arguments[0]))


def _set(variables: Variables, call: Call) -> str:
    variables.set(call.arguments[0], call.arguments[1])
    return ""


def _add(variables: Variables, call: Call) -> str:
    variables.add(call.arguments[0], call.arguments[1])
    return ""


def _increment(variables: Variables, call: Call) -> str:
    return text_of(variables.increment(call.arguments[0]))


def _decrement(variables: Variables, call: Call) -> str:
    return text_of(variables.decrement(call.arguments[0]))


def _has(variables: Variables, call: Call) -> str:
    return text_of(variables.has(call.arguments[0]))


def _delete(variables: Variables, call: Call) -> str:
    variables.delete(call.arguments[0])
    return ""


_FAMILY: tuple[tuple[str, str, str, Callable[[Variables, Call], str], str], ...] = (
    ("get", "", "what {} holds", _get, ""),
    ("set", "", "nothing; {} holds VALUE from then on", _set, "::VALUE"),
    (
        "add",
        "",
        "nothing; VALUE is added to {}: a number, text, or a list's next item",
        _add,
        "::VALUE",
    ),
    ("inc", "", "{}, one greater than before", _increment, ""),
    ("dec", "", "{}, one less than before", _decrement, ""),
    ("has", "exists", "true or false: whether there is {}", _has, ""),
    ("delete", "flush", "nothing; {} is forgotten", _delete, ""),
)


def _declarations(middle: str, what: str, scope: Scope) -> list[Declaration]:
    def bound(run: Callable[[Variables, Call], str]) -> Callable[[Call], str]:
        return lambda call: run(scope(call), call)

    declared = []
    for verb, other, text, run, value in _FAMILY:
        alias = f"{middle}{other}" if other == "exists" else f"{other}{middle}" if other else ""
        declared.append(
            Declaration(
                f"{verb}{middle}",
                text.format(what),
                bound(run),
                f"::NAME{value}",
                2 if value else 1,
                2 if value else 1,
                (alias,) if alias else (),
            )
        )
    return declared


MACROS = (
    *_declarations("var", "the chat's variable NAME", lambda call: call.environment.local),
    *_declarations("globalvar", "the global variable NAME", lambda call: call.environment.shared),
    Declaration(
        ".NAME",
        "the chat's variable NAME; also = ++ -- += -= || ?? ||= ??= == != > >= < <= with a value",
    ),
    Declaration("$NAME", "the global variable NAME, likewise"),
)
