"""The frame that all modal screens share: size, border, keys below."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Footer, Static
from textual.widgets._footer import FooterKey

T = TypeVar("T")


class KeyFooter(Footer):
    """The keys that work here, inside the frame."""

    DEFAULT_CSS = """
    KeyFooter {
        background: transparent;
        & FooterKey { background: transparent; margin-right: 2; }
        & FooterKey .footer-key--key { background: transparent; }
        & FooterKey .footer-key--description { background: transparent; }
    }
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)

    def compose(self) -> ComposeResult:
        """The screen's keys as it declares them, the focused widget's own, and Esc last."""
        order = [
            binding.action
            for kind in type(self.screen).__mro__
            for binding in vars(kind).get("BINDINGS", ())
            if isinstance(binding, Binding)
        ]

        def rank(key: Widget) -> tuple[bool, int]:
            if not isinstance(key, FooterKey):
                return False, 0
            known = order.index(key.action) if key.action in order else len(order)
            return key.key == "escape", known

        yield from sorted(super().compose(), key=rank)


class Dialog(ModalScreen[T]):
    """A modal screen with a frame; the whole terminal when that is small.

    A subclass says what stands in the frame in `body`, and what F1 shows in `HELP`.
    """

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        & > #frame {
            width: 90%;
            max-width: 110;
            height: 85%;
            max-height: 44;
            background: $surface;
            border: round $primary;
            border-title-color: $text-primary;
            border-title-style: bold;
            border-subtitle-color: $text-muted;
            padding: 0 1;
        }
        &.-narrow > #frame { width: 100%; height: 100%; }
        &.-short > #frame { width: 100%; height: 100%; border: none; padding: 0; }
        & #title { display: none; text-style: bold; color: $text-primary; height: 1; }
        &.-short #title { display: block; }
        & .line { height: auto; max-height: 3; color: $text-muted; }
        & .-error { color: $text-error; }
        & .-warning { color: $text-warning; }
        & Input { border: none; height: 1; padding: 0; background: $panel; }
        & Input:focus { border: none; background: $primary 20%; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (82, "-normal"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-low"), (30, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="dialog.close"),
        Binding("f1", "explain", "Help", id="dialog.help", show=False),
    ]
    TITLE: ClassVar[str] = ""
    HELP = ""

    def compose(self) -> ComposeResult:
        """Put the body into the frame."""
        with Vertical(id="frame") as frame:
            frame.border_title = Content(self.TITLE)
            yield Static(Content(self.TITLE), id="title")
            yield from self.body()
            yield KeyFooter()

    def body(self) -> ComposeResult:
        """What stands in the frame."""
        yield from ()

    def set_title(self, title: str, subtitle: str = "") -> None:
        """Name the frame; plain text."""
        frame = self.query_one("#frame")
        frame.border_title = Content(title)
        frame.border_subtitle = Content(subtitle) if subtitle else None
        self.put("#title", f"{title} · {subtitle}" if subtitle else title)

    def put(self, selector: str, text: str) -> None:
        """Show plain text in a Static; nothing happens when the screen is being taken down."""
        for static in self.query(selector).results(Static):
            static.update(Content(text))

    def stirred(self) -> None:
        """Another Salon wrote something: show what is new of what is listed here."""

    def action_explain(self) -> None:
        """Say what can be done here."""
        if self.HELP:
            self.notify(self.HELP, title=self.TITLE or "Help", timeout=12, markup=False)

    def action_close(self) -> None:
        """Leave without a result."""
        self.dismiss(None)
