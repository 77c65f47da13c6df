"""Making and changing a connection."""

from __future__ import annotations

import re
from time import monotonic
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from tui.domain.errors import AppError, ConfigError
from tui.domain.generation import Progress
from tui.domain.misplaced import misplaced_key
from tui.domain.safetext import clean_line
from tui.domain.settings import ConnectionSettings, changed
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.endpoints import proxy_key
from tui.services.ports import SecretStore
from tui.services.trial import TestLine
from tui.ui.connections.fields import ConnectionFields
from tui.ui.connections.picker import count_line
from tui.ui.connections.pull import PullDialog
from tui.ui.connections.typed_keys import TypedKeys
from tui.ui.widgets.confirm import Confirm
from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.progress import Speedometer

_NAME = re.compile(r"[\w][\w .-]{0,39}")


class ConnectionForm(Dialog[str | None]):
    """Gives the name of the connection that was saved, "" when it was deleted, or None."""

    CSS_PATH = "form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="connection.save", priority=True),
        Binding("ctrl+t", "test", "Test", id="connection.test", priority=True),
        Binding("ctrl+l", "list", "Models", id="connection.models", priority=True),
        Binding("ctrl+g", "pull", "Fetch", id="connection.pull", priority=True),
        Binding("ctrl+x", "delete", "Delete", id="connection.delete", priority=True),
        Binding("escape", "close", "Cancel", id="connection.cancel"),
        Binding("up", "app.focus_previous", "Field above", show=False),
        Binding("down", "app.focus_next", "Field below", show=False),
    ]
    HELP = (
        "Enter, Tab, Up and Down go from field to field, Enter opens a choice. Ctrl+L lists the "
        "models the server offers, Ctrl+G fetches one to an Ollama, Ctrl+T sends one tiny chat and "
        "one small picture, Ctrl+S saves. A key is never shown and never written to config.yaml."
    )

    def __init__(
        self,
        settings: SettingsService,
        connections: ConnectionService,
        secrets: SecretStore,
        name: str = "",
    ) -> None:
        """Make the form.

        Args:
            settings: Where the connection is written.
            connections: Providers, models, the test.
            secrets: Where a typed key goes.
            name: An existing connection, or empty for a new one.
        """
        super().__init__()
        self._settings = settings
        self._connections = connections
        self._secrets = secrets
        self._connection = name
        start = connections.describe(name) if name else ConnectionSettings()
        self._fields = ConnectionFields(name, start, connections.providers)
        # The offline model has a name of its own, which nothing else can have.
        self._fields.named.disabled = bool(name) and not self._saved
        self._keys = TypedKeys(secrets)

    def body(self) -> ComposeResult:
        """The fields, what happened, and the buttons."""
        yield self._fields
        with VerticalScroll(id="said", can_focus=False):
            yield Static(id="status")
        with Horizontal(id="bottom"):
            yield Button("Save", id="save", variant="primary", compact=True)
            yield Button("Test", id="test", compact=True)
            if self._saved:
                yield Button("Delete", id="delete", variant="error", compact=True)
            yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Show what is set, and where its key is."""
        self._untouched = self._fields.typed
        name = clean_line(self._connection)
        self.set_title(f"Connection {name}" if name else "New connection")
        (self._fields.url if self._connection else self._fields.named).focus()
        if self._connection:
            self._look_for_key()

    @property
    def _saved(self) -> bool:
        """Whether it stands in the settings already."""
        return self._connection in self._settings.current.connections

    def _say(self, text: str, *, error: bool = False) -> None:
        self.query("#status").set_class(error, "-error")
        self.put("#status", clean_line(text))

    def _report(self, lines: list[TestLine]) -> None:
        marks = {True: ("✓", "$text-success"), False: ("✗", "$text-error")}
        said = [
            (f"{marks[line.ok][0]} {clean_line(line.text)}", marks[line.ok][1]) for line in lines
        ]
        self._say("")
        for static in self.query("#status").results(Static):
            static.update(Content("\n").join(Content.styled(*each) for each in said))

    @work(exclusive=True, group="key")
    async def _look_for_key(self) -> None:
        try:
            origin = await self._connections.key_origin(self._connection, self._fields.chosen)
        except AppError as error:
            self._say(error.line(), error=True)
            return
        row = self._fields.provider
        if origin:
            self._say(f"A key is there: {origin}")
            if self._fields.chosen.key == "stored":
                self._fields.key_is_kept(origin)
        elif row is not None and row.needs_key and not self._fields.chosen.proxy:
            self._say(f"{row.label} needs a key, and there is none yet", error=True)

    def _checked_name(self) -> str:
        """The name in the field; raises ConfigError when it cannot be one."""
        name = self._fields.named.value.strip()
        if name == self._connection and name:
            return name
        if not _NAME.fullmatch(name):
            self._fields.named.focus()
            raise ConfigError("a name is needed, of letters, digits, space, dot, - and _ only")
        if name in self._connections.names():
            self._fields.named.focus()
            raise ConfigError(f"there is a connection named {name!r} already")
        return name

    async def _ready(self) -> tuple[str, ConnectionSettings]:
        """Name and settings to ask the server with, typed keys put away first. Raises AppError."""
        name = self._connection or self._checked_name()
        chosen, key = self._fields.chosen, self._fields.key
        if wrong := misplaced_key(chosen):
            raise ConfigError(wrong)
        if self._fields.place == "stored" and key.value:
            self._fields.key_is_kept(await self._store(name, key.value.strip()))
        if self._fields.proxy_password:
            await self._store(proxy_key(name), self._fields.proxy_password)
            self._fields.forget_password()
        return name, chosen

    async def _store(self, name: str, key: str) -> str:
        where = await self._keys.keep(name, key)
        # The key is kept under this name from now on.
        self._fields.named.disabled = True
        return where

    # -- doing

    @on(Button.Pressed, "#list")
    @work(exclusive=True, group="server")
    async def action_list(self) -> None:
        """Ask the server for its models and let one be chosen."""
        self._say("asking for the models…")
        try:
            models = await self._connections.models_of(*await self._ready())
        except AppError as error:
            self._say(error.line(), error=True)
            return
        if not models:
            self._say("the server offers no models", error=True)
            return
        self._say(count_line(models))
        self._fields.choose_model(models)

    @work(exclusive=True, group="server")
    async def action_pull(self) -> None:
        """Fetch a model to the server, and choose it."""
        try:
            name, chosen = await self._ready()
        except AppError as error:
            self._say(error.line(), error=True)
            return
        fetched = await self.app.push_screen_wait(PullDialog(self._connections, name, chosen))
        if fetched:
            self._fields.take_model(fetched.id, fetched.vision)
            self._say(f"{fetched.id} is there: Ctrl+S saves")

    @on(Button.Pressed, "#test")
    def _test_by_button(self) -> None:
        self.action_test()

    @work(exclusive=True, group="server")
    async def action_test(self) -> None:
        """Send one tiny chat and one small picture, and say what happened."""
        asking = "asking for a hello, then showing a small picture…"
        meter = Speedometer()

        def tell(event: Progress) -> None:
            self._say(f"{asking} {meter.brief(event, monotonic())}")

        self._say(asking)
        try:
            name, chosen = await self._ready()
            lines = await self._connections.test(name, chosen, tell)
        except AppError as error:
            self._say(error.line(), error=True)
            return
        self._report(lines)
        sight = self._connections.seen(name, chosen.model)
        if sight != "unknown" and chosen.vision == "unknown":
            self._fields.take_vision(sight)

    @on(Button.Pressed, "#save")
    def _save_by_button(self) -> None:
        self.action_save()

    @work(exclusive=True, group="save")
    async def action_save(self) -> None:
        """Write the connection; the first one also chats."""
        try:
            name = self._checked_name()
            _, chosen = await self._ready()
            self._connections.endpoints.plain(name, chosen, "")  # says what is wrong with it
            if self._saved and name != self._connection:
                await self._connections.rename(self._connection, name)
            await self._settings.change(f"connections.{name}", changed(chosen))
            row = self._fields.provider
            if not self._connections.current() and (row is None or row.chats):
                await self._connections.use(name, "chat")
        except AppError as error:
            self._say(error.line(), error=True)
        else:
            self.dismiss(name)

    @on(Button.Pressed, "#delete")
    def action_delete(self) -> None:
        """Remove the connection, after asking."""
        if not self._saved:
            return

        def answer(yes: bool | None) -> None:
            if yes:
                self._delete()

        name = clean_line(self._connection)
        question = f"Delete the connection “{name}”? A key kept for it goes too."
        self.app.push_screen(Confirm(question, yes="Delete", no="Keep"), answer)

    @work(exclusive=True, group="save")
    async def _delete(self) -> None:
        try:
            await self._connections.remove(self._connection)
            for name in (self._connection, proxy_key(self._connection)):
                await self._secrets.forget(name)
        except AppError as error:
            self._say(error.line(), error=True)
        else:
            self.dismiss("")

    def action_close(self) -> None:
        """Leave, after asking where something was typed."""
        if not self._keys and self._fields.typed == self._untouched:
            self._leave()
            return

        def answer(yes: bool | None) -> None:
            if yes:
                self._leave()

        question = "Leave without what was typed here?"
        self.app.push_screen(Confirm(question, yes="Leave", no="Stay"), answer)

    @on(Button.Pressed, "#cancel")
    @work(exclusive=True, group="save")
    async def _leave(self) -> None:
        """Keys that were kept for a test give way to those from before."""
        try:
            await self._keys.give_up()
        except AppError as error:
            self.notify(clean_line(error.line()), severity="warning", markup=False)
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done: deleting what is saved, fetching where servers fetch."""
        if action == "pull":
            row = self._fields.provider
            return row is not None and row.pulls
        return self._saved if action == "delete" else True
