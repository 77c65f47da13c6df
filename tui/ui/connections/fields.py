"""The fields of a connection, and choosing their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from tui.domain.connection import Model, Provider, Vision
from tui.domain.safetext import clean_line
from tui.domain.settings import ConnectionSettings
from tui.ui.connections.key_field import (
    PLACES,
    Place,
    label_of,
    place_of,
    placeholder_of,
    reference_of,
)
from tui.ui.connections.more import Extras, MoreFields
from tui.ui.connections.more_values import summary
from tui.ui.connections.picker import model_choices
from tui.ui.widgets.choice_list import Choice, ChoiceList

_VISION: dict[Vision, str] = {
    "unknown": "as the server says",
    "yes": "sees pictures",
    "no": "text only",
}


class ConnectionFields(VerticalScroll, can_focus=False):
    """A label and a field a line; nothing is saved here."""

    DEFAULT_CSS = """
    ConnectionFields {
        height: auto; max-height: 1fr; scrollbar-size-vertical: 1;
        & .field { height: auto; margin-bottom: 1; }
        & .field Label { width: 11; color: $text-muted; }
        & .field Input { width: 1fr; padding: 0 1; }
        & .field Button {
            width: 1fr; text-align: left; content-align: left middle; background: $panel;
        }
        & .field Button:focus { background: $primary 20%; text-style: bold; }
        & .field #list {
            width: 8; min-width: 8; margin-left: 1;
            text-align: center; content-align: center middle;
        }
        & #note { height: auto; margin: 0 0 1 11; color: $text-muted; display: none; }
        & #note.-shown { display: block; }
    }
    """

    def __init__(
        self, connection: str, start: ConnectionSettings, providers: Mapping[str, Provider]
    ) -> None:
        """Make the fields.

        Args:
            connection: Its name; empty for a new one.
            start: What they show at first.
            providers: The catalogue.
        """
        super().__init__(id="fields")
        self._providers = providers
        self._provider = start.provider
        self._vision: Vision = start.vision
        self._start = (connection, start)
        self._more = Extras(start)
        self._kept = ""
        self.place: Place = place_of(start.key)[0]
        """Where the key comes from."""
        self.named = Input(id="name", placeholder="kitchen")
        self.url = Input(id="url")
        self.key = Input(id="key")
        self.model = Input(id="model", placeholder="Ctrl+L lists them")

    def compose(self) -> ComposeResult:
        """Put the labels beside the fields."""
        picks = {
            name: Button("", id=name, compact=True)
            for name in ("provider", "place", "vision", "more")
        }
        rows: tuple[tuple[str, tuple[Input | Button, ...]], ...] = (
            ("Name", (self.named,)),
            ("Provider", (picks["provider"],)),
            ("Address", (self.url,)),
            ("Key from", (picks["place"],)),
            ("", (self.key,)),
            ("Model", (self.model, Button("List", id="list", compact=True))),
            ("Vision", (picks["vision"],)),
            ("More", (picks["more"],)),
        )
        for label, fields in rows:
            with Horizontal(classes="field"):
                yield Label(label)
                yield from fields
            if label == "Provider":
                yield Static(id="note")

    def on_mount(self) -> None:
        """Show what is set."""
        name, start = self._start
        self.named.value = name
        self.url.value = start.url
        self.key.value = place_of(start.key)[1]
        self.model.value = start.model
        self._show()

    def on_input_submitted(self) -> None:
        """Enter goes to the next field, as in other forms; Ctrl+S saves."""
        self.screen.focus_next()

    @property
    def provider(self) -> Provider | None:
        """The chosen row of the catalogue; None for one that is not in it."""
        return self._providers.get(self._provider)

    @property
    def proxy_password(self) -> str:
        """The reverse proxy's password, where one was typed; not part of `chosen`."""
        return self._more.proxy_password

    def key_is_kept(self, where: str) -> None:
        """Show where the key is; what was typed of it goes."""
        self._kept = clean_line(where, 40)
        self.key.value = ""
        self._show()

    def forget_password(self) -> None:
        """It was kept elsewhere."""
        self._more = Extras(self._more.settings)

    @property
    def chosen(self) -> ConnectionSettings:
        """What the fields say; a typed key is not part of it."""
        return replace(
            self._more.settings,
            provider=self._provider,
            url=self.url.value.strip(),
            key=reference_of(self.place, self.key.value),
            model=self.model.value.strip(),
            vision=self._vision,
        )

    @property
    def typed(self) -> tuple[object, ...]:
        """All that can be changed here, to tell whether something was."""
        return self.named.value, self.chosen, self.key.value, self.proxy_password

    def _show(self) -> None:
        row = self.provider
        self._label("#provider", row.label if row else self._provider)
        self._label("#place", label_of(self.place))
        self._label("#vision", _VISION[self._vision])
        self._label("#more", summary(self._more.settings, row))
        note = self.query_one("#note", Static)
        note.update(Content(row.note if row else ""))
        note.set_class(bool(row and row.note), "-shown")
        self.url.placeholder = (row.base_url if row else "") or "http://…"
        self.key.password = self.place == "stored"
        self.key.disabled = self.place == "usual"
        self.key.placeholder = placeholder_of(self.place, row, self._kept)

    def _label(self, selector: str, text: str) -> None:
        for button in self.query(selector).results(Button):
            button.label = Content(f"{clean_line(text)} ▾")

    def _pick(
        self, title: str, choices: Sequence[Choice], current: str, take: Callable[[str], None]
    ) -> None:
        def taken(chosen: str | None) -> None:
            if chosen is not None:
                take(chosen)
                self._show()

        empty = "Nothing fits" if choices else "There are none"
        self.app.push_screen(ChoiceList(title, choices, current=current, empty=empty), taken)

    @on(Button.Pressed, "#provider")
    def _choose_provider(self, event: Button.Pressed) -> None:
        event.stop()

        def take(chosen: str) -> None:
            if chosen != self._provider and not self.url.value.strip():
                # Another service at another address: the key of the one before is none of its.
                self.place, self._kept, self.key.value = "usual", "", ""
            self._provider = chosen
            self.named.value = self.named.value or chosen

        choices = [Choice(row.id, row.label, _detail(row)) for row in self._providers.values()]
        self._pick("Provider", choices, self._provider, take)

    @on(Button.Pressed, "#place")
    def _choose_place(self, event: Button.Pressed) -> None:
        event.stop()

        def take(chosen: str) -> None:
            if chosen != self.place:
                self.place, _ = place_of("stored" if chosen == "stored" else f"{chosen}:")
                self.key.value = ""
                self._show()
                (self.model if self.key.disabled else self.key).focus()

        self._pick("Key from", PLACES, self.place, take)

    @on(Button.Pressed, "#vision")
    def _choose_vision(self, event: Button.Pressed) -> None:
        event.stop()

        def take(chosen: str) -> None:
            self._vision = next(value for value in _VISION if value == chosen)

        choices = [Choice(value, label) for value, label in _VISION.items()]
        self._pick("Vision", choices, self._vision, take)

    @on(Button.Pressed, "#more")
    def _open_more(self, event: Button.Pressed) -> None:
        event.stop()

        def take(extras: Extras | None) -> None:
            if extras is not None:
                typed = extras.proxy_password or self._more.proxy_password
                kept = extras.settings.proxy_key == "stored"
                self._more = Extras(extras.settings, typed if kept else "")
                self._show()

        self.app.push_screen(MoreFields(self.chosen, self.provider), take)

    def choose_model(self, models: Sequence[Model]) -> None:
        """Let one of the server's models be chosen; what is known of its sight comes along."""
        sights = {model.id: model.vision for model in models}

        def take(chosen: str) -> None:
            self.take_model(chosen, sights[chosen])

        row = self.provider
        told = row is None or row.captions  # elsewhere nobody asks what a model sees
        choices = model_choices(models) if told else [Choice(m.id, m.id) for m in models]
        self._pick("Model", choices, self.model.value, take)

    def take_model(self, model: str, vision: Vision) -> None:
        """Put a model into the fields, with what is known of its sight."""
        self.model.value = model
        self.take_vision(vision)

    def take_vision(self, vision: Vision) -> None:
        """Keep what was found out of the model's sight."""
        self._vision = vision
        self._show()


def _detail(row: Provider) -> str:
    where = "on your own machine" if row.local else "needs a key" if row.needs_key else ""
    first = re.split(r"[;:]", row.note)[0]  # the whole note stands in the form
    return " · ".join(part for part in (where, first) if part)
