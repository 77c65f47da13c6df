"""Commands that print what there is: `salon paths`, `salon config`, `salon chats`."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cli.console import Console
from tui.cli.options import Options
from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services import Services

_PATHS = (
    "config", "data", "state", "cache", "settings", "themes", "chats", "images", "characters",
    "personas", "quick_replies", "models", "workflows", "log",
)  # fmt: skip


def paths(options: Options) -> int:
    """Print all folders and files, or the one that was named."""
    console = Console()
    wanted = options.given.name
    if wanted and wanted not in _PATHS:
        raise CommandError(f"no path is called {wanted!r}", hint="one of " + ", ".join(_PATHS))
    for name in [wanted] if wanted else _PATHS:
        path = _shown(getattr(options.paths, name))
        console.data(path if wanted else f"{name:<13} {path}")
    return 0


def _shown(path: Path) -> str:
    """Clean for a terminal; for a script, which goes there, as it is."""
    return clean_line(str(path)) if sys.stdout.isatty() else str(path)


def config(options: Options) -> int:
    """Print where the person's settings file is, or what is wrong in it."""
    from tui.cli.serving import with_services

    console = Console()
    if options.given.action == "path":
        console.data(_shown(options.paths.settings))
        return 0

    async def check(services: Services) -> int:
        problems = [*services.settings.problems, *services.connections.problems]
        for problem in problems:
            console.data(clean_line(problem))
        if not problems:
            console.say("no problems found")
        return 1 if problems else 0

    return with_services(options, check)


def chats(options: Options) -> int:
    """Print one line for each chat: when it was used, how many messages, its title."""
    from tui.cli.serving import with_services

    console = Console()

    async def work(services: Services) -> int:
        for each in await services.library.summaries():
            when = datetime.fromtimestamp(each.updated, UTC).astimezone()
            if options.given.json:
                line = json.dumps(
                    {
                        "id": each.id,
                        "title": each.title,
                        "character": each.character,
                        "messages": each.messages,
                        "updated": when.isoformat(timespec="seconds"),
                    }
                )
            else:
                title = clean_line(each.title) or "(no title)"
                line = f"{when:%Y-%m-%d %H:%M} {each.messages:>6} {title}"
            console.data(line)
        return 0

    return with_services(options, work)
