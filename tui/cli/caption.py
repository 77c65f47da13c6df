"""`salon caption FILE…`: captions on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tui.cli.advice import for_shell
from tui.cli.console import Console
from tui.cli.fetching import fetch_local_model
from tui.cli.interaction import SilentInteraction
from tui.cli.options import Options
from tui.cli.serving import with_services
from tui.domain.caption import Caption, Nowhere
from tui.domain.errors import AppError, CaptionError
from tui.domain.generation import Progress, Usage
from tui.domain.safetext import clean
from tui.services import Services
from tui.services.caption_sources import CaptionRequest


def run(options: Options) -> int:
    """Caption the files that were named. Returns the exit code."""
    console = Console()
    return with_services(options, lambda services: caption_files(services, options, console))


async def caption_files(services: Services, options: Options, console: Console) -> int:
    """Caption each file in turn; one that fails does not keep the others from being captioned.

    Returns:
        0, or 1 when a file failed.

    Raises:
        ConfigError: The connection that was named does not exist.
        AppError: The model was to be downloaded and could not be.
    """
    given = options.given
    for problem in (*services.settings.problems, *services.connections.problems):
        console.say(problem)
    if given.connection:
        services.connections.describe(given.connection)
    if given.download and services.captions.sources.uses_local(_request(options)):
        await fetch_local_model(services, console)
    code = 0
    notes: set[str] = set()
    names = list(file_names(given.files, sys.stdin))
    for number, name in enumerate(names, 1):
        if len(names) > 1:
            console.progress(Progress(f"{number} of {len(names)}: {name}"))
        try:
            caption = await _caption(services, name, options, console)
        except AppError as error:
            code = 1
            _report_failure(name, for_shell(error), console, as_json=given.json)
            continue
        if caption.note and caption.note not in notes:
            notes.add(caption.note)
            console.say(caption.note)
        console.data(json_line(name, caption) if given.json else one_line(caption.text))
    return code


def file_names(named: Iterable[str], stdin: Iterable[str]) -> Iterator[str]:
    """The files that are meant; `-` stands for the lines of stdin."""
    for name in named:
        if name == "-":
            yield from (line.rstrip("\r\n") for line in stdin if line.strip())
        else:
            yield name


def _request(options: Options) -> CaptionRequest:
    """What is asked of each file."""
    given = options.given
    return CaptionRequest(
        prompt=given.prompt,
        preset=given.preset,
        delivery=Nowhere(),
        source=given.source,
        connection=given.connection,
        model=given.model,
        fresh=given.fresh,
    )


async def _caption(services: Services, name: str, options: Options, console: Console) -> Caption:
    request = replace(_request(options), path=Path(name))
    done = await services.captions.caption(request, SilentInteraction(console))
    if done is None or not done.caption.text.strip():
        raise CaptionError("the source gave no caption", hint="try another prompt or source")
    return done.caption


def _report_failure(name: str, error: AppError, console: Console, *, as_json: bool) -> None:
    if as_json:
        console.data(json_line(name, None, error.line()))
    console.say(_naming(name, error.line()))


def _naming(name: str, line: str) -> str:
    """The line with the file as it was given, once; errors know only its last part."""
    if name in line:
        return line
    return f"{name}: {line.removeprefix(f'{Path(name).name}: ')}"


def one_line(text: str) -> str:
    """A caption without line breaks and without anything that a terminal would obey."""
    return " ".join(clean(text).split())


def json_line(name: str, caption: Caption | None, error: str | None = None) -> str:
    """One JSON object in ASCII: safe in every locale and for every file name."""
    usage = (caption.usage if caption else None) or Usage()
    return json.dumps(
        {
            "file": name,
            "caption": clean(caption.text) if caption else None,
            "source": caption.source if caption else None,
            "model": caption.model if caption else None,
            "seconds": round(caption.seconds, 3) if caption else None,
            "error": error,
            "label": caption.source_label if caption else None,
            "note": caption.note if caption else None,
            "cached": caption.cached if caption else None,
            "input_tokens": usage.input,
            "output_tokens": usage.output,
            "cost": usage.cost,
        }
    )
