"""The command that gives the open chat to the world outside."""

from __future__ import annotations

from pathlib import Path

from tui.domain.errors import CommandError
from tui.domain.export.formats import FORMATS
from tui.domain.export.parts import Format
from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command, Context
from tui.slash.picture_path import path_of


async def export(context: Context, arguments: Arguments) -> str:
    """Write the chat into a file that was not there before; plain text goes to the clipboard."""
    if not len(context.session):
        raise CommandError("there is nothing to export", hint="the chat is empty")
    form = FORMATS[arguments.text("format") or "markdown"]
    path = arguments.text("PATH").strip()
    if form.name == "text" and not path:
        text = await context.services.exports.to_text(context.session, form)
        await context.front.copy(text)
        return text
    return await _to_file(context, form, path_of(path or "."))


async def _to_file(context: Context, form: Format, path: Path) -> str:
    exports = context.services.exports
    free = await exports.free(context.session, form, path)
    try:
        done = await exports.to_file(context.session, form, free, tell=context.interaction.progress)
    finally:
        context.interaction.progress(None)
    where = clean_line(str(free.absolute()))
    context.front.note(f"exported {done.line()}: {where}")
    return where


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    form = Parameter(
        "format",
        "the file's format; markdown when nothing is said, and text goes to the clipboard",
        "choice",
        choices=tuple(FORMATS),
    )
    path = Parameter("PATH", "a file or a folder; the working folder otherwise", "path", rest=True)
    summary = "write this chat into a file, or copy it as text"
    return (Command("export", summary, export, (form, path)),)
