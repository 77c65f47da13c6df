"""What few connections need: a reverse proxy, sampling, headers, changes to each request."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.domain.connection import Provider
from tui.domain.safetext import clean_line
from tui.domain.settings import ConnectionSettings
from tui.ui.connections.key_field import PLACES, place_of, placeholder_of, reference_of
from tui.ui.connections.key_field import label_of as place_label
from tui.ui.connections.more_values import FORMS, label_of, names, value_of, written
from tui.ui.widgets.choice_list import Choice, ChoiceList
from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.row_list import Row, RowList
from tui.ui.widgets.value_form import Question, ValueForm

_HELP = {each.name: str(each.metadata["help"]) for each in fields(ConnectionSettings)}
_NO_PASSWORD = Choice("usual", "No password")


@dataclass(frozen=True, slots=True)
class Extras:
    """What was set."""

    settings: ConnectionSettings
    proxy_password: str = ""
    """As typed, to be kept under the connection's name; empty: none was typed."""


class MoreFields(Dialog[Extras]):
    """Changes some of a connection's settings; what is set when it closes is given back."""

    DEFAULT_CSS = """
    MoreFields > #frame { max-width: 88; max-height: 34; }
    MoreFields #about { height: 2; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "Change", id="more.change", priority=True),
        Binding("ctrl+d,delete", "empty", "Empty", id="more.empty", key_display="Del"),
        Binding("escape", "close", "Done", id="more.close"),
    ]
    TITLE = "More of this connection"
    HELP = (
        "Enter changes what the cursor is on, Del empties it, Esc goes back to the connection, "
        "where Ctrl+S saves. What is empty is left to the server or to the settings of the chat."
    )

    def __init__(self, settings: ConnectionSettings, provider: Provider | None) -> None:
        """Make the list.

        Args:
            settings: What is set now.
            provider: Says what can be set; None: everything.
        """
        super().__init__()
        self._settings = settings
        self._provider = provider
        self._password = ""
        self._rows = RowList(id="more", lines=1)

    def body(self) -> ComposeResult:
        """The list, and what the cursor is on."""
        yield self._rows
        yield Static(id="about")

    def on_mount(self) -> None:
        """Show what is set."""
        self._show()
        self._rows.focus()

    def _show(self, keep: str = "") -> None:
        listed = names(self._settings, self._provider)
        rows = [Row(name, label_of(name), self._shown(name)) for name in listed]
        self._rows.set_rows(rows, keep=keep)

    def _shown(self, name: str) -> str:
        if name == "proxy_key":
            place, text = place_of(self._settings.proxy_key)
            where = _NO_PASSWORD.label if place == "usual" else place_label(place)
            return clean_line(f"{where} {text}")
        return clean_line(written(name, self._settings).replace("\n", ", ")) or "—"

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Say more about it."""
        event.stop()
        self.put("#about", _HELP[event.row.id] if event.row else "")

    @on(RowList.Selected)
    def _selected(self, event: RowList.Selected) -> None:
        event.stop()
        self.action_change()

    def action_change(self) -> None:
        """Change what the cursor is on."""
        if self._rows.row is None:
            return
        name = self._rows.row.id
        if name == "proxy_key":
            self._choose_place()
        else:
            self._ask(name)

    def action_empty(self) -> None:
        """Take the default back."""
        if self._rows.row is not None:
            name = self._rows.row.id
            self._keep(replace(self._settings, **{name: getattr(ConnectionSettings(), name)}))

    def _keep(self, settings: ConnectionSettings) -> None:
        self._settings = settings
        self._show(keep=self._rows.row.id if self._rows.row else "")

    def _ask(self, name: str) -> None:
        async def save(text: str) -> str:
            try:
                self._keep(replace(self._settings, **{name: value_of(name, text)}))
            except ValueError as error:
                return str(error)
            return ""

        text = written(name, self._settings)
        form = FORMS.get(name, "")
        about = " ".join(part for part in (_HELP[name], form) if part)
        self.app.push_screen(
            ValueForm(Question(label_of(name), about, text, "", long=bool(form)), save)
        )

    def _choose_place(self) -> None:
        def take(place: str | None) -> None:
            if place == "usual":
                self._keep(replace(self._settings, proxy_key=""))
            elif place is not None:
                self._ask_password(place)

        now, _ = place_of(self._settings.proxy_key)
        places = (_NO_PASSWORD, *(each for each in PLACES if each.id != "usual"))
        self.app.push_screen(ChoiceList(label_of("proxy_key"), places, current=now), take)

    def _ask_password(self, place: str) -> None:
        async def save(text: str) -> str:
            if not text.strip():
                return "nothing was typed"
            self._password = text.strip() if place == "stored" else ""
            self._keep(replace(self._settings, proxy_key=reference_of(place, text)))
            return ""

        question = Question(
            place_label(place),
            f"For example: {placeholder_of(place, None)}" if place != "stored" else _HELP["key"],
            "",
            "",
            secret=place == "stored",
        )
        self.app.push_screen(ValueForm(question, save))

    def action_close(self) -> None:
        """Give back what is set."""
        self.dismiss(Extras(self._settings, self._password))
