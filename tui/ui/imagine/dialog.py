"""Asking what picture is wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Static, TextArea

from tui.domain.errors import AppError
from tui.domain.imagine_modes import LABELS, TRIGGERS, Mode, asks_model
from tui.domain.imagine_request import ImagineRequest
from tui.domain.imagine_settings import ImagineSettings
from tui.domain.safetext import clean_line
from tui.ui.imagine.draft import Draft, FieldError, request_of
from tui.ui.widgets.choice_list import Choice, ChoiceList
from tui.ui.widgets.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Painters:
    """Who can make pictures, as the dialog needs to know it."""

    names: Sequence[str]
    """Connections, at least one."""
    usual: str
    """The one that is asked when none is chosen."""
    label: Callable[[str], str]
    """What a connection is, for people."""
    models: Callable[[str], Awaitable[list[str]]]
    """Lists a connection's models. Raises AppError."""


class ImagineDialog(Dialog[tuple[Draft, ImagineRequest] | None]):
    """Gives what stands in it, with the request that it amounts to; None: no picture."""

    DEFAULT_CSS = """
    ImagineDialog > #frame {
        height: auto; max-width: 84;
        & #fields { height: auto; max-height: 1fr; scrollbar-size-vertical: 1; }
        & .field { height: auto; margin-bottom: 1; }
        & .field Label { width: 11; color: $text-muted; }
        & .field Input { width: 1fr; padding: 0 1; }
        & .field .short { width: 5; margin-left: 2; }
        & .field Button {
            width: 1fr; text-align: left; content-align: left middle; background: $panel;
        }
        & .field Button:focus { background: $primary 20%; text-style: bold; }
        & TextArea {
            width: 1fr; height: auto; min-height: 3; max-height: 8;
            border: none; padding: 0 1; background: $panel;
        }
        & TextArea:disabled { opacity: 60%; }
        & #about { height: auto; color: $text-muted; }
        & #about.-error { color: $text-error; }
    }
    ImagineDialog.-narrow > #frame { height: auto; max-height: 100%; }
    ImagineDialog.-short > #frame {
        height: 100%;
        & #fields { height: 1fr; }
        & .field { margin-bottom: 0; }
        & TextArea { min-height: 2; max-height: 3; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", "Make it", id="imagine.enter", priority=True),
        Binding("ctrl+s", "make", "Make it", id="imagine.make", show=False, priority=True),
        Binding("ctrl+j", "newline", "New line", id="imagine.line", show=False, priority=True),
        Binding("ctrl+t", "mode", "Of what", id="imagine.mode", priority=True),
        Binding("ctrl+l", "models", "Models", id="imagine.models", priority=True),
        Binding("escape", "close", "Cancel", id="imagine.cancel", priority=True),
    ]
    TITLE = "Generate Image"
    HELP = (
        "Enter makes the picture (on a button it opens the choice), Ctrl+J begins a new line. "
        "Ctrl+T chooses what the picture is of: your words, or something in the chat that the "
        "model describes. Ctrl+L lists the models. What is empty is as the settings say."
    )

    def __init__(
        self, draft: Draft, given: ImagineRequest, settings: ImagineSettings, painters: Painters
    ) -> None:
        """Make the dialog.

        Args:
            draft: What its fields show at first.
            given: What was typed with the command.
            settings: What counts where a field is empty.
            painters: Who can make pictures.
        """
        super().__init__()
        self._draft = draft
        self._given = given
        self._settings = settings
        self._painters = painters

    def body(self) -> ComposeResult:
        """A label and a field a line."""
        own, draft = self._settings, self._draft
        prompt = TextArea(draft.prompt, id="prompt", highlight_cursor_line=False)
        model = Input(draft.model, id="model", placeholder=own.model or "Ctrl+L lists them")
        size = Input(draft.size, id="size", placeholder=f"{own.width}x{own.height}")
        steps = Input(draft.steps, id="steps", placeholder=str(own.steps))
        any_seed = "any" if own.seed is None else str(own.seed)
        seed = Input(draft.seed, id="seed", placeholder=any_seed)
        negative = Input(draft.negative, id="negative", placeholder=clean_line(own.negative, 60))
        rows: tuple[tuple[str, tuple[TextArea | Input | Button | Label, ...]], ...] = (
            ("Prompt", (prompt,)),
            ("Of", (Button("", id="mode", compact=True),)),
            ("Not on it", (negative,)),
            ("Size", (size, Label("Steps", classes="short"), steps)),
            ("Seed", (seed,)),
            ("By", (Button("", id="painter", compact=True),)),
            ("Model", (model,)),
        )
        with VerticalScroll(id="fields", can_focus=False):
            for label, fields in rows:
                with Horizontal(classes="field"):
                    yield Label(label)
                    yield from fields
        yield Static(id="about")

    def on_mount(self) -> None:
        """Select the prompt, so that typing replaces it."""
        self._show()
        area = self.query_one("#prompt", TextArea)
        area.select_all()
        self.set_focus(self.query_one("#mode") if area.disabled else area)

    def _show(self) -> None:
        mode = self._draft.mode
        self.query_one("#mode", Button).label = Content(LABELS[mode])
        name = self._draft.connection or self._painters.usual
        self.query_one("#painter", Button).label = Content(
            clean_line(f"{name} · {self._painters.label(name)}", 60)
        )
        self.query_one("#prompt", TextArea).disabled = mode in TRIGGERS
        if mode in TRIGGERS:
            said = "the model that chats describes it" if asks_model(mode) else "no model is asked"
            self._say(f"The prompt comes from the chat: {said}.")
        else:
            self._say("")

    def _say(self, text: str, *, error: bool = False) -> None:
        self.query("#about").set_class(error, "-error")
        self.put("#about", text)

    def _typed(self) -> Draft:
        negative, size, steps, seed, model = (
            self.query_one(f"#{name}", Input).value
            for name in ("negative", "size", "steps", "seed", "model")
        )
        return replace(
            self._draft,
            prompt=self.query_one("#prompt", TextArea).text,
            negative=negative,
            size=size,
            steps=steps,
            seed=seed,
            model=model,
        )

    # -- keys

    def action_enter(self) -> None:
        """Open the choice of a button; anywhere else make the picture."""
        if isinstance(self.focused, Button):
            self.focused.press()
        else:
            self.action_make()

    def _behind_typing(self, then: Callable[[], object]) -> None:
        """Act when what was typed before is in its field: a key of the screen overtakes it."""
        (self.focused or self).call_later(then)

    def action_newline(self) -> None:
        """Begin a new line of the prompt."""
        area = self.query_one("#prompt", TextArea)
        if self.focused is area:
            self._behind_typing(lambda: area.replace("\n", *area.selection))

    def action_make(self) -> None:
        """Give back what is wanted, or say what makes no sense."""
        self._behind_typing(self._make)

    def _make(self) -> None:
        if not self.is_current:
            return  # Enter was pressed twice
        draft = self._typed()
        try:
            request = request_of(draft, self._given)
        except AppError as error:
            self._say(error.line(), error=True)
            if isinstance(error, FieldError):
                self.query_one(f"#{error.field}").focus()
            return
        self.dismiss((draft, request))

    @on(Button.Pressed, "#mode")
    def action_mode(self) -> None:
        """Choose what the picture is of."""

        def take(chosen: str | None) -> None:
            if chosen is not None:
                self._draft = replace(self._draft, mode=cast("Mode", chosen))
                self._show()
                area = self.query_one("#prompt", TextArea)
                self.set_focus(self.query_one("#mode") if area.disabled else area)

        choices = [Choice(mode, label) for mode, label in LABELS.items()]
        self.app.push_screen(ChoiceList("A picture of", choices, current=self._draft.mode), take)

    @on(Button.Pressed, "#painter")
    def _choose_painter(self) -> None:
        def take(chosen: str | None) -> None:
            if chosen is not None:
                self._draft = replace(self._draft, connection=chosen)
                self._show()

        painters = self._painters
        now = self._draft.connection or painters.usual
        choices = [Choice(name, name, painters.label(name)) for name in painters.names]
        self.app.push_screen(ChoiceList("Made by", choices, current=now), take)

    @work(exclusive=True, group="models", exit_on_error=False)
    async def action_models(self) -> None:
        """Choose one of the models that make pictures there."""
        self._say("Asking for the models…")
        try:
            models = await self._painters.models(self._draft.connection or self._painters.usual)
        except AppError as error:
            self._say(error.line(), error=True)
            return
        self._show()
        if not models:
            self._say("It names no models; type one, or leave it empty.")
            return
        field = self.query_one("#model", Input)
        choices = [Choice(model, model) for model in models]
        chosen = await self.app.push_screen_wait(ChoiceList("Model", choices, current=field.value))
        if chosen is not None:
            field.value = chosen
