"""Runs what was typed."""

from __future__ import annotations

from tui.slash.arguments import bind
from tui.slash.command import Context, Registry
from tui.slash.parser import parse


async def run(text: str, registry: Registry, context: Context) -> str:
    """Run one command and give its result as text.

    The whole text is read and checked first: after an error in it nothing has happened.

    Raises:
        CommandError: It cannot be run as typed; `column` says where.
        AppError: It failed on the way.
    """
    call = parse(text)
    command = registry.find(call.name, call.start)
    arguments = bind(call, command.parameters)
    return await command.handler(context, arguments) or ""
