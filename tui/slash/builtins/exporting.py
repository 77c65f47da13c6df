"""The command that gives the open chat to the world outside."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tui.domain.errors import CommandError, StorageError
from tui.domain.export.formats import FORMATS, chosen
from tui.domain.export.parts import Format
from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.fuzzy import did_you_mean
from tui.slash.picture_path import path_of


async def export(context: Context, arguments: Arguments) -> str:
    """Write the chat into a file that was not there before; plain text goes to the clipboard."""
    if not len(context.session):
        raise CommandError("there is nothing to export", hint="the chat is empty")
    form, path = await asyncio.to_thread(_meant, arguments)
    if form.name == "text" and not path:
        text = await context.services.exports.to_text(context.session, form)
        await context.front.copy(text)
        count = len(context.session)
        context.front.note(f"{count:,} {'message was' if count == 1 else 'messages were'} copied")
        return text
    try:
        return await _to_file(context, form, path_of(path or "."))
    except StorageError as error:  # a path that was mistyped, most likely: it can be mended
        column = arguments.column("PATH")
        raise CommandError(error.message, hint=error.hint, column=column) from error


def _meant(arguments: Arguments) -> tuple[Format, str]:
    """The format and the path, either of which may be left out; looks for a folder."""
    name, path = arguments.text("format").strip(), arguments.text("PATH").strip()
    if not name or name.casefold() in FORMATS:
        return FORMATS[name.casefold() or "markdown"], path
    whole = f"{name} {path}".strip()
    is_folder = path_of(whole).is_dir()
    if not is_folder and not set("/.~") & set(whole):
        hint = did_you_mean(name, FORMATS) or "it can be " + ", ".join(FORMATS)
        column = arguments.column("format")
        raise CommandError(f"there is no format {clean_line(name, 40)!r}", hint=hint, column=column)
    return chosen("", "" if is_folder else whole), whole


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
        "else what the file's ending says, or markdown; text alone goes to the clipboard",
        choices=tuple(FORMATS),
    )
    path = Parameter("PATH", "a file or a folder; the working folder otherwise", "path", rest=True)
    summary = "write this chat into a file, or copy it as text"
    return (
        Command(
            "export",
            summary,
            export,
            (form, path),
            example="/export html cats.html",
            returns="the file's path, or the text",
        ),
    )
