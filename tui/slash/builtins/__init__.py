"""The commands that ship with Salon, one module per family."""

from __future__ import annotations

from tui.slash.builtins import (
    attach,
    caption,
    caption_all,
    chat,
    connection,
    control,
    dialogs,
    exporting,
    generating,
    guide,
    imagine,
    injections,
    library,
    lists,
    looking,
    messages,
    numbers,
    patterns,
    people,
    pictures,
    quick,
    reading,
    sending,
    settings,
    texts,
    variables,
    versions,
)
from tui.slash.command import Registry


def default_registry() -> Registry:
    """All commands that ship with Salon."""
    registry = Registry()
    families = (
        caption.commands(),
        caption_all.commands(),
        attach.commands(),
        chat.commands(),
        sending.commands(),
        messages.commands(),
        injections.commands(),
        generating.commands(),
        versions.commands(),
        imagine.commands(),
        pictures.commands(),
        looking.commands(),
        library.commands(),
        people.commands(),
        exporting.commands(),
        connection.commands(),
        settings.commands(),
        control.commands(),
        variables.commands(),
        dialogs.commands(),
        quick.commands(),
        reading.commands(),
        texts.commands(),
        patterns.commands(),
        numbers.commands(),
        lists.commands(registry),
        guide.commands(registry),
    )
    for family in families:
        for command in family:
            registry.add(command)
    return registry
