"""What scripts show and ask, with a screen or without one: a port beside `Interaction`.

All texts are plain; who shows them parses nothing in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from tui.services.ports import Interaction

Severity = Literal["info", "success", "warning", "error"]
Ending = Literal["ok", "cancel", "dismissed"]
"""How a page was left: by its first button, by its second, or by neither."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A few words that go away by themselves."""

    text: str
    title: str = ""
    severity: Severity = "info"
    seconds: float = 4.0
    """How long it stays."""
    once: bool = False
    """Not again while the same words are there."""


@dataclass(frozen=True, slots=True)
class TextQuestion:
    """Asks for a text."""

    text: str
    default: str = ""
    """What stands in the box; taken as it is where nobody can be asked."""
    placeholder: str = ""
    help: str = ""
    ok: str = "OK"
    rows: int = 4
    """Lines of the box."""
    wide: bool = False
    large: bool = False
    """As large as the screen allows."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer."""

    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """Asks to choose."""

    text: str
    choices: tuple[Choice, ...]
    several: bool = False
    """Whether more than one can be chosen, or none."""


@dataclass(frozen=True, slots=True)
class Page:
    """A text to read."""

    text: str
    header: str = ""
    help: str = ""
    ok: str = "OK"
    cancel: str = ""
    """The second button; empty: there is none."""
    wide: bool = False
    large: bool = False


class Dialogs(Protocol):
    """Shows and asks for a script."""

    async def tell(self, notice: Notice, *, wait: bool = False) -> None:
        """Show a notice; `wait` returns only when it is gone."""
        ...

    async def ask_text(self, question: TextQuestion) -> str | None:
        """Ask for a text; None: cancelled."""
        ...

    async def ask_choice(self, question: ChoiceQuestion) -> tuple[int, ...] | None:
        """Ask to choose; the places of what was chosen, in order. None: cancelled."""
        ...

    async def show(self, page: Page) -> Ending:
        """Show a text until it is closed."""
        ...

    def beep(self) -> None:
        """Let the terminal's bell sound."""
        ...


class ScriptInteraction(Interaction, Dialogs, Protocol):
    """All that commands may ask of the person."""
