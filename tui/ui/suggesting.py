"""Feeds the composer's popup with what the services know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tui.services import Services
from tui.slash.arguments import Kind
from tui.slash.command import Registry
from tui.slash.completion import Offer, Suggestion, suggest
from tui.slash.setting_path import known_paths


class Suggester:
    """Says how a command being typed could go on; quick enough for each key."""

    def __init__(
        self, services: Services, registry: Registry, themes: Callable[[], Sequence[str]]
    ) -> None:
        self._services = services
        self._registry = registry
        self._themes = themes

    def __call__(self, text: str, cursor: int) -> list[Suggestion]:
        """Give the rows of the popup, best first."""
        return suggest(text, cursor, self._registry, self._values)

    def _values(self, kind: Kind) -> Iterable[Offer]:
        connections = self._services.connections
        match kind:
            case "connection":
                return [(name, connections.label(name)) for name in connections.names()]
            case "theme":
                return [(name, "") for name in self._themes()]
            case "setting":
                return known_paths(self._services.settings.current)
            case _:
                return ()
