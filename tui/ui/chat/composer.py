"""Where one writes: the prompt, its popup, and the chips of what goes out beside the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.domain.safetext import clean
from tui.ui.chat.chips import Chip, ChipRow
from tui.ui.chat.conversion import Conversions
from tui.ui.chat.drafting import Drafting
from tui.ui.chat.large_pastes import LargePastes
from tui.ui.chat.pasting import as_word, is_large, read_paste
from tui.ui.chat.popup import Complete, Popup
from tui.ui.chat.prompt_area import EdgeKey, PromptArea
from tui.ui.terminal.skeleton import PLACEHOLDER
from tui.ui.widgets.completion_list import CompletionList


class Composer(Vertical):
    """Collects a message and asks no service anything: what it cannot decide alone it posts."""

    DEFAULT_CSS = """
    Composer {
        height: auto;
        & > #frame {
            height: auto;
            padding: 0 1;
            border: round $border-blurred;
        }
        & > #frame:focus-within { border: round $border; }
    }
    """

    @dataclass
    class Submitted(Message):
        """The message is complete; the composer is already empty again."""

        text: str
        """All of it: what was typed, then the large pastes, a blank line between."""
        pastes: tuple[str, ...]
        """The large pastes alone."""
        typed: str
        """What was typed alone."""

        @property
        def pasted(self) -> str:
            """The large pastes as they end the text."""
            return "\n\n".join(part for part in self.pastes if part.strip())

    @dataclass
    class DraftChanged(Message):
        """What is not sent yet is different now; at most a few times a second."""

        text: str

    @dataclass
    class ImagesPasted(Message):
        """Pictures were dropped or pasted, in one of these forms; nothing was inserted."""

        paths: tuple[Path, ...] = ()
        data: bytes = b""
        url: str = ""
        text: str = ""
        """What it was: the prompt gets it when they are no pictures after all."""

    @dataclass
    class ClipboardRequested(Message):
        """Someone wants what the system's clipboard holds; answer with `paste`."""

    @dataclass
    class PictureRemoved(Message):
        """A picture's chip was taken away by hand."""

        key: str

    @dataclass
    class Scrolled(Message):
        """A scrolling key was pressed that has nothing to do in the prompt."""

        key: EdgeKey

    def __init__(
        self,
        complete: Complete | None = None,
        *,
        placeholder: str = PLACEHOLDER,
        history: Iterable[str] = (),
    ) -> None:
        super().__init__()
        self._list = CompletionList(self)
        self.chips = ChipRow(self)
        """What goes out beside the text; whoever puts pictures there looks after their chips."""
        self._area = PromptArea(self._take_key, self.submit, placeholder)
        self._area.set_history(history)
        self._popup = Popup(self._area, self._list, complete, self._take_file)
        self._pastes = LargePastes(self.chips)
        self._unasked = ""
        self._drafting = Drafting(self, lambda: self.draft, self._tell_draft)
        self._aside: str | None = None
        self.conversions = Conversions(lambda: self.text, self._drop, self.paste_text)

    def compose(self) -> ComposeResult:
        """The prompt; popup and chips are mounted above it when there are some."""
        with Vertical(id="frame"):
            yield self._area

    # What a screen uses

    @property
    def text(self) -> str:
        """What was typed."""
        return self._area.text

    @property
    def full_text(self) -> str:
        """What would be sent: the typed text and the large pastes."""
        return "\n\n".join(part for part in (self.text, *self._pastes.texts) if part.strip())

    @property
    def draft(self) -> str:
        """What is to be kept for later; not what stands there only for now."""
        return self.full_text if self._aside is None else self._aside

    @property
    def pictures(self) -> list[str]:
        """Keys of the pictures waiting, in the order they came."""
        return [key for key in self.chips.keys if key not in self._pastes]

    @property
    def area(self) -> PromptArea:
        """The text area, which has the focus."""
        return self._area

    def focus(self, scroll_visible: bool = True) -> Composer:
        """Give the prompt the focus."""
        self._area.focus(scroll_visible)
        return self

    def load(self, text: str, cursor: int | None = None) -> None:
        """Replace what stands there: a draft, or a message given back after a failure.

        A large text becomes a chip, but not a command, such as one that edits a long message.

        Args:
            text: What is to stand there.
            cursor: Where the cursor goes, in characters; None: behind it.
        """
        self._aside = None
        self.conversions.forget()
        self._pastes.clear()
        folded = is_large(text) and not text.startswith("/")
        self._unasked = "" if folded else text
        self._area.put(self._unasked, None if folded else cursor)
        self._list.close()
        if folded:
            self._fold(text)

    def borrow(self, text: str) -> None:
        """Put a text there for now; the draft is back when it was sent or given up."""
        aside = self.draft
        self.load(text)
        self._aside = aside

    def give_back(self) -> None:
        """Give up a text that stood there only for now; Up brings it back."""
        if self._aside is not None:
            self._area.remember(self.text)
            self.load(self._aside)

    def insert(self, text: str) -> None:
        """Put text at the cursor."""
        self._area.insert_text(clean(text))

    def set_history(self, lines: Iterable[str]) -> None:
        """Replace what Up walks through, oldest first."""
        self._area.set_history(lines)

    async def paste(self, text: str) -> None:
        """Take in a paste: pictures in any form, a large text, or text for the cursor's place."""
        found = await read_paste(text)
        in_command = self.text.lstrip().startswith("/")
        if found.paths and in_command:
            self._area.insert_text(" ".join(as_word(path) for path in found.paths))
        elif found.paths or found.data or (found.url and not in_command):
            self.post_message(self.ImagesPasted(found.paths, found.data, found.url, text))
        else:
            self.paste_text(text)

    def paste_text(self, text: str) -> None:
        """Put pasted text at the cursor, whatever it may mean; a large one becomes a chip."""
        text = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
        if is_large(text) or is_large(self.text + text):
            self._fold(text)
        elif text:
            self._area.insert_text(text)

    def _fold(self, text: str) -> None:
        self._pastes.add(text)
        self._drafting.note_change()

    # Sending and drafts

    def submit(self) -> None:
        """Post what is there and empty the prompt; the empty prompt is posted too."""
        text = self.full_text
        typed, pastes = self.text, self._pastes.texts
        if typed.strip():
            self._area.remember(typed)
        self.load(self._aside or "")
        self._drafting.forget()
        if self.text:
            self._drafting.note_change()
        self.post_message(self.Submitted(text, pastes, typed))

    def _tell_draft(self, draft: str) -> None:
        self.post_message(self.DraftChanged(draft))

    # Pastes and chips

    @on(PromptArea.Pasted)
    async def _take_paste(self, event: PromptArea.Pasted) -> None:
        event.stop()
        await self.paste(event.text)

    @on(PromptArea.ClipboardAsked)
    def _ask_clipboard(self, event: PromptArea.ClipboardAsked) -> None:
        event.stop()
        self.post_message(self.ClipboardRequested())

    @on(Chip.Removed)
    def _remove_chip(self, event: Chip.Removed) -> None:
        event.stop()
        self.conversions.forget()
        self._drop(event.key)
        self.focus()

    def _drop(self, key: str) -> None:
        self.chips.discard(key)
        if self._pastes.discard(key):
            self._drafting.note_change()
        else:
            self.post_message(self.PictureRemoved(key))

    @on(PromptArea.ScrollKey)
    def _pass_on(self, event: PromptArea.ScrollKey) -> None:
        event.stop()
        self.post_message(self.Scrolled(event.key))

    # The popup

    @on(PromptArea.Changed)
    def _text_changed(self, event: PromptArea.Changed) -> None:
        event.stop()
        self._drafting.note_change()
        if self.text != self._unasked:
            self._unasked = ""
            self._popup.offer(self.region.y)

    @on(PromptArea.SelectionChanged)
    def _cursor_moved(self, event: PromptArea.SelectionChanged) -> None:
        event.stop()
        if self._list.is_open:
            self._popup.offer(self.region.y)

    def _take_key(self, key: str) -> bool:
        if key == "ctrl+z":
            return self.conversions.undo()
        return self._popup.take_key(key, self.region.y)

    def _take_file(self, path: Path, word: str) -> None:
        self.post_message(self.ImagesPasted((path,), text=word))

    @on(CompletionList.Picked)
    def _pick(self, event: CompletionList.Picked) -> None:
        event.stop()
        self._popup.use(event.suggestion)
        self.focus()
