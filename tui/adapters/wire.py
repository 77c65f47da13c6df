"""Reads JSON from strangers: every accessor takes anything and gives something harmless."""

from __future__ import annotations

import json
from typing import Any

MOST_VALUES = 1_000_000
"""An empty list takes three bytes to send and 64 to hold: 32 MB of them would be 700."""
_DECODER = json.JSONDecoder()


def parse(text: str | bytes) -> object:
    """Decode JSON.

    Raises:
        ValueError: Not JSON, numbers too long, more than `MOST_VALUES`, or nested too deeply to
            be meant well.
    """
    if len(text) > MOST_VALUES and _marks(text) > MOST_VALUES:
        raise ValueError("more values than anybody means")
    try:
        return _decoded(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _decoded(text: str | bytes) -> object:
    """What `json.loads` gives, without its search for blanks around each token of a stream."""
    if isinstance(text, str) and text.startswith("{"):
        value: object
        value, end = _DECODER.raw_decode(text)
        if end == len(text):
            return value
    return json.loads(text)


def _marks(text: str | bytes) -> int:
    """No fewer than there are values in it, but for one."""
    if isinstance(text, str):
        return sum(map(text.count, ",[{"))
    return sum(map(text.count, (b",", b"[", b"{")))


def as_dict(value: object) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def as_count(value: object) -> int | None:
    """The value if it is a whole number not below 0, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 <= value < 2**53 else None


def as_cost(value: object) -> float | None:
    """The value if it is a number not below 0, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value < 2**53 else None


def items(value: object) -> list[dict[str, Any]]:
    """The objects of a list; whatever else is in it is left out."""
    return [item for item in as_list(value) if isinstance(item, dict)]
