"""A set of quick replies as text: Salon's YAML, and SillyTavern's JSON of its version 2.

SillyTavern keeps a set as `{version, name, scope, disableSend, placeBeforeInput, injectInput,
color, onlyBorderColor, qrList: [...], idIndex}` and a reply as `{id, icon, label, showLabel, title,
message, contextList, preventAutoExecute, isHidden, executeOn..., automationId}`. What has no
meaning here is kept under `sillytavern`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tui.adapters.config_text import read_text
from tui.adapters.wire import as_list, as_text, parse
from tui.domain.errors import ConfigError
from tui.domain.quick_reply import QuickReply, QuickReplySet
from tui.domain.safetext import clean, clean_line

_SET = {"insert": "disableSend", "with_draft": "injectInput", "before_draft": "placeBeforeInput"}
_REPLY = {"hidden": "isHidden"}
_LONGEST_NAME = 80
_LONGEST_TITLE = 300
_HEAD = "# A set of quick replies: scripts and texts that have a name. See README, Quick replies.\n"


def from_json(path: Path) -> QuickReplySet:
    """Read a set as SillyTavern exports it.

    Raises:
        ConfigError: It cannot be read, or is no such set.
    """
    name = clean_line(path.name, 60)
    text = read_text(path)
    if text is None:
        raise ConfigError(f"{name} is not there")
    try:
        data = parse(text.removeprefix("\ufeff"))
    except ValueError as error:
        raise ConfigError(f"{name} is not JSON") from error
    if not isinstance(data, dict) or not isinstance(data.get("qrList"), list):
        raise ConfigError(
            f"{name} is no set of quick replies",
            hint="it is what SillyTavern's Quick Reply extension exports",
        )
    replies: list[QuickReply] = []
    for number, item in enumerate(as_list(data["qrList"]), 1):
        if not isinstance(item, dict):
            raise ConfigError(f"{name}: quick reply {number} is none")
        replies.append(_reply(item, number, [each.label for each in replies]))
    called = clean_line(as_text(data.get("name")), _LONGEST_NAME).strip()
    switches = _switches(data, _SET)
    known = {"name", "qrList", *(_SET[switch] for switch in switches)}
    foreign = {key: value for key, value in data.items() if key not in known}
    called = called or clean_line(path.stem, _LONGEST_NAME)
    return QuickReplySet(name=called, replies=tuple(replies), foreign=foreign, **switches)


def _reply(item: Mapping[str, Any], number: int, taken: list[str]) -> QuickReply:
    """One reply; labels are names here, so an empty or second one gets a number."""
    label = clean_line(as_text(item.get("label")), _LONGEST_NAME - 8).strip()
    given = label
    if not label or label in taken:
        label = f"{label} {number}".strip()
    switches = _switches(item, _REPLY)
    known = {"message", "title", *(_REPLY[switch] for switch in switches)}
    if label == given == item.get("label"):
        known.add("label")
    return QuickReply(
        label=label,
        script=clean(as_text(item.get("message"))),
        title=clean_line(as_text(item.get("title")), _LONGEST_TITLE),
        foreign={key: value for key, value in item.items() if key not in known},
        **switches,
    )


def _switches(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {ours: data[key] for ours, key in names.items() if isinstance(data.get(key), bool)}


def to_json(wanted: QuickReplySet) -> str:
    """Say it in SillyTavern's words."""
    data: dict[str, object] = {"version": 2, "name": wanted.name}
    data |= {key: getattr(wanted, ours) for ours, key in _SET.items()}
    data["qrList"] = [_item(each, number) for number, each in enumerate(wanted.replies, 1)]
    data["idIndex"] = len(wanted.replies) + 1
    return json.dumps(data | dict(wanted.foreign), ensure_ascii=False, indent=2) + "\n"


def _item(reply: QuickReply, number: int) -> dict[str, object]:
    data: dict[str, object] = {
        "id": number,
        "label": reply.label,
        "title": reply.title,
        "message": reply.script,
        "contextList": [],
        **{key: getattr(reply, ours) for ours, key in _REPLY.items()},
    }
    return data | dict(reply.foreign)


def to_yaml(wanted: QuickReplySet) -> str:
    """Write a set so that a person can go on writing in it."""
    return _HEAD + "\n".join(_lines(wanted)) + "\n"


def _lines(wanted: QuickReplySet) -> Iterator[str]:
    from tui.adapters.config_quote import flow, scalar

    yield f"name: {scalar(wanted.name)}"
    for switch in ("bar", *_SET):
        if getattr(wanted, switch):
            yield f"{switch}: true"
    yield "replies:" if wanted.replies else "replies: []"
    for reply in wanted.replies:
        yield f"  - label: {scalar(reply.label)}"
        if reply.title:
            yield f"    title: {scalar(reply.title)}"
        for switch in ("bar", *_REPLY):
            if getattr(reply, switch):
                yield f"    {switch}: true"
        yield from _script(reply.script)
        if reply.foreign:
            yield f"    sillytavern: {flow(reply.foreign)}"
    if wanted.foreign:
        yield f"sillytavern: {flow(wanted.foreign)}"


def _script(text: str) -> Iterator[str]:
    """As a block where that keeps every letter, else in quotes."""
    from tui.adapters.config_quote import scalar

    lines = text.split("\n")
    is_plain = all(line.isprintable() for line in lines) and text == text.strip()
    if not text or not is_plain:
        yield f"    script: {scalar(text)}"
        return
    yield "    script: |-"
    for line in lines:
        yield f"      {line}" if line else ""
