"""A small app that opens one screen, and what the screens' tests share."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image as Pillow
from PIL import ImageDraw
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from tui.domain.image import Image, ImageFacts

UNSET = object()


class Harness(App[None]):
    """Pushes one screen and keeps what it gives back."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, screen: Screen[Any], theme: str = "textual-dark") -> None:
        super().__init__()
        self._opened = screen
        self._wanted_theme = theme
        self.result: object = UNSET
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        yield Static("behind")

    def on_mount(self) -> None:
        self.theme = self._wanted_theme
        self.push_screen(self._opened, self._keep)

    def _keep(self, result: object) -> None:
        self.result = result


async def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Let the app run until the condition holds; fail when it never does."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


def scene(width: int = 640, height: int = 400) -> bytes:
    """A landscape as PNG bytes."""
    image = Pillow.new("RGB", (width, height), (120, 180, 230))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 2 // 3, width, height), fill=(60, 140, 70))
    draw.ellipse((width * 3 // 4, 20, width * 3 // 4 + 80, 100), fill=(250, 220, 80))
    draw.polygon([(60, height * 2 // 3), (220, 80), (380, height * 2 // 3)], fill=(110, 100, 110))
    draw.rectangle((420, 220, 520, 300), fill=(190, 60, 50))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def picture(name: str = "lake.jpg", data: bytes | None = None) -> Image:
    """A picture as intake would give it."""
    return Image(
        data=scene() if data is None else data,
        mime="image/png",
        width=640,
        height=400,
        digest=f"digest of {name}",
        name=name,
        facts=ImageFacts("JPEG", 4032, 2520, 2_134_000),
    )


async def read_picture(path: Path) -> Image:
    """Stands in for the reader: every file is the landscape."""
    return picture(path.name)
