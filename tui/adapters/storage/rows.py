"""How chats, messages and captions become rows and come back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tui.domain.chat import Attachment, Chat, JournalEntry, Message

MESSAGE_COLUMNS = (
    "id, role, name, text, created, attachments, templated, reasoning, status, error, model,"
    " input_tokens, output_tokens"
)
STATUSES = ("complete", "streaming", "stopped", "partial", "failed")
_ATTACHMENT = ("digest", "name", "mime", "width", "height", "caption", "source", "model", "seconds")


def text(value: str) -> str:
    """The text as SQLite can keep it: a lone surrogate becomes a question mark."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode(errors="replace").decode()
    return value


def from_message(message: Message, writer: int) -> dict[str, Any]:
    """Column values of a message; `writer` tells whose it is while it streams."""
    body = text(message.text)
    return {
        "id": message.id,
        "role": message.role,
        "name": text(message.name),
        "text": body,
        "created": message.created,
        "attachments": _attachments_json(message.attachments),
        "captions": text("\n".join(a.caption for a in message.attachments if a.caption)),
        "templated": message.templated,
        "reasoning": text(message.reasoning),
        "status": message.status,
        "error": text(message.error),
        "model": text(message.model),
        "input_tokens": message.input_tokens,
        "output_tokens": message.output_tokens,
        "characters": len(body),
        "lines": body.count("\n") + 1,
        "pictures": len(message.attachments),
        "writer": writer,
    }


def to_message(row: tuple[Any, ...]) -> Message:
    """Build a message from `MESSAGE_COLUMNS`."""
    return Message(
        id=row[0],
        role=row[1],
        name=row[2],
        text=row[3],
        created=row[4],
        attachments=_attachments(row[5]),
        templated=bool(row[6]),
        reasoning=row[7],
        status=row[8] if row[8] in STATUSES else "complete",
        error=row[9],
        model=row[10],
        input_tokens=row[11],
        output_tokens=row[12],
    )


def _attachments_json(attachments: tuple[Attachment, ...]) -> str:
    if not attachments:
        return "[]"
    kept = [{name: getattr(each, name) for name in _ATTACHMENT} for each in attachments]
    return text(json.dumps(kept, ensure_ascii=False))


def _attachments(kept: str) -> tuple[Attachment, ...]:
    if kept == "[]":
        return ()
    return tuple(
        Attachment(**{name: value for name, value in each.items() if name in _ATTACHMENT})
        for each in json.loads(kept)
    )


def to_chat(row: tuple[Any, ...]) -> Chat:
    """Build a chat from id, title, character, persona, created, updated, draft."""
    return Chat(*row)


def from_entry(entry: JournalEntry) -> tuple[Any, ...]:
    """Column values of a journal entry in the order of the table, without its id."""
    return (
        entry.digest,
        text(entry.name),
        text(entry.caption),
        text(entry.source),
        text(entry.model),
        text(entry.prompt),
        entry.seconds,
        entry.created,
        entry.used,
    )


def to_entry(row: tuple[Any, ...]) -> JournalEntry:
    """Build a journal entry from the table's columns with the id last."""
    entry = JournalEntry(*row)
    return replace(entry, used=bool(entry.used))
