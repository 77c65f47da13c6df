"""What a chat model gets of a picture: the picture, its caption, both or nothing, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from tui.domain.connection import Vision

Send = Literal["auto", "picture", "caption", "both", "nothing"]
SENDS: tuple[Send, ...] = get_args(Send)


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of the model that chats."""

    vision: Vision = "unknown"
    here: bool = True
    """Whether it runs on this machine."""
    local_only: bool = False
    """Whether pictures must not leave the machine."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What is sent of one picture."""

    picture: bool
    caption: bool
    reason: str
    """A few words for people: "caption: the chat model can't see"."""
