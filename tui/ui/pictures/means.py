"""Where the screens for pictures get them from, and where they take them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tui.domain.chat import Attachment
from tui.domain.image import Image


@dataclass(frozen=True, slots=True)
class Means:
    """What looking at pictures needs of those around it."""

    load: Callable[[str], Awaitable[Image | None]]
    """Gives a stored picture by its digest, None when it is gone. Raises AppError."""
    copy: Callable[[str], Awaitable[object]]
    """Puts text on the clipboard."""
    open_outside: Callable[[Image], Awaitable[None]]
    """Opens a picture in the desktop's viewer. Raises AppError."""
    again: Callable[[Attachment], object] | None = None
    """Makes a picture of the chat once more; None: those shown may be of another chat."""


def measured(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture that can be decoded; None: it is damaged. Blocking."""
    from io import BytesIO  # noqa: PLC0415

    from PIL import Image as Pillow  # noqa: PLC0415 - not before the first picture

    try:
        with Pillow.open(BytesIO(data), formats=("JPEG", "PNG")) as opened:
            size = opened.size
            opened.draft("RGB", (64, 64))
            opened.load()
    except (OSError, ValueError, SyntaxError):
        return None
    return size
