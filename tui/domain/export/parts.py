"""What every format is given: the chat, and the pictures of one message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import PurePath
from typing import Literal

from tui.domain.chat import Attachment, Message, Variables
from tui.domain.image import Image
from tui.domain.safetext import clean_line

FormatName = Literal["markdown", "html", "jsonl", "text"]


@dataclass(frozen=True, slots=True)
class About:
    """The chat as a whole."""

    title: str
    character: str
    """Name of who answers."""
    persona: str
    """Name of who asks."""
    created: float
    """Seconds since the epoch."""
    messages: int
    template: str
    """The caption template in force, for formats that keep what the model was told."""
    zone: tzinfo | None = None
    """In which times are shown; None: this machine's."""
    variables: Variables = field(default_factory=dict)
    """What scripts keep with the chat."""

    @property
    def name(self) -> str:
        """The title as one clean line; chats without one are called after who takes part."""
        return clean_line(self.title).strip() or f"Chat with {clean_line(self.character)}"

    def time(self, seconds: float) -> str:
        """A moment for people: day and minute."""
        return f"{datetime.fromtimestamp(seconds, UTC).astimezone(self.zone):%Y-%m-%d %H:%M}"

    @property
    def summary(self) -> str:
        """Who takes part, since when, how many messages; one line."""
        count = "1 message" if self.messages == 1 else f"{self.messages:,} messages"
        who = f"{clean_line(self.persona)} and {clean_line(self.character)}"
        zone = datetime.fromtimestamp(self.created, UTC).astimezone(self.zone).tzname() or "UTC"
        return f"{who}, since {self.time(self.created)} ({zone}), {count}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a message as the exported file has it."""

    attachment: Attachment
    url: str = ""
    """Relative and quoted; empty where the file refers to none or the picture is gone."""
    image: Image | None = field(default=None, repr=False)
    """The picture itself; None when it is gone from the store."""

    @property
    def caption(self) -> str:
        """The caption on one line."""
        return " ".join(clean_line(self.attachment.caption).split())

    @property
    def file(self) -> str:
        """The picture's own name, for people only."""
        return " ".join(clean_line(self.attachment.name, 100).split()) or "picture"


@dataclass(frozen=True, slots=True)
class Format:
    """One format: pieces of text that, put together, are the file."""

    name: FormatName
    suffix: str
    head: Callable[[About], str]
    message: Callable[[About, Message, Sequence[Shown]], Iterator[str]]
    """Yields pieces, so that no more than one encoded picture is in memory."""
    tail: str = ""
    beside: str = ""
    """What the folder of pictures is called behind the file's name; empty: there is none."""
    inside: bool = False
    """Pictures are in the file itself."""
    versions: bool = False
    """All versions of a message are kept, so it wants the pictures of all of them."""

    def folder(self, file: PurePath) -> str:
        """Name of the folder of pictures that belongs to a file; empty where there is none."""
        return f"{file.stem}-{self.beside}" if self.beside else ""


def utc(seconds: float) -> str:
    """A moment as ISO 8601 in UTC with milliseconds."""
    moment = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def remark(message: Message) -> str:
    """What is to be said of a message that is not whole, or not for the model; else empty."""
    kind = {"": "", "narrator": "narrated", "comment": "a comment, not sent"}[message.kind]
    parts = (kind, "hidden from the model" if message.hidden else "", _ending(message))
    return "; ".join(part for part in parts if part)


def _ending(message: Message) -> str:
    why = clean_line(message.error).strip()
    match message.status:
        case "stopped":
            return "stopped here"
        case "partial":
            return f"cut off: {why}" if why else "cut off"
        case "failed":
            return f"not answered: {why}" if why else "not answered"
        case "streaming":
            return "not finished yet"
        case _:
            return ""
