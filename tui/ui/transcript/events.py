"""What the transcript tells the screen."""

from __future__ import annotations

from textual.message import Message

from tui.domain.chat import Attachment


class MessageFocused(Message, namespace="transcript"):
    """Another message has the focus."""

    def __init__(self, index: int | None) -> None:
        super().__init__()
        self.index = index
        """Its number, or None for no message."""


class LinkActivated(Message, namespace="transcript"):
    """A link was clicked; nothing was opened."""

    def __init__(self, href: str) -> None:
        super().__init__()
        self.href = href
        """As the message has it: untrusted."""


class ImageActivated(Message, namespace="transcript"):
    """A picture was clicked."""

    def __init__(self, index: int, attachment: Attachment) -> None:
        super().__init__()
        self.index = index
        self.attachment = attachment


class UnseenChanged(Message, namespace="transcript"):
    """More or fewer new lines wait below the view."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.lines = lines
        """0 when the view is at the end."""
