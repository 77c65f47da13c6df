"""Feeds the composer's popup with what the services know."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from itertools import islice
from time import monotonic
from typing import Any

from tui.domain import macros
from tui.domain.errors import AppError
from tui.domain.quick_reply import QuickReplySet, every, find
from tui.domain.safetext import clean_line
from tui.services import Services
from tui.services.picture_ids import Found
from tui.services.session import ChatSession
from tui.slash.arguments import Kind
from tui.slash.command import Registry
from tui.slash.completion import suggest
from tui.slash.offers import Offer, Suggestion
from tui.slash.setting_path import known_paths

logger = logging.getLogger(__name__)

_MOST_PICTURES = 50
"""Those further back can still be named; to list them would read the whole chat at a key."""
_MOST_MESSAGES = 50
_MOST_CHATS = 200
_BEGINNING = 60
"""Characters of a message that stand beside its number."""
_FRESH_SECONDS = 5.0

Start = Callable[[Coroutine[Any, Any, None]], object]
"""Lets something run beside."""


class Suggester:
    """Says how a command being typed could go on; quick enough for each key.

    Args:
        services: Know what there is.
        registry: The commands.
        session: Gives the chat that is shown.
        themes: Gives the names of the themes.
        pictures: Gives the chat's pictures, the newest first.
        start: Runs the reading of lists that are on disk; until it is over the last ones count.
    """

    def __init__(
        self,
        services: Services,
        registry: Registry,
        session: Callable[[], ChatSession],
        themes: Callable[[], Sequence[str]],
        pictures: Callable[[], Iterable[Found]],
        start: Start,
    ) -> None:
        self._services = services
        self._registry = registry
        self._session = session
        self._themes = themes
        self._pictures = pictures
        self._start = start
        self._read: dict[Kind, list[Offer]] = {}
        self._read_at = -_FRESH_SECONDS

    def __call__(self, text: str, cursor: int) -> list[Suggestion]:
        """Give the rows of the popup, best first."""
        if monotonic() - self._read_at > _FRESH_SECONDS:
            self._read_at = monotonic()
            self._start(self._look())
        return suggest(text, cursor, self._registry, self._values)

    async def _look(self) -> None:
        """Read the lists that are on disk."""
        library = self._services.library
        try:
            self._read = {
                "chat": [(each.title, "") for each in (await library.summaries())[:_MOST_CHATS]],
                "character": [
                    (each.name, _begins(each.description)) for each in await library.characters()
                ],
                "persona": [
                    (each.name, _begins(each.description)) for each in await library.personas()
                ],
            }
        except AppError as error:
            logger.warning("nothing to complete with: %s", error.line())

    def _values(self, kind: Kind) -> Iterable[Offer]:
        connections = self._services.connections
        match kind:
            case "connection":
                return self._labelled(connections.names())
            case "model":
                return [(model, name) for name, model in connections.models_seen()]
            case "theme":
                return [(name, "") for name in self._themes()]
            case "picture" | "painter" | "picture_model":
                return self._of_pictures(kind)
            case _:
                return self._of_scripts(kind)

    def _of_pictures(self, kind: Kind) -> Iterable[Offer]:
        match kind:
            case "painter":
                return self._labelled(self._services.connections.painters())
            case "picture_model":
                return self._picture_models()
            case _:
                return self._newest()

    def _labelled(self, names: Iterable[str]) -> list[Offer]:
        return [(name, self._services.connections.label(name)) for name in names]

    def _picture_models(self) -> list[Offer]:
        """Those that were listed since the start: no server is asked while one types."""
        listed = self._services.imagining.listed.items()
        return [(model, name) for name, models in listed for model in models]

    def _newest(self) -> list[Offer]:
        newest = islice(self._pictures(), _MOST_PICTURES)
        return [(found.picture.ref, _about(found)) for found in newest]

    def _of_scripts(self, kind: Kind) -> Iterable[Offer]:
        known = self._services.quick_replies.known
        match kind:
            case "message":
                return self._messages()
            case "script":
                return _scripts(known)
            case "script_set":
                return _sets(known)
            case "variable":
                return self._variables()
            case _:
                return self._others(kind)

    def _others(self, kind: Kind) -> Iterable[Offer]:
        if kind == "setting":
            return known_paths(self._services.settings.current)
        if kind == "macro":
            return [(each.name, each.help) for each in macros.known()]
        return [offer for offer in self._read.get(kind, ()) if offer[0]]

    def _variables(self) -> list[Offer]:
        session = self._session()
        whose = ((session.variables, "of this chat"), (session.shared, "of all chats"))
        return [(name, about) for variables, about in whose for name in variables.names()]

    def _messages(self) -> list[Offer]:
        tail = self._session().tail(_MOST_MESSAGES)
        return [(str(index), _begins(message.text)) for index, message in reversed(tail)]


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


def _begins(text: str) -> str:
    return clean_line(" ".join(text[: 4 * _BEGINNING].split()), _BEGINNING)
