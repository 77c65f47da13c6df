"""What the transcript reads and what it keeps of each message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from textual.strip import Strip

from tui.domain.chat import Chat, Message, Outline
from tui.ui.transcript.layout import Laid, State, shows_text
from tui.ui.transcript.stream import MarkdownStream


class MessageSource(Protocol):
    """A chat as the transcript reads it; `ChatSession` is one."""

    @property
    def chat(self) -> Chat:
        """Whose id tells chats apart."""
        ...

    @property
    def outline(self) -> list[Outline]:
        """One entry for each message."""
        ...

    @property
    def revision(self) -> int:
        """Changes when messages are added or removed."""
        ...

    def __len__(self) -> int:
        """How many messages there are."""
        ...

    def message(self, index: int) -> Message:
        """A message; quick, whether it was loaded before or not."""
        ...


@dataclass(slots=True)
class Entry:
    """A message that is laid out, or the notes before the first one."""

    message: Message | None
    revision: int
    state: State
    laid: Laid
    strips: list[Strip | None] = field(default_factory=list)
    """For each row the strip, once it was drawn."""

    def take_strips(self, old: Entry | None, live: Live | None) -> None:
        """Take over what is drawn already; a growing message is only compared where it grows.

        Args:
            old: The message as it was laid out before.
            live: The message that grows, if one does.
        """
        self.strips = [None] * len(self.laid.lines)
        if old is None or old.state.focused != self.state.focused:
            return
        plain = not old.laid.has_pictures() and not self.laid.has_pictures()
        done = 0 if plain else max(old.laid.text_at, self.laid.text_at)
        for start, end in live.kept(old, self) if live else []:
            self._compare(old, range(done, start))
            if start >= done:
                self.strips[start:end] = old.strips[start:end]
                done = end
        self._compare(old, range(done, min(len(old.strips), len(self.strips))))

    def _compare(self, old: Entry, rows: range) -> None:
        for row in rows:
            before, after = old.laid.lines[row], self.laid.lines[row]
            if before is after or before == after:
                self.strips[row] = old.strips[row]


class Spot(NamedTuple):
    """A row of an item, in terms that survive changes elsewhere."""

    id: str
    line: int


class Live:
    """The reply that is streaming in: only its open end is laid out again."""

    def __init__(self, message: Message, room: int) -> None:
        self.message = message
        self.text = MarkdownStream(room)
        self.reasoning = MarkdownStream(room, "reasoning")

    def kept(self, old: Entry, new: Entry) -> list[tuple[int, int]]:
        """First row and end of what the last text surely left as it was, from the top down.

        Args:
            old: The message as it was laid out before that text.
            new: As it is laid out with it.
        """
        alike = old.message is self.message and new.message is self.message
        if not alike or old.state != new.state or old.laid.dimmed != new.laid.dimmed:
            return []
        spans: list[tuple[int, int]] = []
        start = new.laid.reasoning_at
        if start and start == old.laid.reasoning_at:
            spans.append((start, start + self.reasoning.kept))
        start = new.laid.text_at
        if start == old.laid.text_at and shows_text(self.message, new.state):
            spans.append((start, start + self.text.kept))
        return spans
