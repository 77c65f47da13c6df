"""Feeds the composer's popup with what the services know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from tui.services import Services
from tui.services.picture_ids import Found
from tui.slash.arguments import Kind
from tui.slash.command import Registry
from tui.slash.completion import Offer, Suggestion, suggest
from tui.slash.setting_path import known_paths

_MOST_PICTURES = 50
"""Those further back can still be named; to list them would read the whole chat at a key."""


class Suggester:
    """Says how a command being typed could go on; quick enough for each key."""

    def __init__(
        self,
        services: Services,
        registry: Registry,
        themes: Callable[[], Sequence[str]],
        pictures: Callable[[], Iterable[Found]],
    ) -> None:
        self._services = services
        self._registry = registry
        self._themes = themes
        self._pictures = pictures

    def __call__(self, text: str, cursor: int) -> list[Suggestion]:
        """Give the rows of the popup, best first."""
        return suggest(text, cursor, self._registry, self._values)

    def _values(self, kind: Kind) -> Iterable[Offer]:
        makers: dict[Kind, Callable[[], Iterable[Offer]]] = {
            "connection": lambda: self._labelled(self._services.connections.names()),
            "painter": lambda: self._labelled(self._services.connections.painters()),
            "picture_model": self._picture_models,
            "theme": lambda: [(name, "") for name in self._themes()],
            "picture": self._newest,
            "setting": lambda: known_paths(self._services.settings.current),
        }
        make = makers.get(kind)
        return make() if make is not None else ()

    def _labelled(self, names: Iterable[str]) -> list[Offer]:
        return [(name, self._services.connections.label(name)) for name in names]

    def _picture_models(self) -> list[Offer]:
        """Those that were listed since the start: no server is asked while one types."""
        listed = self._services.imagining.listed.items()
        return [(model, name) for name, models in listed for model in models]

    def _newest(self) -> list[Offer]:
        newest = islice(self._pictures(), _MOST_PICTURES)
        return [(found.picture.ref, _about(found)) for found in newest]


def _about(found: Found) -> str:
    where = "beside the prompt" if found.index is None else f"#{found.index}"
    return f"{found.picture.name}, {where}"
