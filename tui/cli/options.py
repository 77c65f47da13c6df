"""What a command line asks for, once it was understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING

from tui.paths import Paths

if TYPE_CHECKING:
    from tui.ui.terminal.skeleton import Skeleton


@dataclass(frozen=True, slots=True)
class Options:
    """A command line that was understood."""

    command: Callable[[Options], int]
    paths: Paths
    flags: Mapping[str, object] = field(default_factory=dict)
    """Settings that hold for this run only, by dotted path."""
    environ: Mapping[str, str] = field(default_factory=dict)
    given: SimpleNamespace = field(default_factory=SimpleNamespace)
    """The arguments of the sub-command itself."""
    frame: Skeleton | None = None
    """The first frame, where it was painted before the arguments were read."""
