"""What the sections of the settings are made of: fields with a line of help, and their limits."""

from __future__ import annotations

from dataclasses import field
from typing import Any


def setting(default: Any, text: str) -> Any:
    """A field with a default and its line of help."""
    return field(default=default, metadata={"help": text})


def section(kind: type, text: str) -> Any:
    """A field that is a group of settings."""
    return field(default_factory=kind, metadata={"help": text})


def mapping(text: str) -> Any:
    """A field of names and values, none at first."""
    return field(default_factory=dict, metadata={"help": text})


def at_least(name: str, value: float | None, least: float) -> None:
    """Refuse a value that is too small. Raises ValueError."""
    if value is not None and not value >= least:
        raise ValueError(f"{name} must be at least {least:g}")


def between(name: str, value: float | None, least: float, most: float) -> None:
    """Refuse a value out of bounds. Raises ValueError."""
    if value is not None and not least <= value <= most:
        raise ValueError(f"{name} must be between {least:g} and {most:g}")
