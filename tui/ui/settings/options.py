"""The options of the settings screen, made from the declaration of the settings."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from tui.domain.safetext import clean_line
from tui.domain.settings import Settings

Kind = Literal["switch", "choice", "number", "text", "long", "chain", "words", "texts"]

_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Captioning", ("captioning", "extras", "local")),
    ("Making pictures", ("imagine",)),
    ("Chat", ("chat", "scripts")),
    ("Appearance", ("ui", "images")),
)
"""Headings, and the groups of the settings below each."""
_GROUPS: dict[Any, Kind] = {tuple: "words", dict: "texts"}
_LONG = {
    *("captioning.prompt", "captioning.template", "chat.system_prompt"),
    *("imagine.prefix", "imagine.negative", "imagine.template"),
}
_ASKS = "imagine.ask_"
_LABELS = {
    "captioning.send": "What the model gets",
    "captioning.auto_caption": "Automatically caption images",
    "captioning.templates": "Own templates",
    "captioning.presets": "Own prompts",
    "captioning.language": "Language of captions",
    "captioning.drop_opening": "Clean-up: leave out the opening",
    "captioning.banned_words": "Clean-up: leave out words",
    "captioning.one_line": "Clean-up: one line",
    "captioning.prefix": "Clean-up: prefix",
    "captioning.suffix": "Clean-up: suffix",
    "captioning.word_limit": "Most words",
    "captioning.edit_before_saving": "Edit captions before saving",
    "captioning.max_tokens": "Longest caption",
    "captioning.connection": "Connection for captions",
    "captioning.model": "Model for captions",
    "captioning.chain": "Chain of sources",
    "captioning.cache": "Reuse captions",
    "imagine.connection": "Connection for pictures",
    "imagine.model": "Model for pictures",
    "imagine.prefix": "Before each prompt",
    "imagine.negative": "Not on pictures",
    "imagine.character_prefixes": "Before prompts, by character",
    "imagine.character_negatives": "Not on pictures, by character",
    "imagine.cfg": "Closeness to the prompt",
    "imagine.extend": "Let the model work out your words",
    "imagine.edit_prompts": "Look over written prompts",
    "imagine.processing": "Tidying of written prompts",
    "imagine.hidden": "Hide them from the model",
    "imagine.template": "Message of a picture",
    "imagine.ask_you": "Asked for: the character",
    "imagine.ask_me": "Asked for: you",
    "imagine.ask_scene": "Asked for: what is going on",
    "imagine.ask_last": "Asked for: the last message",
    "imagine.ask_face": "Asked for: the character's face",
    "imagine.ask_background": "Asked for: the place alone",
    "imagine.ask_extended": "Asked for: your words, worked out",
    "extras.captioningModel": "Local model",
    "local.dtype": "Local model: file",
    "local.num_beams": "Local model: beams",
    "local.max_new_tokens": "Local model: longest caption",
    "local.idle_minutes": "Local model: minutes in memory",
    "chat.macros": "Macros in messages",
    "chat.max_tokens": "Longest reply",
    "chat.context_tokens": "Tokens of chat that are sent",
    "chat.top_p": "Top P",
    "ui.images": "Pictures in the transcript",
    "images.max_megabytes": "Largest file, megabytes",
    "images.max_megapixels": "Largest picture, megapixels",
    "images.local_only": "Local only",
    "images.max_side": "Longest side that is kept, pixels",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One setting as the screen shows it."""

    path: str
    """Dotted, as in config.yaml."""
    section: str
    label: str
    help: str
    default: object
    kind: Kind
    choices: tuple[str, ...] = ()
    whole: bool = False
    """A number without a fraction."""
    optional: bool = False
    """May be empty, which leaves it to the server."""


def options() -> list[Option]:
    """All settings with a plain value, under the headings of the screen."""
    found = []
    hints = get_type_hints(Settings)
    for heading, groups in _SECTIONS:
        for group in groups:
            kinds = get_type_hints(hints[group])
            for item in fields(hints[group]):
                path = f"{group}.{item.name}"
                label = _LABELS.get(path, item.name.replace("_", " ").capitalize())
                default = None if item.default is MISSING else item.default
                text = str(item.metadata.get("help", ""))
                found.append(
                    Option(path, heading, label, text, default, **_form(path, kinds[item.name]))
                )
    return found


def _form(path: str, declared: Any) -> dict[str, Any]:
    optional = get_origin(declared) in (Union, types.UnionType)
    if optional:
        declared = next(kind for kind in get_args(declared) if kind is not type(None))
    if get_origin(declared) is Literal:
        return {"kind": "choice", "choices": get_args(declared)}
    if declared is bool:
        return {"kind": "switch"}
    if declared in (int, float):
        return {"kind": "number", "whole": declared is int, "optional": optional}
    if get_origin(declared) in _GROUPS:
        chain = path == "captioning.chain"
        return {"kind": "chain" if chain else _GROUPS[get_origin(declared)]}
    return {"kind": "long" if path in _LONG or path.startswith(_ASKS) else "text"}


def value_of(settings: Settings, path: str) -> object:
    """The value at a dotted path of two parts."""
    group, _, name = path.partition(".")
    return getattr(getattr(settings, group), name)


def shown(value: object) -> str:
    """A value on one line, for people."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "● on" if value else "○ off"
    if isinstance(value, Mapping | tuple) and not value:
        return "—"
    if isinstance(value, Mapping):
        return clean_line(", ".join(value), 60)
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return clean_line(", ".join(value), 60)
    return clean_line(f"{value:g}" if isinstance(value, float) else str(value))


def editable(value: object) -> str:
    """A value as it is typed."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def parse(option: Option, text: str) -> object:
    """Turn what was typed into a value.

    Raises:
        ValueError: It is not of the right form; the message says what is.
    """
    if option.kind == "words":
        return [word.strip() for word in text.split(",") if word.strip()]
    if option.kind != "number":
        return text
    text = text.strip().replace(",", ".")
    if not text and option.optional:
        return None
    try:
        return int(text) if option.whole else float(text)
    except ValueError as error:
        form = "a whole number" if option.whole else "a number"
        raise ValueError(
            f"{form} is needed" + (", or nothing" if option.optional else "")
        ) from error


def origin_line(option: Option, origin: str) -> str:
    """The default of a setting, and where its present value comes from."""
    now = "as shipped" if origin == "default" else f"from {clean_line(origin)}"
    if origin.startswith("SALON_") or origin == "flag":
        now += ", which wins over what is saved here"
    return f"Default: {shown(option.default)} · now {now} · {option.path}"
