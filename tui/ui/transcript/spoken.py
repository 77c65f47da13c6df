"""A message as plain sentences, for screen readers and for copying without marks."""

from __future__ import annotations

from tui.domain.chat import Message
from tui.ui.transcript.lines import Line
from tui.ui.transcript.markdown import layout

_WIDE = 10_000
_SAID = {
    "streaming": "still answering",
    "stopped": "stopped",
    "partial": "cut off",
    "failed": "not answered",
}


def joined(lines: list[Line]) -> str:
    """The text of rows, wrapped ones joined again."""
    return "".join(
        line.text[line.gutter :] + ("\n" if line.joint is None else line.joint) for line in lines
    ).strip("\n")


def plain_text(message: Message) -> str:
    """The text of a message as it is shown, without Markdown's marks."""
    return joined(layout(message.text, _WIDE))


def screen_reader_text(message: Message, index: int) -> str:
    """Everything a message shows, in reading order."""
    parts = [f"{_head(message, index)}:"]
    for attachment in message.attachments:
        caption = f": {attachment.caption}" if attachment.caption else ", without a caption"
        by = f", captioned by {attachment.source}" if attachment.source else ""
        parts.append(f"Picture {attachment.title}{by}{caption}.")
        if attachment.note:
            parts.append(f"{attachment.note}.")
        if attachment.fate != "auto":
            parts.append(f"What the model gets of it: {attachment.fate}.")
    if message.reasoning:
        parts.append(f"Reasoning of {len(message.reasoning.split())} words.")
    if message.text and not (message.templated and message.attachments):
        parts.append(plain_text(message))
    return "\n".join(parts)


def _head(message: Message, index: int) -> str:
    """Who speaks, and what there is to know of the message before its words."""
    version = f"version {message.swipe + 1} of {len(message.swipes)}" if message.swipes else ""
    sent = "" if message.is_sent else "not sent to the model"
    status = _SAID.get(message.status, "")
    parts = (message.name, message.kind, version, sent, status, message.error)
    return ", ".join([f"Message {index}", *filter(None, parts)])
