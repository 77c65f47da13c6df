"""SillyTavern's chat format: one JSON object a line, the first about the chat.

Source of the format: files that SillyTavern writes and reads (a header with `chat_metadata`, then
messages with `mes` and `extra.media`). What it has no field for stands under `salon`; it keeps
keys that it does not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from tui.domain.caption import wrap
from tui.domain.chat import Message
from tui.domain.export.parts import About, Shown, utc
from tui.domain.macros import Environment
from tui.domain.safetext import clean, clean_line


def head(about: About) -> str:
    """The first line."""
    created = datetime.fromtimestamp(about.created, UTC)
    return _line(
        {
            "user_name": clean_line(about.persona),
            "character_name": clean_line(about.character),
            "create_date": f"{created.year}-{created.month}-{created.day}@{created:%Hh%Mm%Ss}",
            "chat_metadata": {"salon": {"title": about.name}},
        }
    )


def message(about: About, message: Message, shown: Sequence[Shown]) -> Iterator[str]:
    """One line for a message, with a newline before it: the file ends without one."""
    row: dict[str, Any] = {
        "name": clean_line(message.name),
        "is_user": message.role == "user",
        "is_system": False,
        "send_date": utc(message.created),
        "mes": clean(message.text),
        "extra": {**_said(message), **_media(about, message, shown)},
    }
    yield "\n" + _line(row)


def _said(message: Message) -> dict[str, Any]:
    """What is known of how a message came to be; what is not is left out."""
    extra: dict[str, Any] = {
        "type": "narrator" if message.role == "system" else "",
        "model": clean_line(message.model),
        "reasoning": clean(message.reasoning),
        "token_count": message.output_tokens,
    }
    if message.status != "complete":
        extra["salon"] = {"status": message.status, "error": clean_line(message.error)}
    return {name: value for name, value in extra.items() if value}


def _media(about: About, message: Message, shown: Sequence[Shown]) -> dict[str, Any]:
    if not shown:
        return {}
    items = [_item(about, message, each, index) for index, each in enumerate(shown)]
    return {
        "media": items,
        "media_display": "gallery" if message.templated else "list",
        "media_index": 0,
        # The template's words stay hidden behind the picture, here as there.
        "inline_image": not message.templated,
    }


def _item(about: About, message: Message, shown: Shown, index: int) -> dict[str, Any]:
    item: dict[str, Any] = {"url": shown.url, "type": "image"}
    if not shown.attachment.caption:
        return {**item, "title": shown.file, "source": "upload"}
    if message.templated and index == 0:
        return {**item, "title": clean(message.text), "captioned": True, "source": "captioned"}
    sender = message.name if message.role == "user" else about.persona
    names = {"user": clean_line(sender), "char": clean_line(about.character)}
    item["title"] = wrap(about.template, clean(shown.attachment.caption), Environment(names))
    if message.text.strip():
        item["append_title"] = True
    return {**item, "captioned": True, "source": "upload"}


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
