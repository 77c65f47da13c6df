"""The clean-up rules of a caption: which are on, and what each of them does to it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.domain.cleanup import CHANGES
from tui.domain.safetext import clean, clean_line
from tui.services.refinement import Refinement
from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.row_list import Row, RowList

_ABOUT = {
    "drop_opening": 'leaves out "The image shows" and the like',
    "banned_words": "takes words out",
    "one_line": "puts the caption on one line",
    "prefix": "puts something in front",
    "suffix": "puts something behind",
}
_LABELS = {
    "drop_opening": "Leave out the opening",
    "banned_words": "Leave out words",
    "one_line": "One line",
    "prefix": "Prefix",
    "suffix": "Suffix",
}


class RulesDialog(Dialog[None]):
    """Switches rules of a refinement; they hold for this editor."""

    DEFAULT_CSS = """
    RulesDialog > #frame { max-width: 76; max-height: 22; }
    RulesDialog #rules { height: 5; }
    RulesDialog #result-box {
        height: 1fr; margin-top: 1; border-left: wide $secondary; padding-left: 1;
    }
    RulesDialog #result { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "switch", "Switch", id="rules.switch", priority=True),
    ]
    TITLE = "Clean-up"
    HELP = (
        "Space switches a rule for this editor. Which are on at first, which words are left out,"
        " prefix and suffix are settings: F2, Captioning."
    )

    def __init__(self, refinement: Refinement, text: str) -> None:
        """Make the dialog.

        Args:
            refinement: Whose rules are switched.
            text: The caption, to show what they do.
        """
        super().__init__()
        self._refinement = refinement
        self._text = text
        self._rows = RowList(id="rules", lines=1)

    def body(self) -> ComposeResult:
        """The rules, and what becomes of the caption."""
        yield self._rows
        with VerticalScroll(id="result-box", can_focus=False):
            yield Static(id="result")

    def on_mount(self) -> None:
        """Show them."""
        self._show()
        self._rows.focus()

    def _show(self, keep: str = "") -> None:
        cleanup, usual = self._refinement.cleanup, self._refinement.usual_cleanup
        on, changes = cleanup.in_force(), cleanup.changes(self._text.strip())
        rows = []
        for name in CHANGES:
            mark = "● " if name in on else "○ "
            words = getattr(cleanup, name) or getattr(usual, name)
            told = ", ".join(words) if isinstance(words, tuple) else str(words)
            about = _ABOUT[name] if isinstance(words, bool) else told or "none in the settings (F2)"
            tail = " · changes this caption" if name in changes else ""
            rows.append(Row(name, mark + _LABELS[name], clean_line(about, 60) + tail))
        self._rows.set_rows(rows, keep=keep)
        self.put("#result", clean(self._refinement.caption(self._text)))

    @on(RowList.Selected, "#rules")
    def _chosen(self, event: RowList.Selected) -> None:
        event.stop()
        self._switch(event.row.id)

    def action_switch(self) -> None:
        """Switch the rule under the cursor."""
        if self._rows.row is not None:
            self._switch(self._rows.row.id)

    def _switch(self, name: str) -> None:
        refinement = self._refinement
        refinement.cleanup = refinement.cleanup.toggled(name, refinement.usual_cleanup)
        self._show(name)
