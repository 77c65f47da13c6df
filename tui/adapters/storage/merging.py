"""Keeping what one Salon changed of a chat beside what another one did."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from tui.adapters.storage import rows
from tui.domain.chat import Chat, Variables
from tui.domain.errors import StorageError
from tui.domain.script_values import same

_GROW = ("updated", "pictures")
_NEVER = ("id", "created", "variables", *_GROW)
"""Columns that are not replaced; some only ever grow, variables are kept one by one."""


def save_chat(database: sqlite3.Connection, chat: Chat, known: Chat) -> None:
    """Write the columns, and the variables, that are others than they were known to be.

    Args:
        database: Within a transaction.
        chat: As it is now.
        known: As the file was last seen to have it.

    Raises:
        StorageError: The chat is gone.
    """
    now, before = rows.from_chat(chat), rows.from_chat(known)
    found = database.execute(
        "SELECT variables, updated, pictures FROM chats WHERE id = ?", (chat.id,)
    )
    kept = found.fetchone()
    if kept is None:
        raise StorageError("that chat is gone")
    changes: dict[str, Any] = {
        name: value for name, value in now.items() if name not in _NEVER and value != before[name]
    }
    for name, value in zip(_GROW, kept[1:], strict=True):
        if now[name] > value:
            changes[name] = now[name]
    changed, gone = differences(chat.variables, known.variables)
    if changed or gone:
        theirs = {name: v for name, v in json.loads(kept[0]).items() if name not in gone}
        changes["variables"] = rows.as_json(theirs | changed)
    if changes:
        sets = ", ".join(f"{name} = :{name}" for name in changes)
        database.execute(f"UPDATE chats SET {sets} WHERE id = :id", {**changes, "id": chat.id})


def number(database: sqlite3.Connection, chat_id: str, count: int) -> int:
    """Give out numbers for pictures within a transaction; the last. Raises StorageError."""
    database.execute("UPDATE chats SET pictures = pictures + ? WHERE id = ?", (count, chat_id))
    found = database.execute("SELECT pictures FROM chats WHERE id = ?", (chat_id,)).fetchone()
    if found is None:
        raise StorageError("that chat is gone")
    return int(found[0])


def differences(now: Variables, before: Variables) -> tuple[Variables, set[str]]:
    """The variables that are new or have another value, and the names of those that went."""
    nothing = object()
    changed = {name: v for name, v in now.items() if not same(before.get(name, nothing), v)}
    return changed, before.keys() - now.keys()
