"""What the model gets: each part of the prompt with its share of the tokens."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.domain.prompt import Part, Prompt
from tui.domain.safetext import clean, clean_line
from tui.ui.terminal import clipboard
from tui.ui.widgets.fuzzy import best
from tui.ui.widgets.list_dialog import ListDialog
from tui.ui.widgets.row_list import Row, RowList


class ContextScreen(ListDialog[None]):
    """Shows the parts; nothing can be changed here."""

    DEFAULT_CSS = """
    ContextScreen {
        & #rows { height: 2fr; }
        & #whole-box {
            height: 3fr; margin-top: 1; border-left: wide $secondary; padding-left: 1;
            scrollbar-size-vertical: 1;
        }
        & #whole-box:focus { border-left: wide $primary; }
        & #whole { height: auto; }
        & #sum { height: auto; max-height: 2; color: $text-muted; }
        &.-short #whole-box { margin-top: 0; height: 1fr; }
        &.-short #rows { height: 1fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "copy", "Copy the part", id="context.copy", priority=True),
        Binding("shift+up", "scroll(-1)", "Scroll", show=False),
        Binding("shift+down", "scroll(1)", "Scroll text", key_display="shift+↓"),
    ]
    TITLE = "What the model gets"
    PLACEHOLDER = "Type to search in what is sent"
    HELP = (
        "Each part of the prompt in the order it is sent. Tokens are estimated: servers count in "
        "their own way. Shift+Down scrolls the text, Enter copies it."
    )

    def __init__(self, prompt: Prompt) -> None:
        super().__init__()
        self._prompt = prompt
        self._parts = {str(index): part for index, part in enumerate(prompt.parts)}

    def body(self) -> ComposeResult:
        """The sum, the parts, and the text under the cursor."""
        yield Static(id="sum")
        yield from super().body()
        with VerticalScroll(id="whole-box"):
            yield Static(id="whole")

    def on_mount(self) -> None:
        """Say how much it is altogether."""
        prompt = self._prompt
        pictures = len(prompt.digests)
        parts = [f"{len(prompt.parts)} parts", f"about {prompt.tokens:,} tokens (estimated)"]
        if pictures:
            parts.append(f"{pictures} picture{'' if pictures == 1 else 's'}")
        if prompt.left_out:
            plural = "message is" if prompt.left_out == 1 else "messages are"
            parts.append(f"{prompt.left_out} older {plural} left out: no room")
        if prompt.withheld:
            plural = "message is" if prompt.withheld == 1 else "messages are"
            parts.append(f"{prompt.withheld} {plural} left out: hidden, or a comment")
        self.put("#sum", " · ".join(parts))

    def narrow(self, query: str) -> None:
        """Show what fits."""

        def words(item: tuple[str, Part]) -> str:
            return f"{item[1].label} {item[1].text}"

        self.rows.set_rows(
            [_row(key, part) for key, part in best(query, self._parts.items(), words)]
        )

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Show the whole text of the part."""
        event.stop()
        self.put("#whole", _whole(self._parts[event.row.id]) if event.row else "")
        for box in self.query("#whole-box"):
            box.scroll_home(animate=False)

    def action_scroll(self, step: int) -> None:
        """Scroll the text while the search has the focus."""
        for box in self.query("#whole-box"):
            box.scroll_relative(y=step * 3, animate=False)

    async def action_copy(self) -> None:
        """Put the part's text on the clipboard."""
        row = self.rows.row
        if row is not None:
            await clipboard.copy(self.app, self._parts[row.id].text)
            self.notify("Copied", markup=False, timeout=2)


def _row(key: str, part: Part) -> Row:
    details: list[str] = [part.role, f"about {part.tokens:,} tokens"]
    if len(part.fates) == 1:
        details.append(part.fates[0][1].reason)
    elif part.fates:
        counts = Counter(fate.word for _, fate in part.fates)
        said = ", ".join(f"{count} {word}" for word, count in counts.items())
        details.append(f"{len(part.fates)} pictures: {said}")
    return Row(key, part.label, " · ".join(details))


def _whole(part: Part) -> str:
    lines = [clean(part.text)] if part.text else ["(no text)"]
    lines += [f"▣ {clean_line(name, 60)}: {fate.reason}" for name, fate in part.fates]
    lines += [f"Caption: {clean_line(caption)}" for caption in part.captions]
    lines += [f"Picture: {clean_line(digest, 13)}" for digest in part.images]
    return "\n".join(lines)
