"""`salon export`: a chat as Markdown, HTML, SillyTavern's JSONL or plain text."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.console import Console
from tui.cli.options import Options
from tui.domain.chat import ChatSummary
from tui.domain.errors import CommandError, StorageError
from tui.domain.safetext import clean_line

if TYPE_CHECKING:
    from tui.domain.export.parts import Format
    from tui.services import Services
    from tui.services.exporting import Exported

STDOUT = "-"
_SHORTEST_ID = 6
"""Letters of an id that are enough to mean it."""
_CANDIDATES = 6


def export(options: Options) -> int:
    """Write a chat, or all of them. Returns the exit code."""
    from tui.cli.serving import with_services

    console = Console()

    async def work(services: Services) -> int:
        summaries = await services.library.summaries()
        if not summaries:
            raise StorageError("there is no chat yet", hint="salon opens one")
        if options.given.all:
            return await _all(services, options, console, summaries)
        return await _one(services, options, console, pick(summaries, options.given.chat))

    return with_services(options, work)


async def _one(services: Services, options: Options, console: Console, chosen: ChatSummary) -> int:
    output = options.given.output
    exports = services.exports
    session = await services.library.open(chosen.id)
    form = _form(options)
    if output == STDOUT:
        done = await exports.to_stream(session, form, _write)
        if form.beside and any(entry.pictures for entry in session.outline):
            console.say("the pictures are left out: --output PATH writes them beside the file")
        console.say(f"exported {done.line()}")
        return 0
    path = await exports.place(session, form, Path(output or "."))
    try:
        done = await exports.to_file(
            session, form, path, force=options.given.force, tell=console.progress
        )
    finally:
        console.progress(None)
    _tell(console, done)
    return 0


async def _all(
    services: Services, options: Options, console: Console, summaries: Sequence[ChatSummary]
) -> int:
    """Each chat into a file of its own; those of the same title get a number."""
    folder, form = _folder(options), _form(options)
    for each in reversed(summaries):  # the oldest first, so that its name stays the same
        session = await services.library.open(each.id)
        path = await services.exports.free(session, form, folder)
        try:
            done = await services.exports.to_file(session, form, path, tell=console.progress)
        finally:
            console.progress(None)
        _tell(console, done)
    return 0


def _folder(options: Options) -> Path:
    folder = Path(options.given.output or ".")
    if options.given.force:
        raise CommandError("--all writes over nothing", hint="leave --force away")
    if not folder.is_dir():
        raise StorageError(
            f"{clean_line(str(folder))} is no folder", hint="--all writes many files"
        )
    return folder


def _form(options: Options) -> Format:
    """The format that was named, or that of the file; a folder's name says nothing."""
    from tui.domain.export.formats import chosen

    output = options.given.output
    named = output if output != STDOUT and not Path(output).is_dir() else ""
    return chosen(options.given.format, named)


def _tell(console: Console, done: Exported) -> None:
    console.say(f"exported {done.line()}")
    console.data(clean_line(str(done.path)))


def _write(text: str) -> None:
    """Put a piece on stdout as UTF-8, whatever the locale is; a broken pipe ends it all.

    Raises:
        StorageError: Whatever stdout leads to does not take it.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise StorageError("cannot write to stdout", hint=reason) from error


def pick(summaries: Sequence[ChatSummary], wanted: str) -> ChatSummary:
    """The chat that is meant: by id, title, the beginning or a part of it, or roughly.

    Args:
        summaries: All chats, the last used first; not empty.
        wanted: What was typed; empty: the last used.

    Raises:
        CommandError: None fits, or several do alike.
    """
    if not wanted.strip():
        return summaries[0]
    for found in _fitting(summaries, clean_line(wanted).strip().casefold()):
        if len(found) == 1:
            return found[0]
        if found:
            some = "; ".join(_candidate(each) for each in found[:_CANDIDATES])
            more = f"; and {len(found) - _CANDIDATES} more" if len(found) > _CANDIDATES else ""
            raise CommandError(
                f"{len(found)} chats fit {clean_line(wanted, 40)!r}",
                hint=f"give the title in full, or the id: {some}{more}",
            )
    raise CommandError(
        f"there is no chat {clean_line(wanted, 40)!r}", hint="salon chats lists those there are"
    )


def _fitting(summaries: Sequence[ChatSummary], wanted: str) -> list[list[ChatSummary]]:
    """Chats that fit, the surest kind of fit first."""
    from tui.slash.fuzzy import score

    titled = [(each, clean_line(each.title).casefold()) for each in summaries]
    by_id = len(wanted) >= _SHORTEST_ID
    return [
        [each for each in summaries if each.id == wanted],
        [each for each, title in titled if title == wanted],
        [each for each, title in titled if title.startswith(wanted)],
        [each for each in summaries if by_id and each.id.startswith(wanted)],
        [each for each, title in titled if wanted in title],
        [each for each, title in titled if score(wanted, title) is not None],
    ]


def _candidate(chat: ChatSummary) -> str:
    return f"{clean_line(chat.title, 40) or '(no title)'} ({chat.id[:8]})"
