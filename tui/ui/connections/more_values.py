"""The settings that few connections need: what they are called, shown as text, and read again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, get_type_hints

from tui.domain.connection import Provider
from tui.domain.settings import SAMPLING, ConnectionSettings

_KINDS = get_type_hints(ConnectionSettings)
_LABELS = {
    "proxy": "Reverse proxy",
    "proxy_key": "Its password from",
    "top_p": "Top P",
    "top_k": "Top K",
    "min_p": "Min P",
    "max_tokens": "Longest answer",
    "stop": "Stop texts",
    "add_body": "Fields to add to requests",
    "drop_body": "Fields to leave out",
}
_SECRET = re.compile(r"(?i)authorization|cookie|(api|access|auth)[-_]?key|token|secret|password")
"""Headers that hold keys."""
FORMS = {
    "stop": "One text a line.",
    "headers": "One `Name: value` a line.",
    "add_body": "In YAML or JSON: `top_a: 0.1`.",
    "drop_body": "One name a line.",
}
"""How to write those that take several lines."""


def names(settings: ConnectionSettings, provider: Provider | None) -> list[str]:
    """The settings that can be made here, in the order to show them; what is set can be cleared."""
    proxied = provider is None or provider.proxy or settings.proxy
    known = [name for name in SAMPLING if provider is None or name in provider.knobs]
    return [
        *(("proxy", "proxy_key") if proxied else ()),
        *known,
        *("headers", "add_body", "drop_body"),
    ]


def summary(settings: ConnectionSettings, provider: Provider | None) -> str:
    """What of it is set, in a few words."""
    plain = ConnectionSettings()
    chosen = [
        label_of(name).lower()
        for name in names(settings, provider)
        if name != "proxy_key" and getattr(settings, name) != getattr(plain, name)
    ]
    return ", ".join(chosen) or "nothing set"


def written(name: str, settings: ConnectionSettings) -> str:
    """A setting as it is typed."""
    value = getattr(settings, name)
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return "\n".join(value)
    if name == "headers":
        return "\n".join(f"{title}: {text}" for title, text in value.items())
    if isinstance(value, Mapping):
        return _as_yaml(value) if value else ""
    return str(value)


def value_of(name: str, text: str) -> Any:
    """Turn what was typed into a setting's value.

    Raises:
        ValueError: It is not of the right form; the message says what is.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if name == "add_body":
        return _from_yaml(text)
    if name == "headers":
        return dict(_header(line) for line in lines)
    kind = _KINDS[name]
    if kind == tuple[str, ...]:
        return tuple(lines)
    if kind is str:
        return text.strip()
    return _number(text.strip().replace(",", "."), whole=kind == int | None)


def _number(text: str, *, whole: bool) -> float | None:
    if not text:
        return None
    try:
        number = int(text) if whole else float(text)
        if isfinite(number):
            return number
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{'a whole number' if whole else 'a number'} is needed, or nothing")


def _header(line: str) -> tuple[str, str]:
    title, colon, text = line.partition(":")
    if not colon or not title.strip():
        raise ValueError("a header is written `Name: value`, one a line")
    title, text = title.strip(), text.strip()
    if _SECRET.search(title) and text and not text.startswith(("env:", "cmd:")):
        raise ValueError(f"no key is written into config.yaml: {title}: env:NAME or cmd:COMMAND")
    return title, text


def _from_yaml(text: str) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - rarely needed

    try:
        value = yaml.safe_load(text) or {}
    except yaml.YAMLError:
        raise ValueError("this is neither YAML nor JSON") from None
    if not isinstance(value, dict):
        raise ValueError("fields are written `name: value`")
    return {str(key): each for key, each in value.items()}


def _as_yaml(value: Mapping[str, Any]) -> str:
    import yaml  # noqa: PLC0415 - rarely needed

    return yaml.safe_dump(dict(value), allow_unicode=True, sort_keys=False).strip()


def label_of(name: str) -> str:
    """What a setting is called, for people."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())
