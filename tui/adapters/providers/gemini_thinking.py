"""How Gemini models are told how hard to think: each generation in its own words."""

from __future__ import annotations

import re

_LEVELS = 3
"""From this generation on a level is named; before it tokens are counted, never both."""
_FIRST_THINKING = (2, 5)
_VERSION = re.compile(r"gemini-(\d{1,2})(?:\.(\d{1,2}))?(?!\d)")
_NO_THOUGHTS = re.compile(r"image|tts|audio|embedding|live")
_BUDGETS = {"minimal": 512, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576}
_LEAST_OF_PRO = 128
"""Tokens; the pro models of the counting generation cannot be kept from thinking."""


def _version(model: str) -> tuple[int, int] | None:
    """The generation that a name tells; `-latest` is newer than any that counted tokens."""
    name = model.lower()
    found = _VERSION.search(name)
    if found:
        return int(found[1]), int(found[2] or 0)
    return (_LEVELS, 0) if name.startswith("gemini-") and name.endswith("-latest") else None


def thinks(model: str, effort: str = "") -> bool:
    """Whether a model thinks before it answers, as far as its name tells."""
    version = _version(model)
    if version is None or version < _FIRST_THINKING or _NO_THOUGHTS.search(model.lower()):
        return False
    unable = "pro" in model.lower() or version[0] >= _LEVELS
    return unable or effort != "none"


def config(model: str, effort: str, *, shown: bool) -> dict[str, object]:
    """The protocol's `thinkingConfig`; empty to leave everything to the model.

    Args:
        model: Its id.
        effort: "none", "minimal", "low", "medium", "high", "xhigh"; empty for the model's own.
        shown: Whether thoughts are wanted back.
    """
    if not thinks(model):
        return {}
    told: dict[str, object] = {}
    version = _version(model) or (0, 0)
    if effort and version[0] >= _LEVELS:
        told["thinkingLevel"] = _level(model, effort)
    elif effort == "none":
        told["thinkingBudget"] = _LEAST_OF_PRO if "pro" in model.lower() else 0
    elif effort in _BUDGETS:
        told["thinkingBudget"] = _BUDGETS[effort]
    if shown and thinks(model, effort):
        told["includeThoughts"] = True
    return told


def _level(model: str, effort: str) -> str:
    """The least that a model can do differs: only the quick ones know MINIMAL."""
    if effort in {"none", "minimal"}:
        return "LOW" if "pro" in model.lower() else "MINIMAL"
    return effort.upper()
