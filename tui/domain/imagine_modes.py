"""What a picture is made of: the person's words, or something in the chat that a model describes.

The words that choose a mode, and what each mode does to prefix and size, are those of
SillyTavern's image generation. A background does not become the chat's background here: a
terminal has none. Its variants that caption an avatar are left out: characters have no pictures.
"""

from __future__ import annotations

from typing import Literal, get_args

from tui.domain.imagine_settings import LEAST_SIDE, MOST_SIDE, ImagineSettings

Mode = Literal["you", "me", "scene", "raw_last", "last", "face", "background", "free", "extended"]
MODES: tuple[Mode, ...] = get_args(Mode)
TRIGGERS: tuple[Mode, ...] = ("you", "me", "scene", "raw_last", "last", "face", "background")
"""Words that mean something else than themselves."""
LABELS: dict[Mode, str] = {
    "free": "What you write",
    "extended": "What you write, worked out by the model",
    "you": "The character",
    "face": "The character's face",
    "me": "You",
    "scene": "What is going on",
    "last": "The last message",
    "raw_last": "The last message, as it is",
    "background": "The place alone",
}
"""For people, in the order of a menu."""
_OWN_PREFIX: tuple[Mode, ...] = ("free", "extended", "background", "me")
"""Modes whose pictures need not show the character: its prefix is not for them."""
_STEP = 64


def mode_of(text: str, *, extend: bool = False) -> Mode:
    """What is meant by the text of `/imagine`.

    Args:
        text: As typed; a trigger must be all of it, in any case.
        extend: Whether a model works out the person's own words.
    """
    word = text.strip().lower()
    for trigger in TRIGGERS:
        if word == trigger:
            return trigger
    return "extended" if extend else "free"


def asks_model(mode: Mode) -> bool:
    """Whether the model that chats writes the prompt."""
    return mode not in ("free", "raw_last")


def shows_character(mode: Mode) -> bool:
    """Whether prefix and negative of the character belong to it."""
    return mode not in _OWN_PREFIX


def instruction(mode: Mode, settings: ImagineSettings) -> str:
    """What the model is asked, with its macros; empty where it is not asked."""
    return str(getattr(settings, f"ask_{mode}")) if asks_model(mode) else ""


def as_it_is(last: str, scenario: str, description: str) -> str:
    """The prompt of `raw_last`: the last message weighs most, what is around it less."""
    weighed = ((last, 1.2), (scenario, 0.7), (description, 0.5))
    parts = [(" ".join(text.split()), weight) for text, weight in weighed]
    return ", ".join(f"({text}:{weight})" for text, weight in parts if text)


def turned(mode: Mode, width: int, height: int) -> tuple[int, int]:
    """Width and height as the mode wants them: portraits high, backgrounds wide."""
    if mode == "face" and height <= width:
        return width, _rounded(1.5 * width)
    if mode == "background" and width <= height:
        return _rounded(1.8 * height), height
    return width, height


def _rounded(side: float) -> int:
    """The nearest multiple of 64 that may be asked for."""
    return max(LEAST_SIDE, min(MOST_SIDE, round(side / _STEP) * _STEP))
