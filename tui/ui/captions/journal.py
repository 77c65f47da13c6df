"""The captions that were made, whether they were used or not."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.domain.chat import JournalEntry
from tui.domain.safetext import clean, clean_line
from tui.ui.captions.facts import CACHED, cost_text, tokens_text
from tui.ui.widgets.ago import ago
from tui.ui.widgets.fuzzy import best
from tui.ui.widgets.list_dialog import ListDialog
from tui.ui.widgets.row_list import Row, RowList


class CaptionJournal(ListDialog[JournalEntry | None]):
    """Gives the entry that was chosen, or None."""

    DEFAULT_CSS = """
    CaptionJournal {
        & #rows { height: 1fr; min-height: 3; }
        & #whole-box {
            height: auto; max-height: 40%; margin-top: 1;
            border-left: wide $secondary; padding-left: 1;
        }
        & #whole { height: auto; }
        &.-short #whole-box { max-height: 3; margin-top: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Copy", id="journal.copy", priority=True),
    ]
    TITLE = "Captions made so far"
    EMPTY = "No captions yet"
    LINES = 2
    HELP = (
        "Every caption that was made, also those that were discarded. Type to search, Enter "
        "copies one."
    )

    def __init__(
        self, entries: Sequence[JournalEntry], *, now: Callable[[], float] = time.time
    ) -> None:
        """Make the list.

        Args:
            entries: Newest first.
            now: Seconds since the epoch.
        """
        super().__init__()
        self._entries = {str(index): entry for index, entry in enumerate(entries)}
        self._now = now

    def body(self) -> ComposeResult:
        """The search, the list, and the whole caption under the cursor."""
        yield from super().body()
        with VerticalScroll(id="whole-box", can_focus=False):
            yield Static(id="whole")

    def narrow(self, query: str) -> None:
        """Show what fits."""

        def words(item: tuple[str, JournalEntry]) -> str:
            entry = item[1]
            return f"{entry.name} {entry.caption} {entry.source} {entry.model}"

        rows = [self._row(key, entry) for key, entry in best(query, self._entries.items(), words)]
        self.rows.set_rows(rows, empty="Nothing fits" if self._entries else self.EMPTY)

    def _row(self, key: str, entry: JournalEntry) -> Row:
        parts = [entry.source, ago(entry.created, self._now()), "used" if entry.used else "unused"]
        parts += _took(entry)
        return Row(key, entry.name, " · ".join(parts), entry.caption)

    def choose(self, row: Row) -> None:
        """Give the entry back."""
        self.dismiss(self._entries[row.id])

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Show the whole caption."""
        event.stop()
        text = _whole(self._entries[event.row.id]) if event.row else ""
        self.put("#whole", text)
        self.query("#whole-box").set(display=bool(text))


def _took(entry: JournalEntry) -> list[str]:
    """What the caption cost, as far as it was told."""
    if entry.cached:
        return [CACHED]
    spent = (tokens_text(entry.input_tokens, entry.output_tokens), cost_text(entry.cost))
    return [part for part in spent if part]


def _whole(entry: JournalEntry) -> str:
    """The caption, and below it how it was asked for."""
    seconds = f"{entry.seconds:.1f} s" if entry.seconds and not entry.cached else ""
    parts = [entry.model, seconds, *_took(entry), entry.prompt]
    asked = " · ".join(clean_line(part, 200) for part in parts if part)
    return f"{clean(entry.caption)}\n{asked}" if asked else clean(entry.caption)
