"""A captioning model on this machine: there, to be fetched, or not to be had."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tui.domain.errors import CaptionError


@dataclass(frozen=True, slots=True)
class DownloadPlan:
    """What would be fetched, before anyone is asked."""

    model: str
    """Hub id, "organisation/name"."""
    files: tuple[str, ...]
    """Names inside the repository; empty while the hub has not been asked."""
    total_bytes: int | None
    """Of all files together; None while the hub has not been asked."""
    folder: Path
    """Where the hub's cache lies."""
    command: str
    """The same by hand, for a shell."""


@dataclass(frozen=True, slots=True)
class LocalModelState:
    """Whether a caption can be made right now, and what is missing if not."""

    kind: Literal["ready", "needs_download", "unavailable"]
    model: str
    """As the settings name it: a hub id or a folder."""
    plan: DownloadPlan | None = None
    """Only with `needs_download`."""
    reason: str = ""
    """Why it is not ready, one line; empty when it is."""
    hint: str = ""
    """What to do about it, one line, or empty."""


class LocalMissing(CaptionError):
    """The local model is not there, and a chain goes on without it."""

    def __init__(self, state: LocalModelState) -> None:
        super().__init__(f"{state.model} cannot be used: {state.reason}", hint=state.hint)
        self.plan = state.plan
