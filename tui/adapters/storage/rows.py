"""How chats, messages and captions become rows and come back."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from tui.domain.chat import Attachment, CachedCaption, Chat, JournalEntry, Message, Swipe
from tui.domain.fate import SENDS
from tui.domain.injection import Injection

MESSAGE_COLUMNS = (
    "id, role, name, text, created, attachments, templated, reasoning, status, error, model,"
    " input_tokens, output_tokens, kind, withheld, swipes, swipe"
)
STATUSES = ("complete", "streaming", "stopped", "partial", "failed")
KINDS = ("", "narrator", "comment")
CHAT_COLUMNS = (
    "id, title, character, persona, created, updated, draft, local_only, pictures,"
    " draft_pictures, variables, injections"
)
JOURNAL_COLUMNS = (
    "digest, name, caption, source, model, prompt, seconds, created, used,"
    " input_tokens, output_tokens, cost, cached"
)
CACHE_COLUMNS = "caption, source_label, seconds, input_tokens, output_tokens, cost"
_ATTACHMENT = tuple(Attachment.__dataclass_fields__)
_SWIPE = tuple(Swipe.__dataclass_fields__)


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
        "attachments": attachments_json(message.attachments),
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
        "kind": message.kind,
        "withheld": message.hidden,
        "swipes": _swipes_json(message),
        "swipe": message.swipe,
    }


def to_message(row: tuple[Any, ...]) -> Message:
    """Build a message from `MESSAGE_COLUMNS`."""
    return Message(
        id=row[0],
        role=row[1],
        name=row[2],
        text=row[3],
        created=row[4],
        attachments=attachments(row[5]),
        templated=bool(row[6]),
        reasoning=row[7],
        status=row[8] if row[8] in STATUSES else "complete",
        error=row[9],
        model=row[10],
        input_tokens=row[11],
        output_tokens=row[12],
        kind=row[13] if row[13] in KINDS else "",
        hidden=bool(row[14]),
        swipes=_swipes(row[15]),
        swipe=row[16],
        elsewhere=row[8] == "streaming",
    )


def as_json(value: Any) -> str:
    """A value of lists, objects, texts and numbers as one text."""
    return text(json.dumps(value, ensure_ascii=False))


def attachments_json(pictures: tuple[Attachment, ...]) -> str:
    """The pictures of a message, or of a prompt, as one text."""
    return as_json(_plain_pictures(pictures)) if pictures else "[]"


def _plain_pictures(pictures: tuple[Attachment, ...]) -> list[dict[str, Any]]:
    return [{name: getattr(each, name) for name in _ATTACHMENT} for each in pictures]


def attachments(kept: str) -> tuple[Attachment, ...]:
    """Build them again from what `attachments_json` made."""
    if kept == "[]":
        return ()
    return tuple(_attachment(each) for each in json.loads(kept))


def _swipes_json(message: Message) -> str:
    """The versions of a message as one text; most have but one, which is the message."""
    if not message.swipes:
        return "[]"
    return as_json(
        [
            {name: getattr(each, name) for name in _SWIPE}
            | {"attachments": _plain_pictures(each.attachments)}
            for each in message.versions
        ]
    )


def _swipes(kept: str) -> tuple[Swipe, ...]:
    if kept == "[]":
        return ()
    return tuple(_swipe(each) for each in json.loads(kept))


def _swipe(kept: dict[str, Any]) -> Swipe:
    known = {name: value for name, value in kept.items() if name in _SWIPE}
    known["attachments"] = tuple(_attachment(each) for each in kept["attachments"])
    if known["status"] not in STATUSES:
        known["status"] = "complete"
    return Swipe(**known)


def _attachment(kept: dict[str, Any]) -> Attachment:
    """Build an attachment; an older Salon knew fewer fields, a newer one may know more."""
    known = {name: value for name, value in kept.items() if name in _ATTACHMENT}
    if known.get("fate") not in SENDS:
        known["fate"] = "auto"
    return Attachment(**known)


def from_chat(chat: Chat) -> dict[str, Any]:
    """Column values of a chat."""
    return {
        "id": chat.id,
        "title": text(chat.title),
        "character": text(chat.character),
        "persona": text(chat.persona),
        "created": chat.created,
        "updated": chat.updated,
        "draft": text(chat.draft),
        "local_only": chat.local_only,
        "pictures": chat.pictures,
        "draft_pictures": attachments_json(chat.draft_pictures),
        "variables": as_json(chat.variables),
        "injections": as_json([asdict(each) for each in chat.injections]),
    }


def to_chat(row: tuple[Any, ...]) -> Chat:
    """Build a chat from `CHAT_COLUMNS`."""
    *rest, local_only, pictures, waiting, variables, injections = row
    return replace(
        Chat(*rest),
        local_only=bool(local_only),
        pictures=pictures,
        draft_pictures=attachments(waiting),
        variables=json.loads(variables),
        injections=tuple(Injection(**each) for each in json.loads(injections)),
    )


def from_entry(entry: JournalEntry) -> tuple[Any, ...]:
    """Values of `JOURNAL_COLUMNS`."""
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
        entry.input_tokens,
        entry.output_tokens,
        entry.cost,
        entry.cached,
    )


def to_entry(row: tuple[Any, ...]) -> JournalEntry:
    """Build a journal entry from `JOURNAL_COLUMNS`."""
    entry = JournalEntry(*row)
    return replace(entry, used=bool(entry.used), cached=bool(entry.cached))


def from_cached(made: CachedCaption) -> tuple[Any, ...]:
    """Values of `CACHE_COLUMNS`."""
    counts = (made.input_tokens, made.output_tokens, made.cost)
    return (text(made.caption), text(made.source_label), made.seconds, *counts)


def to_cached(row: tuple[Any, ...]) -> CachedCaption:
    """Build a kept caption from `CACHE_COLUMNS`."""
    return CachedCaption(*row)
