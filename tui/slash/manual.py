"""The commands as a page of Markdown: `python -m tui.slash.manual > docs/commands.md`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import groupby

from tui.slash.arguments import Parameter
from tui.slash.builtins import default_registry
from tui.slash.command import Command, Registry
from tui.slash.differences import DIFFERENCES
from tui.slash.explaining import facts

_HEAD = """\
# Commands

A line that begins with `/` is a script: one command, or several with `|` between them, each of
which gets the result of the one before. `{: … :}` is a closure, a script as a value; `{{…}}` are
macros. `name=value` comes in front of the text. In quotes a value may have spaces; `\\|`, `\\"` and
`\\{` stand for the signs themselves. `||` keeps the result before it from coming in. The app
explains all this too: `/help`, `/help NAME`, `/help WORDS`.

This page is made from the program: `make manual`.
"""


def manual(registry: Registry) -> str:
    """The whole page: commands by family, then what differs from SillyTavern."""
    parts = [_HEAD]
    for module, commands in groupby(registry.registered, lambda each: each.handler.__module__):
        heading = (sys.modules[module].__doc__ or "").strip().splitlines()[0].rstrip(".")
        parts.append(f"## {heading}\n")
        parts += ["\n".join(_lines(command)) + "\n" for command in commands]
    parts.append("## Differences from SillyTavern\n")
    parts += [f"- {paragraph}" for paragraph in DIFFERENCES]
    return "\n".join(parts) + "\n"


def _lines(command: Command) -> Iterator[str]:
    yield f"### /{command.name}"
    yield ""
    summary = _escaped(command.summary)
    yield f"{summary[:1].upper()}{summary[1:]}."
    yield ""
    yield "```"
    yield command.usage
    yield "```"
    yield ""
    for parameter in command.parameters:
        yield f"- {_parameter(parameter)}"
    if command.returns:
        yield f"- Gives {_escaped(command.returns)}."
    if command.aliases:
        yield f"- Also {', '.join(f'`/{alias}`' for alias in command.aliases)}."
    yield f"- Example: `{command.example}`"


def _parameter(parameter: Parameter) -> str:
    name = f"{parameter.name}=" if parameter.named else parameter.name
    return f"`{name}` {_escaped('; '.join((parameter.summary, *facts(parameter))))}"


def _escaped(text: str) -> str:
    """Words of ours with what Markdown would take for its own; macros as code."""
    return re.sub(r"\{\{[^}]*\}\}", r"`\g<0>`", re.sub(r"([*_<])", r"\\\1", text))


if __name__ == "__main__":
    sys.stdout.write(manual(default_registry()))
