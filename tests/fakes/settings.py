from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.domain.errors import ConfigError
from tui.domain.settings import ConnectionSettings, Settings


@dataclass(frozen=True)
class FakeLoaded:
    settings: Settings
    problems: list[ConfigError] = field(default_factory=list)
    origins: Mapping[str, str] = field(default_factory=dict)


class FakeSettingsStore:
    """Settings in memory; a change replaces the tree as the real store does."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def load(self) -> FakeLoaded:
        return FakeLoaded(self.settings)

    async def change(self, path: str, value: object, *, delete: bool = False) -> FakeLoaded:
        section, _, name = path.partition(".")
        if section == "connections":
            connections = dict(self.settings.connections)
            name, _, part = name.partition(".")
            if delete:
                connections.pop(name, None)
            elif part:
                connections[name] = dataclasses.replace(
                    connections[name], **_as_fields({part: value})
                )
            else:
                assert isinstance(value, dict)
                connections[name] = ConnectionSettings(**value)
            self.settings = dataclasses.replace(self.settings, connections=connections)
            return self.load()
        old = getattr(self.settings, section)
        if isinstance(old, dict):
            new: object = {**old, name: value}
        else:
            new = dataclasses.replace(old, **_as_fields({name: value}))
        self.settings = dataclasses.replace(self.settings, **_as_fields({section: new}))
        return self.load()


def _as_fields(values: dict[str, Any]) -> dict[str, Any]:
    return values
