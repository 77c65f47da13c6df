from __future__ import annotations

import io
from collections.abc import Iterable

from textual.app import App, ComposeResult

from tui.domain.chat import Attachment, Chat, Message, Outline
from tui.domain.generation import Role
from tui.ui.transcript import Transcript


class Messages:
    """A chat in memory, of the shape the transcript reads."""

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self.messages = list(messages)
        self.revision = 0
        self.loaded: set[int] = set()
        self.chat = Chat("chat", "", "", "", 0.0, 0.0)

    def __len__(self) -> int:
        return len(self.messages)

    @property
    def outline(self) -> list[Outline]:
        return [
            Outline(each.id, len(each.text), each.text.count("\n") + 1, len(each.attachments))
            for each in self.messages
        ]

    def message(self, index: int) -> Message:
        self.loaded.add(index)
        return self.messages[index]

    def add(self, text: str, role: Role = "assistant", **fields: object) -> Message:
        made = message(len(self.messages), text, role)
        for name, value in fields.items():
            setattr(made, name, value)
        self.messages.append(made)
        self.revision += 1
        return made

    def remove(self, index: int) -> None:
        del self.messages[index]
        self.revision += 1


def message(number: int, text: str, role: Role = "assistant") -> Message:
    return Message(f"m{number}", role, "You" if role == "user" else "Ada", text, 0.0)


def numbered(count: int) -> Messages:
    """Messages whose one line tells their number."""
    roles: tuple[Role, Role] = ("user", "assistant")
    return Messages(message(each, f"text of {each}", roles[each % 2]) for each in range(count))


def picture(width: int, height: int, colour: str = "red") -> bytes:
    from PIL import Image

    data = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(data, "PNG")
    return data.getvalue()


def attachment(width: int = 40, height: int = 20, digest: str = "d") -> Attachment:
    return Attachment(digest, "cat.png", "image/png", width, height, "a cat", "offline description")


class TranscriptApp(App[None]):
    """Only a transcript, and what it says."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, source: Messages) -> None:
        super().__init__()
        self.source = source
        self.transcript = Transcript()
        self.links: list[str] = []
        self.focused_messages: list[int | None] = []
        self.pictures: list[tuple[int, str]] = []
        self.unseen: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.transcript

    def on_mount(self) -> None:
        self.transcript.show(self.source)

    def on_transcript_link_activated(self, event: Transcript.LinkActivated) -> None:
        self.links.append(event.href)

    def on_transcript_message_focused(self, event: Transcript.MessageFocused) -> None:
        self.focused_messages.append(event.index)

    def on_transcript_image_activated(self, event: Transcript.ImageActivated) -> None:
        self.pictures.append((event.index, event.attachment.name))

    def on_transcript_unseen_changed(self, event: Transcript.UnseenChanged) -> None:
        self.unseen.append(event.lines)

    def rows(self) -> list[str]:
        """What the transcript shows, without the scroll mark and the space at the end."""
        region = self.transcript.size.region
        return [strip.text[:-1].rstrip() for strip in self.transcript.render_lines(region)]

    def row_of(self, text: str) -> int:
        """The row of the view that contains a text."""
        return next(row for row, shown in enumerate(self.rows()) if text in shown)
