"""Writes values so that every YAML reader, old or new, reads the same value back."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import yaml

from tui.adapters.config_node import resolve
from tui.domain.errors import ConfigError

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+(-][A-Za-z0-9_./@+()-]*)*")
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(value: object) -> str:
    """A single value as YAML on one line, good between braces too.

    Args:
        value: None, bool, int, float or str.

    Raises:
        ConfigError: Not such a value, or text with half a character.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value) if resolve(repr(value)) == value else f"{value:f}"
    if isinstance(value, str):
        return _text(value)
    raise ConfigError("this value cannot be written into config.yaml")


def flow(value: object) -> str:
    """A value, a list or a group of values as YAML on one line."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    if not isinstance(value, Mapping):
        return scalar(value)
    inner = ", ".join(f"{key_text(str(key))}: {flow(each)}" for key, each in value.items())
    return "{" + inner + "}"


def key_text(name: str) -> str:
    """A key, quoted where need be."""
    return _text(name)


def _text(value: str) -> str:
    if _PLAIN.fullmatch(value) and resolve(value) == value and _old_readers_agree(value):
        return value
    return '"' + "".join(_escaped(each) for each in value) + '"'


def _old_readers_agree(value: str) -> bool:
    """YAML 1.1 takes `yes`, `off` and the like for booleans."""
    return bool(yaml.safe_load(value) == value)


def _escaped(each: str) -> str:
    code = ord(each)
    if each in _SHORT:
        return _SHORT[each]
    if 0xD800 <= code < 0xE000:
        raise ConfigError("the text holds half a character and cannot be saved")
    if each.isprintable():
        return each
    if code < 0x100:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
