"""Where a connection's key comes from, without ever showing it."""

from __future__ import annotations

from typing import Literal

from tui.domain.connection import Provider
from tui.ui.widgets.choice_list import Choice

Place = Literal["usual", "env", "cmd", "stored"]

PLACES: tuple[Choice, ...] = (
    Choice("usual", "The usual variable", "of the provider, or no key"),
    Choice("env", "A variable of the environment", "env:NAME"),
    Choice("cmd", "A command that prints it", "cmd:pass show openai"),
    Choice("stored", "Kept by Salon", "keychain, or a file that only you can read"),
)
_LABELS = {choice.id: choice.label for choice in PLACES}


def place_of(reference: str) -> tuple[Place, str]:
    """The place that a `key` setting names, and the name or command in it."""
    if reference.startswith("env:"):
        return "env", reference.removeprefix("env:")
    if reference.startswith("cmd:"):
        return "cmd", reference.removeprefix("cmd:")
    return ("stored", "") if reference == "stored" else ("usual", "")


def reference_of(place: str, text: str) -> str:
    """What stands in the settings for a place; the typed key itself never does."""
    if place in ("env", "cmd"):
        return f"{place}:{text.strip()}" if text.strip() else ""
    return "stored" if place == "stored" else ""


def label_of(place: str) -> str:
    """The place for people."""
    return _LABELS.get(place, place)


def placeholder_of(place: str, provider: Provider | None, kept: str = "") -> str:
    """What stands in the empty field.

    Args:
        place: Where the key comes from.
        provider: Knows the usual variables.
        kept: Where a key is kept already; empty: nowhere.
    """
    if place == "env":
        return "NAME_OF_THE_VARIABLE"
    if place == "cmd":
        return "pass show openai"
    if place == "stored" and kept:
        return f"•••••••• from {kept}; type to replace it"
    if place == "stored":
        return "type or paste the key; it is not shown"
    if provider is None or not provider.key_env:
        return "no key needed"
    return " or ".join(provider.key_env)
