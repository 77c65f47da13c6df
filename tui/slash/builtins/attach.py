"""Commands that bring pictures in without captioning them."""

from __future__ import annotations

import asyncio
import glob
from collections.abc import Sequence
from pathlib import Path

from tui.domain.chat import Attachment
from tui.domain.errors import AppError, CommandError
from tui.domain.image import SUFFIXES
from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.picture_path import path_of

_MOST = 50
"""Pictures at once; more is a slip of a pattern."""


async def attach(context: Context, arguments: Arguments) -> None:
    """Let pictures wait in the composer, or put them into a message that is there."""
    raw, typed = arguments.text("FILE"), arguments.words("FILE")
    urls, files = await asyncio.to_thread(_sort_out, raw, typed.words or ((raw,) if raw else ()))
    if not raw:
        files = list(await context.interaction.pick_images())
    number = arguments.number("mesId")
    if number is not None:
        if urls:
            raise CommandError(
                "a picture from the web goes out with the next message only",
                hint="download it and attach the file",
                column=arguments.column("mesId"),
            )
        await _embed(context, context.position(number, arguments.column("mesId")), files)
        return
    for url in urls:
        await context.front.fetch(url)
    if files:
        await context.front.attach(tuple(files))


async def _embed(context: Context, index: int, files: Sequence[Path]) -> None:
    """Add pictures to a message; /undo takes them away again."""
    session = context.session
    message = session.message(index)
    taken: list[Attachment] = [await context.services.captions.attach(path) for path in files]
    known = {each.digest for each in message.attachments}
    new = tuple(each for each in taken if each.digest not in known)
    if not new:
        return
    before, shown = message.attachments, message.swipe
    message.attachments = (*before, *new)
    try:
        await session.update(message)
    except AppError:
        message.attachments = before
        raise

    async def restore() -> None:
        message.revise(shown, attachments=before)
        await session.update(message)

    session.undos.append((f"#{index} without the picture", restore))
    context.front.sync()


def _sort_out(raw: str, words: Sequence[str]) -> tuple[list[str], list[Path]]:
    """Web addresses and files of a line; looks at the disk for patterns."""
    whole = path_of(raw)
    if raw and " " in raw and _is_file(whole):
        return [], [whole]
    urls: list[str] = []
    files: list[Path] = []
    for word in words:
        if word.lower().startswith(("https://", "http://")):
            urls.append(word)
        else:
            files += _expanded(word)
    if len(files) > _MOST:
        raise CommandError(f"{len(files)} pictures are too many", hint=f"at most {_MOST} at once")
    return urls, files


def _expanded(word: str) -> list[Path]:
    """The file of that name, or the pictures that a pattern stands for. Raises CommandError."""
    path = path_of(word)
    if not glob.has_magic(word) or _is_file(path):
        return [path]
    found = [Path(each) for each in sorted(glob.glob(str(path)))]  # noqa: PTH207 - may be absolute
    pictures = [each for each in found if each.suffix.lower() in SUFFIXES]
    if not pictures:
        raise CommandError(f"no picture fits {clean_line(word, 60)}")
    return pictures


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


async def paste(context: Context, _arguments: Arguments) -> None:
    """Take in what the clipboard holds: a picture, files, or text."""
    await context.front.paste()


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (
        Command(
            "attach",
            "attach pictures to the next message",
            attach,
            (
                Parameter(
                    "mesId",
                    "put them into message #N instead",
                    "message",
                    aliases=("id",),
                    named=True,
                ),
                Parameter(
                    "FILE",
                    "files, a pattern such as *.png, or an address; without it one is picked",
                    "path",
                    several=True,
                    rest=True,
                    verbatim=True,
                ),
            ),
            example="/attach cat.png *.jpg",
        ),
        Command("paste", "paste a picture or text from the clipboard", paste, example="/paste"),
    )
