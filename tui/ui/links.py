"""Opening links, only after they were shown in full and agreed to."""

from __future__ import annotations

import asyncio
import webbrowser
from pathlib import Path
from typing import Any

from textual.app import App

from tui.ui.widgets.confirm import Confirm

_IN_TERMINAL = frozenset(("www-browser", "links", "elinks", "lynx", "w3m"))
"""Browsers that would draw over the app."""


async def open_link(app: App[Any], href: str) -> None:
    """Show a link in full and open it when that is wanted; only http and https."""
    if not href.lower().startswith(("http://", "https://")):
        app.notify(f"Not opened, for it is no web address: {href}", markup=False)
        return
    question = Confirm(f"Open this address?\n\n{href}", yes="Open", no="No")
    if await app.push_screen_wait(question) and not await asyncio.to_thread(_browse, href):
        app.notify("No browser was found to open it with", severity="warning", markup=False)


def _browse(href: str) -> bool:
    """Open an address beside the app. Blocking: some browsers are waited for."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    if Path(getattr(browser, "name", "")).name in _IN_TERMINAL:
        return False
    return browser.open(href)
