"""What a chat model gets of a picture: the picture, its caption, both or nothing, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from tui.domain.connection import Vision

Send = Literal["auto", "picture", "caption", "both", "nothing"]
SENDS: tuple[Send, ...] = get_args(Send)

_KEPT_HERE = "pictures stay on this machine"


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of the model that chats."""

    vision: Vision = "unknown"
    here: bool = True
    """Whether it runs on this machine."""
    local_only: bool = False
    """Whether pictures must not leave the machine."""

    @property
    def holds_back(self) -> bool:
        """Whether the model must not get pictures, whatever was chosen."""
        return self.local_only and not self.here


@dataclass(frozen=True, slots=True)
class Fate:
    """What is sent of one picture."""

    picture: bool
    caption: bool
    reason: str
    """A few words for people: "caption: the chat model can't see"."""

    @property
    def word(self) -> str:
        """One of "picture", "caption", "both" and "nothing"."""
        if self.picture:
            return "both" if self.caption else "picture"
        return "caption" if self.caption else "nothing"


def decide(wanted: Send, default: Send, *, captioned: bool, sight: Sight) -> Fate:
    """Say what the chat model gets of a picture.

    Args:
        wanted: What was chosen for this picture; auto: nothing in particular.
        default: What the settings say.
        captioned: Whether there is a caption.
        sight: What is known of the model.
    """
    chosen = default if wanted == "auto" else wanted
    if chosen == "auto":
        return _by_sight(captioned, sight)
    who = "the settings say so" if wanted == "auto" else "you chose so"
    wants_picture = chosen in ("picture", "both")
    if wants_picture and sight.holds_back:
        return _held_back(captioned)
    caption = chosen in ("caption", "both")
    if caption and not captioned:
        return _fate(wants_picture, False, "there is no caption")
    return _fate(wants_picture, caption, who)


def needs_caption(wanted: Send, default: Send, *, always: bool, sight: Sight) -> bool:
    """Whether a picture is to be captioned before its message is sent.

    Args:
        wanted: What was chosen for this picture.
        default: What the settings say.
        always: Whether the settings want every picture captioned.
        sight: What is known of the model.
    """
    chosen = default if wanted == "auto" else wanted
    if chosen in ("caption", "both"):
        return True
    if chosen == "auto" and sight.vision != "yes":
        return True
    if chosen != "nothing" and sight.holds_back:
        return True
    return always and wanted == "auto"


def _by_sight(captioned: bool, sight: Sight) -> Fate:
    if sight.holds_back:
        return _held_back(captioned)
    if sight.vision == "yes":
        return _fate(True, captioned, "the chat model sees")
    if sight.vision == "no":
        why = "the chat model can't see"
    else:
        why = "it is not known whether the chat model sees"
    return _fate(False, captioned, why if captioned else f"{why}, and there is no caption")


def _held_back(captioned: bool) -> Fate:
    return _fate(
        False, captioned, _KEPT_HERE if captioned else f"{_KEPT_HERE} and there is no caption"
    )


def _fate(picture: bool, caption: bool, why: str) -> Fate:
    fate = Fate(picture, caption, "")
    return Fate(picture, caption, f"{fate.word}: {why}")
