"""Captions: what is asked, what came of it, and how it is wrapped into a message."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.domain import macros
from tui.domain.chat import Attachment
from tui.domain.generation import Usage
from tui.domain.image import Box, Image

DEFAULT_PROMPT = "What's in this image?"
DEFAULT_TEMPLATE = "[{{user}} sends {{char}} a picture that contains: {{caption}}]"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """The caption becomes a message of its own with the picture."""


@dataclass(frozen=True, slots=True)
class ExistingMessage:
    """The caption goes to the picture of a message that is already in the chat."""

    index: int
    """As shown by `#N`, counted from 0."""


@dataclass(frozen=True, slots=True)
class Nowhere:
    """The caption is only given back (`quiet=true`, the command line)."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The caption is given back to go out with a message that is being written."""


Delivery = NewMessage | ExistingMessage | Nowhere | Beside


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask about a picture, and what; what is empty stays as it was asked for first."""

    source: str = ""
    connection: str = ""
    model: str = ""
    prompt: str = ""
    """With its macros."""
    preset: str = ""
    """Name of the prompt, for people."""
    region: Box | None = None
    """Only this part of the picture."""
    fresh: bool = False
    """Ask the source even when it said something to the same before."""


@dataclass(frozen=True, slots=True)
class Caption:
    """A finished caption and where it came from."""

    text: str
    source: str
    """Id of the source: "local", "multimodal", "horde", "extras", "describe"."""
    source_label: str
    """For people, e.g. "offline description" or "Ollama: moondream"."""
    model: str
    """Model id; empty where the source has none."""
    prompt: str
    seconds: float
    """From the request to the last token."""
    note: str = ""
    """Why this source and not the chosen one, with what to do about it; else empty."""
    usage: Usage | None = None
    """Tokens and cost, where the source tells."""
    cached: bool = False
    """Made earlier for the same picture, source, model, prompt and parameters."""
    region: Box | None = None
    """The part of the picture that was looked at; None: all of it."""
    wrapped: str = ""
    """What the template made of it when it was accepted."""

    @property
    def remark(self) -> str:
        """What a message says of its caption: the note, and that it came from the cache."""
        return "; ".join(part for part in ("from cache" if self.cached else "", self.note) if part)


@dataclass(frozen=True, slots=True)
class Captioned:
    """A picture together with its accepted caption."""

    image: Image
    caption: Caption


def captioned_by(picture: Attachment, caption: Caption) -> Attachment:
    """The picture with a caption, where it came from, and the number and choices it had."""
    return replace(
        picture,
        caption=caption.text,
        source=caption.source_label,
        model=caption.model,
        seconds=caption.seconds,
        note=caption.remark,
        wrapped=caption.wrapped,
        unchecked=False,
    )


def with_caption(template: str) -> str:
    """The template itself, or with `{{caption}}` appended when it has none."""
    if macros.uses(template, "caption"):
        return template
    return f"{template.rstrip()} {{{{caption}}}}".lstrip()


def wrap(template: str, caption: str, environment: macros.Environment) -> str:
    """Put a caption into its template; nothing inside the caption is expanded.

    Args:
        template: May lack `{{caption}}`; then the caption comes last.
        caption: Data, inserted as it is.
        environment: What the other macros read.
    """
    return macros.expand(with_caption(template), environment.giving(caption=caption))
