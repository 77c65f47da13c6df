"""`salon imagine PROMPT`: a picture into a file, its name on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from tui.cli.advice import for_shell
from tui.cli.console import Console
from tui.cli.interaction import SilentInteraction
from tui.cli.options import Options
from tui.cli.serving import with_services
from tui.domain.errors import AppError, CommandError, StorageError
from tui.domain.imagine_request import ImagineRequest
from tui.domain.safetext import clean, clean_line
from tui.services import Services
from tui.services.imagine_delivery import Imagined

_ENDINGS = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}
_LONGEST_NAME = 48


def run(options: Options) -> int:
    """Make the picture that was asked for. Returns the exit code."""
    console = Console()
    text = _prompt(options.given.prompt)
    return with_services(
        options, lambda services: imagine(services, options, console, text), tidies=True
    )


def _prompt(given: str) -> str:
    """The prompt, from stdin where that is meant. Raises CommandError: what comes is no text.

    Read before the event loop runs: Ctrl+C would not end one that waits for stdin.
    """
    if given != "-":
        return given
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise CommandError("what stdin gives is not UTF-8 text") from error


async def imagine(services: Services, options: Options, console: Console, text: str) -> int:
    """Make one picture and write it.

    Returns:
        0, or with `--json` 1 when it failed: the line says why.

    Raises:
        AppError: It could not be made or written.
    """
    given = options.given
    for problem in (*services.settings.problems, *services.connections.problems):
        console.say(problem)
    try:
        done, path = await _made(services, options, console, text)
    except AppError as error:
        if not given.json:
            raise
        line = for_shell(error).line()
        console.data(json.dumps({"file": None, "prompt": text, "error": line}))
        console.say(line)
        return 1
    if path.suffix.lower() not in _ENDINGS.get(done.image.mime, ()):
        console.say(f"{path.name} holds a picture of the type {done.image.mime}")
    console.data(_json_line(done, path) if given.json else clean_line(str(path)))
    return 0


async def _made(
    services: Services, options: Options, console: Console, text: str
) -> tuple[Imagined, Path]:
    given = options.given
    output = Path(given.output) if given.output else None
    if output is not None:
        _check_place(output, force=given.force)  # before anything is paid for
    request = ImagineRequest(
        text=text,
        negative=given.negative,
        connection=given.connection,
        model=given.model,
        width=given.width,
        height=given.height,
        steps=given.steps,
        cfg=given.cfg,
        seed=given.seed,
        extend=True if given.extend else None,
        edit=False,
    )
    done = await services.imagining.imagine(request, SilentInteraction(console))
    if done is None:
        raise CommandError("there is no prompt", hint="say what shall be on the picture")
    path = output or _free_name(done)
    try:
        await services.imagining.save(done.image, path, force=given.force)
    except StorageError:
        # It may have been paid for.
        console.say(f"the picture itself is kept as {done.path}")
        raise
    return done, path


def _check_place(path: Path, *, force: bool) -> None:
    """Make sure that the picture can be put there. Raises StorageError."""
    name = clean_line(path.name)
    if path.is_dir():
        raise StorageError(f"{clean_line(str(path))} is a folder", hint="name a file")
    if not path.parent.is_dir():
        raise StorageError(f"cannot write {name}", hint="its folder does not exist")
    if os.path.lexists(path) and not force:
        raise StorageError(f"{name} already exists", hint="--force writes over it")


def _free_name(done: Imagined) -> Path:
    """A name after the prompt that no file of the working folder has yet."""
    words = "".join(each if each.isalnum() else " " for each in clean_line(done.caption)).split()
    stem = "-".join(words)[:_LONGEST_NAME].strip("-") or "picture"
    ending = _ENDINGS.get(done.image.mime, (".png",))[0]
    path, number = Path(f"{stem}{ending}"), 2
    while os.path.lexists(path):
        path, number = Path(f"{stem}-{number}{ending}"), number + 1
    return path


def _json_line(done: Imagined, path: Path) -> str:
    """One JSON object in ASCII: safe in every locale and for every file name."""
    recipe = done.recipe
    return json.dumps(
        {
            "file": str(path),
            "prompt": clean(recipe.prompt),
            "negative": clean(recipe.negative),
            "caption": clean(done.caption),
            "width": done.image.width,
            "height": done.image.height,
            "seed": recipe.seed,
            "label": done.label,
            "connection": recipe.connection,
            "model": recipe.model,
            "seconds": round(done.seconds, 3),
            "error": None,
        }
    )
