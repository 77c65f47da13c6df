"""Texts by name, such as prompts and templates of one's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.domain.safetext import clean_line
from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.row_list import Row, RowList
from tui.ui.widgets.value_form import Question, ValueForm

Save = Callable[[dict[str, str]], Awaitable[str]]
"""Keeps all of them; gives back why not, or nothing when they were kept."""
_NAME = "A name to choose it by."
_LONGEST_NAME = 40


class TextsEditor(Dialog[None]):
    """Adds, changes and removes texts; each change is kept at once."""

    DEFAULT_CSS = """
    TextsEditor > #frame { max-width: 84; max-height: 24; }
    TextsEditor #about { height: auto; max-height: 3; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "Change", id="texts.change", priority=True),
        Binding("a,plus", "add", "Add", id="texts.add"),
        Binding("delete", "remove", "Remove", id="texts.remove"),
    ]
    HELP = "A adds one, Enter changes the one under the cursor, Delete removes it."
    EMPTY = "None yet: A adds one"

    def __init__(self, title: str, about: str, texts: Mapping[str, str], save: Save) -> None:
        """Make the editor.

        Args:
            title: What they are.
            about: A line of help.
            texts: Those there are, by name.
            save: Keeps them.
        """
        super().__init__()
        self._title = title
        self._about = about
        self._texts = dict(texts)
        self._save = save
        self._rows = RowList(id="texts", lines=1, empty=self.EMPTY)

    def body(self) -> ComposeResult:
        """The texts, and what was wrong."""
        yield self._rows
        yield Static(id="about")

    def on_mount(self) -> None:
        """Show them."""
        self.set_title(self._title)
        self.put("#about", self._about)
        self._show()
        self._rows.focus()

    def _show(self, keep: str = "") -> None:
        rows = [Row(name, name, clean_line(text, 80)) for name, text in self._texts.items()]
        self._rows.set_rows(rows, keep=keep, empty=self.EMPTY)

    async def _keep(self, texts: dict[str, str], name: str = "") -> str:
        problem = await self._save(texts)
        self.query("#about").set_class(bool(problem), "-error")
        self.put("#about", clean_line(problem) or self._about)
        if not problem:
            self._texts = texts
            self._show(name)
        return problem

    @on(RowList.Selected, "#texts")
    def _chosen(self, event: RowList.Selected) -> None:
        event.stop()
        self.action_change()

    def action_change(self) -> None:
        """Change the text under the cursor; with none, add one."""
        row = self._rows.row
        if row is None:
            self.action_add()
        else:
            self._ask_text(row.id)

    def _ask_text(self, name: str) -> None:
        async def save(typed: str) -> str:
            if not typed.strip():
                return "it cannot be empty; Delete in the list removes it"
            return await self._keep({**self._texts, name: typed.strip()}, name)

        text = self._texts.get(name, "")
        question = Question(clean_line(name), self._about, text, text, long=True)
        self.app.push_screen(ValueForm(question, save))

    @work(exclusive=True, group="texts")
    async def action_add(self) -> None:
        """Ask for a name, then for the text."""
        named = ""

        async def name(typed: str) -> str:
            nonlocal named
            named = clean_line(typed.strip())
            if not named or len(named) > _LONGEST_NAME:
                return f"a name of 1 to {_LONGEST_NAME} characters is needed"
            return "there is one of that name" if named in self._texts else ""

        if await self.app.push_screen_wait(ValueForm(Question("Name", _NAME, "", ""), name)):
            self._ask_text(named)

    @work(exclusive=True, group="texts")
    async def action_remove(self) -> None:
        """Take the one under the cursor out."""
        row = self._rows.row
        if row is not None:
            await self._keep({n: text for n, text in self._texts.items() if n != row.id})
