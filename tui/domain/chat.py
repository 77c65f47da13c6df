"""Chats and their messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui.domain.fate import Send
from tui.domain.generation import Role

Status = Literal["complete", "streaming", "stopped", "partial", "failed"]
"""complete; streaming now; stopped by the person; partial (cut off by an error or a crash);
failed (a user message whose request got no answer)."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture in a message; its bytes are in the image store under `digest`."""

    digest: str
    name: str
    mime: str
    width: int
    """Pixels of the stored picture."""
    height: int
    caption: str = ""
    source: str = ""
    """Label of the source that made the caption."""
    model: str = ""
    seconds: float = 0.0
    note: str = ""
    """Why this source captioned and not the chosen one; else empty."""
    fate: Send = "auto"
    """What the chat model gets of it; auto: by the settings and what the model can do."""
    number: int = 0
    """Unique in its chat and never given out again; 0: not yet taken into a chat."""
    unchecked: bool = False
    """The caption was made in the background, and nobody looked it over yet."""
    wrapped: str = ""
    """The caption as its template made it; empty: the template of the settings is used."""

    @property
    def ref(self) -> str:
        """How people and models call it, "img3"; empty while it has no number."""
        return f"img{self.number}" if self.number else ""

    @property
    def title(self) -> str:
        """What it is called, and its file's name."""
        return f"{self.ref} {self.name}".strip()


@dataclass(slots=True)
class Message:
    """One message. Mutable: a reply grows while it streams; bump `revision` at each change."""

    id: str
    """Unique and stable; the position in the chat is not part of a message."""
    role: Role
    name: str
    """Who speaks, as shown."""
    text: str
    created: float
    """Seconds since the epoch."""
    attachments: tuple[Attachment, ...] = ()
    templated: bool = False
    """The text was made by the caption template: shown only while the message has the focus."""
    reasoning: str = ""
    status: Status = "complete"
    error: str = ""
    """Why it is partial or failed, one line; empty otherwise."""
    model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    revision: int = 0
    """Counts changes in memory, so that the view knows what to draw again; not stored."""

    def touch(self) -> None:
        """Say that something changed."""
        self.revision += 1


@dataclass(frozen=True, slots=True)
class Outline:
    """As much of a message as is needed to estimate its height before it is loaded."""

    id: str
    characters: int
    lines: int
    """Newlines plus one."""
    pictures: int = 0


@dataclass(slots=True)
class Chat:
    """A chat without its messages; those come from the store by need."""

    id: str
    title: str
    """Empty until named by hand or by the first user message."""
    character: str
    """Character id."""
    persona: str
    """Persona id."""
    created: float
    updated: float
    draft: str = ""
    """What stands unsent in the composer."""
    local_only: bool = False
    """Whether this chat's pictures must not leave the machine."""
    pictures: int = 0
    """Number that the picture taken in last was given."""
    draft_pictures: tuple[Attachment, ...] = ()
    """Pictures that wait beside the prompt."""


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """A row in the list of chats."""

    id: str
    title: str
    character: str
    messages: int
    updated: float
    last: str = ""
    """Beginning of the last message, one line."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message that matches a search, with where it is."""

    chat_id: str
    chat_title: str
    message_id: str
    snippet: str


@dataclass(frozen=True, slots=True)
class PictureUse:
    """A picture in a message, with where that is; used twice, a picture appears twice."""

    chat_id: str
    chat_title: str
    message_id: str
    position: int
    """Of the message in its chat, as in `#3`."""
    number: int
    """Which picture of the message, counted from 1."""
    attachment: Attachment
    created: float
    """When the message was written, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A caption that was made once, kept whether it was used or not."""

    digest: str
    name: str
    caption: str
    source: str
    model: str
    prompt: str
    seconds: float
    created: float
    used: bool
    """Whether it went into a message."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    """US dollars, where the provider reports it."""
    cached: bool = False
    """Taken from the cache: it cost nothing this time."""


@dataclass(frozen=True, slots=True)
class CachedCaption:
    """What a source said once, word for word."""

    caption: str
    source_label: str
    seconds: float
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
