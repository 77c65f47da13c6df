"""Fetching a model to a server that fetches them itself: an Ollama."""

from __future__ import annotations

from contextlib import aclosing
from time import monotonic
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.domain.connection import Model
from tui.domain.errors import AppError
from tui.domain.safetext import clean_line
from tui.domain.settings import ConnectionSettings
from tui.services.connecting import ConnectionService
from tui.ui.connections.picker import model_detail
from tui.ui.widgets.fuzzy import best
from tui.ui.widgets.list_dialog import ListDialog
from tui.ui.widgets.progress import Speedometer
from tui.ui.widgets.row_list import Row

_KNOWN = (
    ("moondream", "small and quick, about 1.7 GB"),
    ("granite3.2-vision", "reads text in pictures, about 2.4 GB"),
    ("gemma3", "about 3.3 GB"),
    ("llava", "the classic, about 4.7 GB"),
    ("minicpm-v", "about 5.5 GB"),
    ("qwen2.5vl", "reads text in pictures, about 6 GB"),
    ("llama3.2-vision", "about 7.8 GB"),
)
"""Models of Ollama's library that see pictures, the small ones first."""
_TYPED = "typed"


class PullDialog(ListDialog[Model | None]):
    """Gives the model that was fetched, or one that was there already, or None."""

    DEFAULT_CSS = """
    PullDialog > #frame { max-width: 76; max-height: 24; }
    PullDialog #progress { height: auto; min-height: 1; max-height: 3; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Fetch", id="pull.fetch", priority=True),
        Binding("escape", "close", "Pause, close", id="pull.close"),
    ]
    TITLE = "Fetch a model"
    PLACEHOLDER = "Name of a model: moondream, gemma3:12b …"
    HELP = (
        "Type the name of a model, or choose one. Enter fetches it, or takes it where it is there "
        "already. Esc pauses; what came is kept, and fetching it again goes on from there."
    )

    def __init__(
        self, connections: ConnectionService, name: str, settings: ConnectionSettings
    ) -> None:
        """Make the dialog.

        Args:
            connections: Asks the server.
            name: The connection's; empty for one that is not made yet.
            settings: The connection's, which need not be saved.
        """
        super().__init__()
        self._connections = connections
        self._to = (name, settings)
        self._there: list[Model] = []
        self._fetching = ""

    def body(self) -> ComposeResult:
        """The list, and how far it is."""
        yield from super().body()
        yield Static(id="progress")

    def on_mount(self) -> None:
        """Ask meanwhile what is there."""
        self._ask()

    @work(exclusive=True, group="models")
    async def _ask(self) -> None:
        try:
            self._there = await self._connections.models_of(*self._to)
        except AppError as error:
            self._say(error.line(), error=True)
        else:
            self.narrow(self.typed)

    def _say(self, text: str, *, error: bool = False) -> None:
        self.query("#progress").set_class(error, "-error")
        self.put("#progress", clean_line(text))

    def narrow(self, query: str) -> None:
        """Show what fits: what is there, what is known, and what is typed as it stands."""
        typed = query.strip()
        here = {_short(model.id): model for model in self._there}
        rows = [Row(m.id, m.id, f"is there · {model_detail(m)}") for m in self._there]
        rows += [Row(name, name, about) for name, about in _KNOWN if name not in here]
        fitting = best(typed, rows, lambda row: row.label) if typed else rows
        if typed and _short(typed) not in {_short(row.id) for row in rows}:
            fitting = [*fitting, Row(_TYPED, f"Fetch “{clean_line(typed, 60)}”")]
        self.rows.set_rows(fitting, empty=self.EMPTY)

    def choose(self, row: Row) -> None:
        """Take a model that is there, or fetch it."""
        if self._fetching:
            self._say(f"{self._fetching} is being fetched: Esc pauses it")
            return
        name = self.typed.strip() if row.id == _TYPED else row.id
        there = self._find(name)
        if there is not None:
            self.dismiss(there)
        else:
            self._pull(name)

    def _find(self, name: str) -> Model | None:
        return next((m for m in self._there if _short(m.id) == _short(name)), None)

    @work(exclusive=True, group="pull")
    async def _pull(self, name: str) -> None:
        self._fetching = name
        self._say(f"asking for {name}…")
        meter = Speedometer()
        try:
            async with aclosing(self._connections.pull(*self._to, name)) as events:
                async for event in events:
                    self._say(f"{meter.line(event, monotonic())} · Esc pauses")
            self._there = await self._connections.models_of(*self._to)
        except AppError as error:
            self._say(error.line(), error=True)
            return
        finally:
            self._fetching = ""
        self.dismiss(self._find(name) or Model(name))

    def action_close(self) -> None:
        """Pause what is being fetched; else leave."""
        if not self._fetching:
            self.dismiss(None)
            return
        self.workers.cancel_group(self, "pull")
        self._say(f"{self._fetching} is paused, what came is kept: fetching it again goes on")


def _short(name: str) -> str:
    """A model's name without the tag that Ollama adds to names that have none."""
    return name.strip().lower().removesuffix(":latest")
