"""The question before anything is fetched from the web."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from textual.app import App

from tui.domain.errors import ImageError
from tui.domain.safetext import clean_line
from tui.ui.widgets.confirm import Confirm

_LONGEST = 400


async def may_fetch(app: App[Any], url: str) -> bool:
    """Show which machine would be asked, and for what; tell whether that is wanted.

    Raises:
        ImageError: Not worth a question, for it would not be fetched.
    """
    if not url.lower().startswith("https://"):
        raise ImageError(
            "only https: pictures are not fetched over an open connection",
            hint="try https:// in front, or download the picture and attach the file",
        )
    host = urlsplit(url).hostname or "nobody"
    question = (
        f"Fetch this picture from {clean_line(host, 80)}?\n\n{clean_line(url, _LONGEST)}\n\n"
        "The server there learns that you looked."
    )
    return await app.push_screen_wait(Confirm(question, yes="Fetch", no="No"))
