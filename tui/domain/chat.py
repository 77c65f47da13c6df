"""Chats and their messages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from tui.domain.fate import Send
from tui.domain.generation import Role
from tui.domain.injection import Injection

Status = Literal["complete", "streaming", "stopped", "partial", "failed"]
"""complete; streaming now; stopped by the person; partial (cut off by an error or a crash);
failed (a user message whose request got no answer)."""
Kind = Literal["", "narrator", "comment"]
"""What a message is beside someone's words: told by a narrator (the model gets it as a turn of its
own), or a comment (shown only)."""
Variables = dict[str, Any]
"""Values of scripts by name: text, numbers, truth values, and lists and objects of them."""


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
    recipe: str = ""
    """How `/imagine` made it, as `imagine_request.Recipe` writes that; empty: it did not."""

    @property
    def ref(self) -> str:
        """How people and models call it, "img3"; empty while it has no number."""
        return f"img{self.number}" if self.number else ""

    @property
    def title(self) -> str:
        """What it is called, and its file's name."""
        return f"{self.ref} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Swipe:
    """One version of a message: what differs from one answer to the next."""

    text: str
    created: float
    """Seconds since the epoch."""
    name: str = ""
    attachments: tuple[Attachment, ...] = ()
    templated: bool = False
    reasoning: str = ""
    status: Status = "complete"
    error: str = ""
    model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None


_VERSIONED = tuple(Swipe.__dataclass_fields__)


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
    kind: Kind = ""
    hidden: bool = False
    """Kept from the model."""
    swipes: tuple[Swipe, ...] = ()
    """Its versions, in the order in which they came; empty while there is but one. That of the
    shown one may be behind: the message itself says how it is, `versions` puts both together."""
    swipe: int = 0
    """Which of them is shown."""
    revision: int = 0
    """Counts changes in memory, so that the view knows what to draw again; not stored."""
    elsewhere: bool = False
    """Being written by another Salon; this is what that one saved last."""

    def touch(self) -> None:
        """Say that something changed."""
        self.revision += 1

    @property
    def is_sent(self) -> bool:
        """Whether the model gets it."""
        return not self.hidden and self.kind != "comment"

    @property
    def versions(self) -> tuple[Swipe, ...]:
        """All versions, at least one, the shown one as it is now."""
        shown = Swipe(**{name: getattr(self, name) for name in _VERSIONED})
        return (*self.swipes[: self.swipe], shown, *self.swipes[self.swipe + 1 :])

    @property
    def stamp(self) -> int:
        """Tells apart what two states of a message would keep on the disk."""
        values = [getattr(self, name) for name in _VERSIONED]
        rest = self.versions if self.swipes else ()
        return hash((self.role, self.kind, self.hidden, self.swipe, rest, *values))

    def become(self, other: Message) -> None:
        """Be what another state of this message is, as the same object."""
        for name in Message.__dataclass_fields__:
            if name != "revision":
                setattr(self, name, getattr(other, name))
        self.touch()

    def show(self, versions: tuple[Swipe, ...], at: int) -> None:
        """Have these versions from now on, and show one of them."""
        for name in _VERSIONED:
            setattr(self, name, getattr(versions[at], name))
        self.swipes, self.swipe = (versions, at) if len(versions) > 1 else ((), 0)

    def revise(self, at: int, **changes: Any) -> None:
        """Change fields of one version, and show it."""
        versions = self.versions
        revised = replace(versions[at], **changes)
        self.show((*versions[:at], revised, *versions[at + 1 :]), at)


class Outline(NamedTuple):
    """As much of a message as is needed to estimate its height before it is loaded.

    A tuple, because a long chat has 10,000 of them, and opening it must not take longer for that.
    """

    id: str
    characters: int
    lines: int
    """Newlines plus one."""
    pictures: int = 0
    is_sent: bool = True
    """Whether the model gets it."""


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
    variables: Variables = field(default_factory=dict)
    """What scripts keep with this chat."""
    injections: tuple[Injection, ...] = ()
    """What scripts add to its prompts."""


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
