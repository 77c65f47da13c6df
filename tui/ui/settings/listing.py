"""The rows of the settings screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.domain.settings import Settings
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.ui.settings.options import Option, shown, value_of
from tui.ui.settings.questions import KeySetting
from tui.ui.widgets.row_list import Row

CONNECTION, KEY, COMMAND = "connection ", "key ", "command "
"""What ids of rows begin with that are no settings."""
NEW = CONNECTION
_DOING: tuple[tuple[str, str, str], ...] = (
    ("/connect", "Find servers on this machine…", "Ollama, llama.cpp, KoboldCpp and others"),
    ("/pull", "Fetch a model to Ollama…", "With a progress bar; it can be paused"),
)
_USES = {"chat": "chats", "captions": "captions"}


class Listing:
    """Makes rows of the settings in force."""

    def __init__(
        self,
        settings: SettingsService,
        connections: ConnectionService,
        options: Mapping[str, Option],
        keys: Mapping[str, KeySetting],
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._options = options
        self._keys = keys

    def sections(self) -> list[tuple[str, list[Row]]]:
        """The parts of the screen: heading and rows."""
        parts: dict[str, list[Row]] = {"Connections": self._connection_rows()}
        for option in self._options.values():
            row = Row(option.path, option.label, self._detail(option), option.help)
            parts.setdefault(option.section, []).append(row)
        if self._keys:
            parts["Keys"] = [self._key_row(key) for key in self._keys.values()]
        return list(parts.items())

    def _detail(self, option: Option) -> str:
        settings: Settings = self._settings.current
        value = value_of(settings, option.path)
        if option.path.endswith(".connection") and not value:
            return unnamed(option.path)
        if option.path in ("captioning.model", "imagine.model") and not value:
            return "the connection's own"
        if option.kind == "chain":
            steps = [step.connection or step.source for step in settings.captioning.chain]
            return " → ".join(steps) or "empty"
        return shown(value)

    def _connection_rows(self) -> list[Row]:
        rows = []
        for name in self._connections.names():
            uses = ", ".join(_USES[use] for use in self._connections.uses(name))
            label = self._connections.label(name)
            rows.append(Row(CONNECTION + name, name, label, uses or "not in use"))
        rows.append(Row(NEW, "Add a connection…", "", "A server on this machine, or a service"))
        rows += [Row(COMMAND + line, label, "", below) for line, label, below in _DOING]
        return rows

    def _key_row(self, key: KeySetting) -> Row:
        now = self._settings.current.keys.get(key.id, key.key)
        return Row(KEY + key.id, key.description, now, key.id)


def unnamed(path: str) -> str:
    """What it means that a setting names no connection."""
    words = {"chat": "none", "imagine": "the first that makes pictures"}
    return words.get(path.partition(".")[0], "the one that chats")


def nameable(connections: ConnectionService, path: str) -> list[str]:
    """The connections that a setting may name, by what they can do."""
    match path.partition(".")[0]:
        case "chat":
            return connections.chatting()
        case "captioning":
            return connections.captioners()
        case "imagine":
            return connections.painters()
        case _:
            return connections.names()


def next_section(rows: Sequence[Row], at: int, step: int) -> int | None:
    """The first row of the next part, or of the one before; round and round. None: no parts."""
    starts = [i + 1 for i, row in enumerate(rows) if row.heading and i + 1 < len(rows)]
    if not starts:
        return None
    if step > 0:
        return next((i for i in starts if i > at), starts[0])
    return next((i for i in reversed(starts) if i < at), starts[-1])
