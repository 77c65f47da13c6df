"""Settings that come from another program, said in Salon's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.secret import Secret
from tui.domain.settings import ConnectionSettings


@dataclass(frozen=True, slots=True)
class Imported:
    """What another program's captioning settings amount to."""

    values: Mapping[str, object]
    """Settings by dotted path."""
    name: str = ""
    """What the connection may be called; empty when there is none."""
    connection: ConnectionSettings | None = None
    """The server that captions there."""
    password: Secret | None = None
    """Of its reverse proxy."""
