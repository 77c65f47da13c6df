"""What SillyTavern has becomes Salon's: captioning settings, sets of quick replies; and back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tui.cli.advice import in_shell
from tui.cli.console import Console
from tui.cli.options import Options
from tui.cli.serving import with_services
from tui.domain.errors import AppError, CommandError
from tui.domain.safetext import clean_line
from tui.services import Services


def import_settings(options: Options) -> int:
    """Read the file and take its settings over. Returns the exit code."""
    from tui.bootstrap import foreign_settings
    from tui.services.importing import take_over

    console = Console()

    async def work(services: Services) -> int:
        imported = await asyncio.to_thread(foreign_settings, Path(options.given.file))
        done = await take_over(imported, services.settings, services.connections, services.secrets)
        for line in done:
            console.data(clean_line(in_shell(line), 200))
        return 0

    return with_services(options, work)


def import_quick_replies(options: Options) -> int:
    """Take over sets of quick replies, their names on stdout.

    Returns:
        0, or 1 when a file failed.
    """
    console = Console()

    async def work(services: Services) -> int:
        code = 0
        for name in options.given.files:
            try:
                taken = await services.quick_replies.take_in(Path(name))
            except AppError as error:
                code = 1
                console.say(error.line())
                continue
            console.data(clean_line(taken.name, 200))
            count = len(taken.replies)
            console.say(f"{count} of them; each script asks before its first run")
        return code

    return with_services(options, work)


def export_quick_replies(options: Options) -> int:
    """Print a set as SillyTavern imports it."""
    console = Console()

    async def work(services: Services) -> int:
        quick = services.quick_replies
        found = await quick.get(options.given.name)
        if found is None:
            names = ", ".join(clean_line(each.name, 40) for each in quick.known) or "none yet"
            raise CommandError(
                f"there is no set {clean_line(options.given.name, 40)!r}",
                hint=f"there are: {names}",
            )
        console.data(quick.give_out(found).rstrip("\n"))
        return 0

    return with_services(options, work)
