"""What macros read: given by whoever has a text expanded, and asked only for what is used."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tui.domain.variables import JSON, Variables

Given = str | Callable[[], str]
"""Text, or what finds it out when a macro asks."""

_CHANCE = random.Random()  # dice, no secrets


def _now() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Script:
    """What a running script adds: `{{pipe}}`, `{{var::x}}`, `{{arg::x}}`, `{{timesIndex}}`."""

    pipe: str = ""
    variable: Callable[[str], JSON] = lambda _name: None
    """A variable of the script's scopes as it is kept; None where there is none."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """What it was called with; `*` stands for all that were not given."""
    times_index: int | None = None
    """Which round of the innermost `/times` it is, from 0; None outside."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything that the macros of a text may need."""

    values: Mapping[str, Given] = field(default_factory=dict)
    """What single names stand for, by lower-case name: user, char, caption, lastmessage... They
    take no arguments and go before the macros that are built in."""
    local: Variables = field(default_factory=Variables)
    """The chat's variables."""
    shared: Variables = field(default_factory=Variables)
    """The global ones."""
    script: Script | None = None
    """None outside scripts: their macros stay as typed."""
    clock: Callable[[], datetime] = _now
    random: random.Random = _CHANCE
    """For `{{random}}` and `{{roll}}`; give a seeded one for results that repeat."""
    seed: str = ""
    """Of the chat: `{{pick}}` chooses the same for the same seed, text and place."""
    prose: bool = False
    """Whether it is a message: `<user>` is no macro there, and a backslash before a bracket stays
    where there is nothing to protect."""

    def giving(self, **values: Given) -> Environment:
        """The same with further values, by lower-case name."""
        return replace(self, values={**self.values, **values})

    def apart(self) -> Environment:
        """The same with variables of its own: nothing that is expanded leaves a trace."""
        return replace(self, local=self.local.copy(), shared=self.shared.copy())
