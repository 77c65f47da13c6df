"""The commands that ship with Salon, one module per family."""

from __future__ import annotations

from tui.slash.builtins import (
    caption,
    chat,
    connection,
    exporting,
    guide,
    library,
    pictures,
    settings,
)
from tui.slash.command import Registry


def default_registry() -> Registry:
    """All commands that ship with Salon."""
    registry = Registry()
    families = (
        caption.commands(),
        chat.commands(),
        pictures.commands(),
        library.commands(),
        exporting.commands(),
        connection.commands(),
        settings.commands(),
        guide.commands(registry),
    )
    for family in families:
        for command in family:
            registry.add(command)
    return registry
