"""Feeds the composer's popup with what the services know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from tui.domain.quick_reply import QuickReplySet, every, find
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
        connections = self._services.connections
        match kind:
            case "connection":
                return [(name, connections.label(name)) for name in connections.names()]
            case "theme":
                return [(name, "") for name in self._themes()]
            case "picture":
                newest = islice(self._pictures(), _MOST_PICTURES)
                return [(found.picture.ref, _about(found)) for found in newest]
            case "script" | "script_set":
                known = self._services.quick_replies.known
                return _scripts(known) if kind == "script" else _sets(known)
            case "setting":
                return known_paths(self._services.settings.current)
            case _:
                return ()


def _scripts(sets: Sequence[QuickReplySet]) -> list[Offer]:
    """Quick replies, each by the shortest name that means it."""
    return [
        (
            found.reply.label if find(sets, found.reply.label) == found else found.name,
            found.reply.title or found.among.name,
        )
        for found in every(sets)
    ]


def _sets(sets: Sequence[QuickReplySet]) -> list[Offer]:
    return [(each.name, f"quick replies: {len(each.replies)}") for each in sets]


def _about(found: Found) -> str:
    where = "beside the prompt" if found.index is None else f"#{found.index}"
    return f"{found.picture.name}, {where}"
