"""Making and changing a connection."""

from __future__ import annotations

import re
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Static

from tui.domain.errors import AppError, ConfigError
from tui.domain.safetext import clean_line
from tui.domain.settings import ConnectionSettings
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.ports import SecretStore
from tui.ui.connections.fields import ConnectionFields
from tui.ui.widgets.confirm import Confirm
from tui.ui.widgets.dialog import Dialog

_NAME = re.compile(r"[\w][\w .-]{0,39}")


class ConnectionForm(Dialog[str | None]):
    """Gives the name of the connection that was saved, "" when it was deleted, or None."""

    CSS_PATH = "form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="connection.save", priority=True),
        Binding("ctrl+t", "test", "Test", id="connection.test", priority=True),
        Binding("ctrl+l", "list", "Models", id="connection.models", priority=True),
        Binding("ctrl+x", "delete", "Delete", id="connection.delete", priority=True),
        Binding("escape", "close", "Cancel", id="connection.cancel"),
        Binding("up", "app.focus_previous", "Field above", show=False),
        Binding("down", "app.focus_next", "Field below", show=False),
    ]
    HELP = (
        "Tab, Up and Down go from field to field. Ctrl+L lists the models the server offers, "
        "Ctrl+T sends one tiny chat, Ctrl+S saves. A key is never shown and never written to "
        "config.yaml."
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
        self._start = connections.describe(name) if name else ConnectionSettings()
        self._fields = ConnectionFields(name, self._start, connections.providers)
        self._kept_key = False

    def body(self) -> ComposeResult:
        """The fields, what happened, and the buttons."""
        yield self._fields
        yield Static(id="status")
        with Horizontal(id="bottom"):
            yield Button("Save", id="save", variant="primary", compact=True)
            yield Button("Test", id="test", compact=True)
            if self._saved:
                yield Button("Delete", id="delete", variant="error", compact=True)
            yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Show what is set, and where its key is."""
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

    @work(exclusive=True, group="key")
    async def _look_for_key(self) -> None:
        row = self._fields.provider
        try:
            secret = await self._secrets.resolve(
                self._start.key, name=self._connection, env=row.key_env if row else ()
            )
        except AppError as error:
            self._say(error.line(), error=True)
            return
        if secret is not None:
            self._say(f"A key is there: {secret.origin or 'found'}")
        elif row is not None and row.needs_key:
            self._say(f"{row.label} needs a key, and there is none yet", error=True)

    def _checked_name(self) -> str:
        """The name; raises ConfigError when it cannot be one."""
        name = self._connection or self._fields.named.value.strip()
        if not _NAME.fullmatch(name):
            self._fields.named.focus()
            raise ConfigError("a name is needed", hint="letters, digits, space, dot, - and _")
        if not self._connection and name in self._connections.names():
            self._fields.named.focus()
            raise ConfigError(f"there is a connection named {name!r} already")
        return name

    async def _ready(self) -> tuple[str, ConnectionSettings]:
        """Name and settings, with a typed key put away first. Raises AppError."""
        name = self._checked_name()
        chosen, key = self._fields.chosen, self._fields.key
        if self._fields.place == "stored" and key.value:
            where = await self._secrets.store(name, key.value.strip())
            self._kept_key = True
            # The key is kept under this name from now on.
            self._fields.named.disabled = True
            key.value = ""
            key.placeholder = f"kept in {clean_line(where)}; type to replace it"
        return name, chosen

    # -- doing

    @on(Button.Pressed, "#list")
    def _list_by_button(self) -> None:
        self.action_list()

    @work(exclusive=True, group="server")
    async def action_list(self) -> None:
        """Ask the server for its models and let one be chosen."""
        self._say("asking for the models…")
        try:
            models = await self._connections.models_of(*await self._ready())
        except AppError as error:
            self._say(error.line(), error=True)
            return
        self._say(f"{len(models)} models, {sum(m.vision == 'yes' for m in models)} see pictures")
        self._fields.choose_model(models)

    @on(Button.Pressed, "#test")
    def _test_by_button(self) -> None:
        self.action_test()

    @work(exclusive=True, group="server")
    async def action_test(self) -> None:
        """Send one tiny chat and say what happened."""
        self._say("asking for a hello…")
        try:
            self._say(await self._connections.test(*await self._ready()))
        except AppError as error:
            self._say(error.line(), error=True)

    @on(Button.Pressed, "#save")
    def _save_by_button(self) -> None:
        self.action_save()

    @work(exclusive=True, group="save")
    async def action_save(self) -> None:
        """Write the connection; the first one also chats."""
        try:
            name, chosen = await self._ready()
            await self._settings.change(f"connections.{name}", _as_dict(chosen))
            if not self._connections.current():
                await self._settings.change("chat.connection", name)
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
            await self._settings.change(f"connections.{self._connection}", None, delete=True)
            await self._secrets.forget(self._connection)
        except AppError as error:
            self._say(error.line(), error=True)
        else:
            self.dismiss("")

    @on(Button.Pressed, "#cancel")
    def action_close(self) -> None:
        """Leave; a key that was kept for a connection that never came to be is forgotten."""
        self._leave()

    @work(exclusive=True, group="save")
    async def _leave(self) -> None:
        if self._kept_key and not self._saved:
            try:
                await self._secrets.forget(self._fields.named.value.strip())
            except AppError as error:
                self.notify(clean_line(error.line()), severity="warning", markup=False)
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer deleting only where there is something to delete."""
        return self._saved if action == "delete" else True


def _as_dict(chosen: ConnectionSettings) -> dict[str, str]:
    """What differs from the defaults, and always the provider."""
    default = ConnectionSettings()
    values = {"url": chosen.url, "key": chosen.key, "model": chosen.model, "vision": chosen.vision}
    kept = {name: value for name, value in values.items() if value != getattr(default, name)}
    return {"provider": chosen.provider, **kept}
