"""The caption sources in words, and as choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from tui.domain.connection import Model
from tui.domain.settings import SOURCES, ChainStep, Source
from tui.services.connecting import ConnectionService
from tui.ui.settings.listing import nameable, unnamed
from tui.ui.widgets.choice_list import Choice

LABELS: dict[Source, str] = {
    "local": "a model on this machine",
    "multimodal": "a connection whose model sees",
    "horde": "volunteers, free, with a queue",
    "extras": "an old SillyTavern-Extras server",
    "describe": "offline, in plain words, no model",
    "chain": "one after the other, as set below",
}
_SEES = {"yes": "sees pictures", "no": "text only", "unknown": "sees: unknown"}
_ORDER = {"yes": 0, "unknown": 1, "no": 2}


def source_choices() -> list[Choice]:
    """Every source with what it is."""
    return [Choice(source, source, LABELS[source]) for source in SOURCES]


def steps_to_choose(connections: Mapping[str, str]) -> list[Choice]:
    """What a step of a chain can be: each connection, and the sources that need none.

    Args:
        connections: Label by name.
    """
    through = [
        Choice(f"multimodal {name}", f"through {name}", label)
        for name, label in connections.items()
    ]
    alone: tuple[Source, ...] = ("local", "horde", "extras", "describe")
    return [*(Choice(source, source, LABELS[source]) for source in alone), *through]


def step_of(chosen: str) -> ChainStep:
    """The step for what was chosen among `steps_to_choose`."""
    source, _, name = chosen.partition(" ")
    return ChainStep(next(s for s in get_args(Source) if s == source), name)


def step_label(step: ChainStep, connections: Mapping[str, str]) -> str:
    """A step in words."""
    if not step.connection:
        return step.source
    known = "" if step.connection in connections else " (there is none of that name)"
    model = f", {step.model}" if step.model else ""
    return f"{step.source} through {step.connection}{model}{known}"


def model_choices(models: Sequence[Model], own: str) -> list[Choice]:
    """Models to caption with, those that see first.

    Args:
        models: What the connection's server offers.
        own: The connection's own model, taken when none is chosen.
    """
    ordered = sorted(models, key=lambda model: (_ORDER[model.vision], model.id.lower()))
    first = Choice("", "the connection's own", own)
    return [first, *(Choice(model.id, model.id, _SEES[model.vision]) for model in ordered)]


def connection_choices(connections: ConnectionService, path: str) -> list[Choice]:
    """The connections that a setting may name, and none."""
    known = [Choice(name, name, connections.label(name)) for name in nameable(connections, path)]
    return [*known, Choice("", unnamed(path))]
