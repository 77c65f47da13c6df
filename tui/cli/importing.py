"""`salon import FILE`: captioning settings of SillyTavern become Salon's."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tui.cli.console import Console
from tui.cli.options import Options
from tui.cli.serving import with_services
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
            console.data(clean_line(line, 200))
        return 0

    return with_services(options, work)
