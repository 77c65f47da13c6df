"""Reading the clipboard through kitty, which works over ssh as well.

The protocol is OSC 5522, as described at https://sw.kovidgoyal.net/kitty/clipboard/: one request
names the types wanted, the answer comes in pieces of base64.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Callable, Mapping

from tui.domain.clipping import Clipping
from tui.domain.errors import ClipboardError
from tui.domain.safetext import clean_line
from tui.ui.terminal.answers import ANSWERS, CLIPBOARD

FIRST_SECONDS = 30.0
"""kitty may ask the person whether it may."""
NEXT_SECONDS = 5.0
LARGEST = 64 * 1024 * 1024
_TEXT = "text/plain"
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")


def is_kitty(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is kitty itself, with nothing in between that swallows answers."""
    inside = any(environ.get(name) for name in ("TMUX", "STY"))
    return environ.get("TERM") == "xterm-kitty" and not inside


async def read(write: Callable[[str], None], first_seconds: float = FIRST_SECONDS) -> Clipping:
    """Ask the terminal for a picture, or else text.

    Args:
        write: Writes to the terminal.
        first_seconds: How long to wait for the first answer.

    Raises:
        ClipboardError: It gave none, or was not allowed to.
    """
    loop = asyncio.get_running_loop()
    answers: asyncio.Queue[str] = asyncio.Queue()

    def take(sequence: str) -> None:
        loop.call_soon_threadsafe(answers.put_nowait, sequence)

    with ANSWERS.listening(take):
        write(f"{CLIPBOARD}type=read;{_encoded(' '.join((*_PICTURES, _TEXT)))}\x1b\\")
        parts = await _parts(answers, first_seconds)
    for kind in _PICTURES:
        if parts.get(kind):
            return Clipping(bytes(parts[kind]))
    return Clipping(text=bytes(parts.get(_TEXT, b"")).decode("utf-8", "replace"))


async def _parts(answers: asyncio.Queue[str], seconds: float) -> dict[str, bytearray]:
    parts: dict[str, bytearray] = {}
    size = 0
    while True:
        try:
            async with asyncio.timeout(seconds):
                about, payload = _read_answer(await answers.get())
        except TimeoutError as error:
            raise ClipboardError(
                "the terminal did not give its clipboard",
                hint="paste a data: address, or copy the picture over and /attach it",
            ) from error
        seconds = NEXT_SECONDS
        match about.get("status", ""):
            case "OK":
                continue
            case "DATA":
                kind = _decoded(about.get("mime", "")).decode("utf-8", "replace")
                piece = _decoded(payload)
                size += len(piece)
                if size > LARGEST:
                    raise ClipboardError(
                        f"what is on the clipboard is larger than {LARGEST // 1_000_000} MB"
                    )
                parts.setdefault(kind, bytearray()).extend(piece)
            case "DONE":
                return parts
            case "EPERM":
                raise ClipboardError(
                    "kitty was not allowed to give its clipboard",
                    hint="clipboard_control in kitty.conf decides; read-clipboard allows it",
                )
            case other:
                raise ClipboardError(
                    f"kitty could not give its clipboard ({clean_line(other, 20)})"
                )


def _read_answer(sequence: str) -> tuple[dict[str, str], str]:
    """The fields and the payload of an answer, which has the form `fields;payload`."""
    fields, _, payload = sequence.removeprefix(CLIPBOARD).partition(";")
    return dict(re.findall(r"([a-z]+)=([^:]*)", fields)), payload


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _decoded(payload: str) -> bytes:
    try:
        return base64.b64decode(payload)
    except (binascii.Error, ValueError):
        return b""
