"""SillyTavern's chat format: one JSON object a line, the first about the chat.

Source of the format: files that SillyTavern writes and reads (a header with `chat_metadata`, then
messages with `mes` and `extra.media`). What it has no field for stands under `salon`; it keeps
keys that it does not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tui.domain.caption import wrap
from tui.domain.chat import Attachment, Message, Swipe
from tui.domain.export.parts import About, Shown, utc
from tui.domain.generation import Role
from tui.domain.macros import Environment
from tui.domain.safetext import clean, clean_line


def head(about: About) -> str:
    """The first line."""
    created = datetime.fromtimestamp(about.created, UTC)
    variables = {clean_line(name): _value(each) for name, each in about.variables.items()}
    metadata: dict[str, Any] = {"salon": {"title": about.name}}
    if variables:
        metadata["variables"] = variables
    return _line(
        {
            "user_name": clean_line(about.persona),
            "character_name": clean_line(about.character),
            "create_date": f"{created.year}-{created.month}-{created.day}@{created:%Hh%Mm%Ss}",
            "chat_metadata": metadata,
        }
    )


def message(about: About, message: Message, shown: Sequence[Shown]) -> Iterator[str]:
    """One line for a message, with a newline before it: the file ends without one.

    Args:
        about: The chat.
        message: The message.
        shown: The pictures of all its versions.
    """
    pictures = {each.attachment: each for each in shown}
    extras = [_extra(about, message, each, pictures) for each in message.versions]
    row: dict[str, Any] = {
        "name": clean_line(message.name),
        "is_user": message.role == "user",
        "is_system": not message.is_sent,
        "send_date": utc(message.created),
        "mes": clean(message.text),
        "extra": extras[message.swipe],
    }
    if message.swipes:
        row["swipe_id"] = message.swipe
        row["swipes"] = [clean(each.text) for each in message.versions]
        row["swipe_info"] = [
            {"send_date": utc(each.created), "extra": extra}
            for each, extra in zip(message.versions, extras, strict=True)
        ]
    yield "\n" + _line(row)


def _extra(
    about: About, message: Message, version: Swipe, pictures: Mapping[Attachment, Shown]
) -> dict[str, Any]:
    """What is known of how a version came to be, and its pictures; what is not is left out."""
    extra: dict[str, Any] = {
        "type": "narrator" if message.role == "system" and not message.kind else message.kind,
        "model": clean_line(version.model),
        "reasoning": clean(version.reasoning),
        "token_count": version.output_tokens,
    }
    if version.status != "complete":
        extra["salon"] = {"status": version.status, "error": clean_line(version.error)}
    shown = [pictures[each] for each in version.attachments]
    told = {name: value for name, value in extra.items() if value}
    return {**told, **_media(about, message.role, version, shown)}


def _media(about: About, role: Role, version: Swipe, shown: Sequence[Shown]) -> dict[str, Any]:
    if not shown:
        return {}
    items = [_item(about, role, version, each, index) for index, each in enumerate(shown)]
    return {
        "media": items,
        "media_display": "gallery" if version.templated else "list",
        "media_index": 0,
        # The template's words stay hidden behind the picture, here as there.
        "inline_image": not version.templated,
    }


def _item(about: About, role: Role, version: Swipe, shown: Shown, index: int) -> dict[str, Any]:
    item: dict[str, Any] = {"url": shown.url, "type": "image"}
    if not shown.attachment.caption:
        return {**item, "title": shown.file, "source": "upload"}
    if version.templated and index == 0:
        return {**item, "title": clean(version.text), "captioned": True, "source": "captioned"}
    sender = version.name if role == "user" else about.persona
    names = {"user": clean_line(sender), "char": clean_line(about.character)}
    item["title"] = wrap(about.template, clean(shown.attachment.caption), Environment(names))
    if version.text.strip():
        item["append_title"] = True
    return {**item, "captioned": True, "source": "upload"}


def _value(value: Any) -> str | int | float:
    """A variable as SillyTavern has it: text and numbers as they are, all else as JSON text."""
    if isinstance(value, str):
        return clean(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number else clean(_line(value))


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
