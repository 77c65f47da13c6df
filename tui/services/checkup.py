"""What works and what does not: connections, caption sources, the local model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from tui.domain.connection import FoundServer, Model
from tui.domain.errors import AppError, ConfigError
from tui.domain.safetext import clean_line
from tui.domain.settings import Settings
from tui.services.connecting import ConnectionService
from tui.services.endpoints import OFFLINE

SECONDS = 15.0
"""Longest time for one connection."""
_MOST_NAMES = 4

Level = Literal["ok", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check-up."""

    level: Level
    title: str
    text: str
    fix: str = ""
    """What to do about it; empty when nothing has to be done."""


async def check_connections(connections: ConnectionService) -> list[Finding]:
    """Ask each connection's server what it is and what it offers, all at once."""
    names = connections.names()
    found = await asyncio.gather(*(_check(connections, name) for name in names))
    problems = [Finding("bad", "settings", problem) for problem in connections.problems]
    if not names:
        problems.append(Finding("note", "none", "no connection yet", "/connect in Salon adds one"))
    return [*problems, *found]


async def _check(connections: ConnectionService, name: str) -> Finding:
    chosen = connections.describe(name)
    used = ", ".join(connections.uses(name))
    title = f"{clean_line(name, 40)}{f' ({used})' if used else ''}"
    if chosen.provider == OFFLINE:
        return Finding("ok", title, f"{connections.label(name)} · starts when it is needed")
    parts = [clean_line(connections.label(name), 80)]
    models: list[Model] = []
    try:
        origin = await connections.key_origin(name, chosen)
        parts.append(f"key from {clean_line(origin, 60)}" if origin else "no key")
        async with asyncio.timeout(SECONDS):
            parts.append(clean_line(await connections.about(name, chosen), 120))
            row = connections.providers[chosen.provider]
            if row.chats and not row.captions_alone:
                models = await connections.models_of(name, chosen)
                parts.append(_sight(models))
    except AppError as error:
        return Finding("bad", title, " · ".join([*parts, error.message]), error.hint)
    except TimeoutError:
        return Finding("bad", title, " · ".join([*parts, "no answer in time"]), "is it busy?")
    if not chosen.model and connections.providers[chosen.provider].chats:
        return Finding("note", title, " · ".join(parts), "/model chooses one of its models")
    fix = _unlisted(chosen.model, models)
    return Finding("note" if fix else "ok", title, " · ".join(parts), fix)


def _unlisted(chosen: str, models: list[Model]) -> str:
    """What to do when a server does not list the model; it may be mistyped, or a tag left out."""
    known = {name for model in models for name in (model.id, model.id.partition(":")[0])}
    if not chosen or not known or chosen in known:
        return ""
    shown = clean_line(chosen, 60)
    return f"it does not list {shown!r}: /model in Salon chooses one that it lists"


def _sight(models: list[Model]) -> str:
    seeing = [clean_line(model.id, 60) for model in models if model.vision == "yes"]
    unknown = sum(model.vision == "unknown" for model in models)
    more = f" and {len(seeing) - _MOST_NAMES} more" if len(seeing) > _MOST_NAMES else ""
    sees = (
        f"see pictures: {', '.join(seeing[:_MOST_NAMES])}{more}" if seeing else "none known to see"
    )
    doubt = f", {unknown} not known" if unknown else ""
    return f"{_count(models)}; {sees}{doubt}"


def _count(models: list[Model]) -> str:
    return "1 model" if len(models) == 1 else f"{len(models)} models"


async def check_servers(connections: ConnectionService) -> list[Finding]:
    """Look for model servers on this machine's own ports."""
    found = await connections.discover()
    known = {_address(connections, name) for name in connections.names()}
    return [
        Finding(
            "ok",
            clean_line(f"{server.label} {server.version}".strip(), 60),
            f"{clean_line(server.url, 80)} · {_offers(connections, server)}",
            "" if server.url in known else "/connect in Salon makes it a connection",
        )
        for server in found
    ]


def _offers(connections: ConnectionService, server: FoundServer) -> str:
    models = list(server.models)
    row = connections.providers.get(server.provider)
    if row is None or row.captions:
        return _sight(models)
    return f"makes pictures, {_count(models)}"


def _address(connections: ConnectionService, name: str) -> str:
    """Where a connection leads; empty where it cannot lead anywhere."""
    try:
        return connections.endpoints.plain(name, connections.describe(name), "").url
    except ConfigError:
        return ""


def check_source(settings: Settings, connections: ConnectionService) -> Finding:
    """Say who captions, and whether that can work."""
    captioning = settings.captioning
    title = "caption source"
    where = "; local only: no picture leaves this machine" if settings.images.local_only else ""
    if captioning.source == "chain" and not captioning.chain:
        return Finding("bad", title, "chain, which is empty", "fill captioning.chain (F2)")
    if captioning.source != "multimodal":
        return Finding("ok", title, captioning.source + where)
    name = connections.captioning()
    if not name:
        return Finding("bad", title, "multimodal, but there is no connection", "/connect adds one")
    if connections.captions_alone(name):
        return Finding("ok", title, f"{connections.label(name)}{where}")
    sees = connections.vision(name, captioning.model)
    text = f"multimodal through {clean_line(name, 40)}; sees pictures: {sees}{where}"
    fix = "choose a model that sees, or another source (F2)" if sees == "no" else ""
    return Finding("bad" if sees == "no" else "ok", title, text, fix)
