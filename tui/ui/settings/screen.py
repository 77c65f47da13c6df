"""The settings: search, change, and every change applies at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static

from tui.domain.errors import AppError
from tui.domain.safetext import clean_line
from tui.domain.settings import Settings
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.ui.settings.chain import ChainEditor
from tui.ui.settings.listing import COMMAND, CONNECTION, KEY, Listing, nameable, next_section
from tui.ui.settings.options import Option, editable, options, origin_line, parse, value_of
from tui.ui.settings.questions import KeySetting, for_key, for_option
from tui.ui.settings.sources import connection_choices, model_choices, source_choices
from tui.ui.settings.texts import TextsEditor
from tui.ui.widgets.choice_list import Choice, ChoiceList
from tui.ui.widgets.fuzzy import best
from tui.ui.widgets.list_dialog import ListDialog
from tui.ui.widgets.row_list import Row, RowList
from tui.ui.widgets.value_form import ValueForm

__all__ = ["KeySetting", "SettingsScreen"]


class SettingsScreen(ListDialog[None]):
    """Connections, captioning, chat, appearance and keys in one list."""

    DEFAULT_CSS = """
    SettingsScreen {
        & #query { margin-bottom: 0; }
        & #about {
            height: 2; padding-top: 1; color: $text-muted; text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        &.-short #about { height: 2; padding-top: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Change", id="settings.change", priority=True),
        Binding("ctrl+d", "default", "Default", id="settings.default", priority=True),
        Binding("ctrl+down", "section(1)", "Part", id="settings.next"),
        Binding("ctrl+up", "section(-1)", "Part before", id="settings.previous", show=False),
    ]
    TITLE = "Settings"
    PLACEHOLDER = "Type to search the settings"
    LINES = 2
    HELP = (
        "Type to search, Enter changes what the cursor is on, Ctrl+D takes the default back, "
        "Ctrl+Down goes to the next part. Changes apply at once and are written to config.yaml."
    )

    @dataclass
    class Changed(Message):
        """Settings were saved and are in force."""

        settings: Settings

    @dataclass
    class ThemeChosen(Message):
        """Show this theme, for now; `Changed` follows when it is kept."""

        name: str

    @dataclass
    class ConnectionWanted(Message):
        """A connection is to be shown for changing."""

        name: str
        """Empty for a new one."""

    @dataclass
    class CommandWanted(Message):
        """A line of the command language is to be run above this screen."""

        line: str

    def __init__(
        self,
        settings: SettingsService,
        connections: ConnectionService,
        *,
        choices: Mapping[str, Sequence[str]] | None = None,
        keys: Sequence[KeySetting] = (),
        names: tuple[str, str] = ("You", "Salon"),
    ) -> None:
        """Make the screen.

        Args:
            settings: Reads and writes them.
            connections: Names the connections there are.
            choices: What there is to choose from, by path: themes, characters, personas.
            keys: Keys that can be moved.
            names: Persona and character, for the preview of the template.
        """
        super().__init__()
        self._settings = settings
        self._connections = connections
        self._choices = dict(choices or {})
        self._keys = {key.id: key for key in keys}
        self._names = names
        self._options = {option.path: option for option in options()}
        self._listing = Listing(settings, connections, self._options, self._keys)

    def body(self) -> ComposeResult:
        """Search, list, and what the cursor is on."""
        yield from super().body()
        yield Static(id="about")

    def on_screen_resume(self) -> None:
        """Show what changed while another screen was open."""
        if self.rows.is_attached:
            self._show(keep=self._here())

    # -- what is listed

    def narrow(self, query: str) -> None:
        """Show what fits."""
        self._show()

    def _show(self, keep: str = "") -> None:
        query = self.typed.strip()
        sections = self._listing.sections()
        if query:
            rows = [row for _, part in sections for row in part]
            found = best(query, rows, lambda row: f"{row.label} {row.id} {row.below} {row.detail}")
            found.sort(key=lambda row: row.id != query)
        else:
            found = []
            for heading, part in sections:
                found += [Row(heading, heading, heading=True), *part]
        self.rows.set_rows(found, keep=keep, empty="No setting fits")

    # -- what is under the cursor

    def _here(self) -> str:
        row = self.rows.row
        return row.id if row else ""

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Say more about it."""
        self._say(self._about(event.row) if event.row else "")

    def _say(self, text: str, *, error: bool = False) -> None:
        self.query("#about").set_class(error, "-error")
        self.put("#about", text)

    def _about(self, row: Row) -> str:
        option = self._options.get(row.id)
        if option is None:
            return clean_line(row.below)
        help_line = f"{option.help}\n" if self.rows.single else ""
        return help_line + origin_line(option, self._settings.origin(option.path))

    def action_section(self, step: int) -> None:
        """Go to the first setting of the next part, or of the one before."""
        at = next_section(self.rows.rows, self.rows.highlighted or 0, step)
        self.rows.highlighted = self.rows.highlighted if at is None else at

    # -- changing

    def choose(self, row: Row) -> None:
        """Change what was chosen in the way that fits it."""
        if row.id.startswith(CONNECTION):
            self.post_message(self.ConnectionWanted(row.id.removeprefix(CONNECTION)))
        elif row.id.startswith(COMMAND):
            self.post_message(self.CommandWanted(row.id.removeprefix(COMMAND)))
        elif row.id.startswith(KEY):
            self._ask_key(self._keys[row.id.removeprefix(KEY)])
        else:
            self._change_option(self._options[row.id])

    def _change_option(self, option: Option) -> None:
        value = value_of(self._settings.current, option.path)
        choices = self._choices_of(option)
        if option.kind == "switch":
            self._apply(option.path, not value)
        elif option.kind == "chain":
            self._edit_chain()
        elif option.kind == "texts":
            self._edit_texts(option)
        elif option.path == "captioning.model":
            self._choose_model(option)
        elif choices:
            self._choose_value(option, choices, str(value))
        else:
            self._ask(option, editable(value))

    def _choices_of(self, option: Option) -> list[Choice]:
        if option.path.endswith(".connection"):
            return connection_choices(self._connections, option.path)
        if option.path == "captioning.source":
            return source_choices()
        values = self._choices.get(option.path) or option.choices
        return [
            Choice(value, value, "default" if value == option.default else "") for value in values
        ]

    def _choose_value(self, option: Option, choices: list[Choice], value: str) -> None:
        is_theme = option.path == "ui.theme"

        def show_theme(name: str) -> None:
            self.post_message(self.ThemeChosen(name))

        def keep(chosen: str | None) -> None:
            if chosen is not None and chosen != value:
                self._apply(option.path, chosen)
            elif is_theme:
                show_theme(value)

        preview = show_theme if is_theme else None
        screen = ChoiceList(option.label, choices, current=value, highlighted=preview)
        self.app.push_screen(screen, keep)

    def _edit_chain(self) -> None:
        async def save(steps: list[dict[str, object]]) -> str:
            return await self._save("captioning.chain", steps)

        steps = self._settings.current.captioning.chain
        self.app.push_screen(ChainEditor(steps, self._labels("captioning.chain"), save))

    def _edit_texts(self, option: Option) -> None:
        async def save(texts: dict[str, str]) -> str:
            return await self._save(option.path, texts)

        texts = cast("dict[str, str]", value_of(self._settings.current, option.path))
        self.app.push_screen(TextsEditor(option.label, option.help, texts, save))

    def _labels(self, path: str) -> dict[str, str]:
        return {name: self._connections.label(name) for name in nameable(self._connections, path)}

    @work(exclusive=True, group="models")
    async def _choose_model(self, option: Option) -> None:
        """Let one of the captioning connection's models be chosen; type it where none are told."""
        value = str(value_of(self._settings.current, option.path))
        name = self._connections.captioning()
        self._say("asking for the models…")
        try:
            models = await self._connections.models(name) if name else []
        except AppError as error:
            self._say(clean_line(error.line()), error=True)
            models = []
        if models:
            own = self._connections.describe(name).model
            self._choose_value(option, model_choices(models, own), value)
        else:
            self._ask(option, value)

    def _ask(self, option: Option, text: str) -> None:
        async def save(typed: str) -> str:
            try:
                value = parse(option, typed)
            except ValueError as error:
                return str(error)
            return await self._save(option.path, value)

        self.app.push_screen(ValueForm(for_option(option, text, self._names), save))

    def _ask_key(self, key: KeySetting) -> None:
        async def save(typed: str) -> str:
            typed = typed.strip()
            return await self._save(f"keys.{key.id}", typed or None, delete=typed in ("", key.key))

        now = self._settings.current.keys.get(key.id, key.key)
        self.app.push_screen(ValueForm(for_key(key, now), save))

    def action_default(self) -> None:
        """Take the default back."""
        path = self._here()
        if path.startswith(KEY):
            path = f"keys.{path.removeprefix(KEY)}"
        elif path not in self._options:
            return
        self._apply(path, None, delete=True)

    @work(group="save")
    async def _apply(self, path: str, value: object, *, delete: bool = False) -> None:
        if problem := await self._save(path, value, delete=delete):
            self._say(problem, error=True)

    async def _save(self, path: str, value: object, *, delete: bool = False) -> str:
        """Change and save a setting; gives back why not, or nothing."""
        try:
            settings = await self._settings.change(path, value, delete=delete)
        except AppError as error:
            return clean_line(error.line())
        self._show(keep=self._here())
        self.post_message(self.Changed(settings))
        return ""
