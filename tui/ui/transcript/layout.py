"""A message at a width: header, pictures, folded reasoning, text, marks, notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

from tui.domain.chat import Attachment, Message
from tui.domain.safetext import clean, clean_line
from tui.ui.terminal.graphics import Mode
from tui.ui.transcript.lines import EMPTY, Line, Run, wrap

Images = Mode | Literal["off"]
MARGIN = 4
"""Cells beside the text: bar, space, and two at the right for the scroll mark."""
_WIDEST_PICTURE = 72
_MARKS = {"stopped": "stopped", "partial": "cut off", "failed": "not answered"}
BY_ANOTHER = "being written in another Salon"


@dataclass(frozen=True, slots=True)
class Look:
    """What the layout of all messages depends on."""

    cells: int = 80
    """Width of the view."""
    picture_rows: int = 12
    """Tallest picture."""
    images: Images = "blocks"
    cell: tuple[int, int] = (8, 16)
    """Width and height of a cell in pixels."""

    @property
    def room(self) -> int:
        """Cells for text."""
        return max(8, self.cells - MARGIN)


@dataclass(frozen=True, slots=True)
class State:
    """What the layout of one message depends on beside the message."""

    index: int
    focused: bool = False
    unfolded: bool = False
    """The reasoning is shown."""
    notes: tuple[str, ...] = ()
    """Local notes that follow the message."""


class Place(NamedTuple):
    """Rows of a message that do something."""

    kind: Literal["header", "reasoning", "picture"]
    start: int
    end: int
    attachment: Attachment | None = None
    columns: int = 0


@dataclass(slots=True)
class Laid:
    """A message laid out."""

    lines: list[Line]
    places: list[Place] = field(default_factory=list)
    text_at: int = 1
    """First row of the text."""
    reasoning_at: int = 0
    """First row of the reasoning; 0 while it is folded or there is none."""
    dimmed: bool = False
    """Whether the text is drawn as one that is not sent."""

    def has_pictures(self) -> bool:
        """Whether some rows are pictures."""
        return any(place.columns for place in self.places)

    def place(self, line: int) -> Place | None:
        """What a row does, if anything."""
        for place in self.places:
            if place.start <= line < place.end:
                return place
        return None


def picture_size(attachment: Attachment, look: Look) -> tuple[int, int]:
    """Columns and rows of a picture, its proportions kept, never enlarged."""
    across, down = max(1, attachment.width), max(1, attachment.height)
    wide, high = look.cell
    own = across if look.images == "blocks" else -(-across // wide)
    columns = min(look.room, _WIDEST_PICTURE, own)
    rows = max(1, round(down * columns * wide / across / high))
    if rows > look.picture_rows:
        rows = max(1, look.picture_rows)
        columns = max(1, min(columns, round(across * rows * high / down / wide)))
    return columns, rows


def header(message: Message, index: int, room: int) -> Line:
    """`#3 Ada · 2/3 · hidden · stopped`, on one row."""
    role = "user" if message.role == "user" else "assistant"
    number = f"#{index} "
    marks = [(part, "dim") for part in what_it_is(message)]
    if message.status in _MARKS:
        style = "warning" if message.status == "stopped" else "error"
        marks.append((_MARKS[message.status], style))
    if message.elsewhere:
        marks.append((BY_ANOTHER, "warning"))
    tail: list[Run] = [(f" · {mark}", style, "") for mark, style in marks]
    name = clean_line(message.name) or role
    style = "note" if message.kind or message.hidden else role
    first = wrap([(name, style, "")], room - len(number) - sum(len(run[0]) for run in tail))[0]
    return Line([(number, "dim", ""), *first.runs, *tail])


def what_it_is(message: Message) -> list[str]:
    """What sets a message apart from others: its kind, which version it is, that it is hidden."""
    version = f"{message.swipe + 1}/{len(message.swipes)}" if message.swipes else ""
    parts = (message.kind, version, "hidden" if message.hidden else "")
    return [part for part in parts if part]


def _dimmed(lines: Sequence[Line]) -> list[Line]:
    """Rows of what the model does not get, without colours but with their emphasis."""

    def run(text: str, style: str, href: str) -> Run:
        _, mark, flags = style.partition(":")
        return text, f"dim{mark}{flags}", href

    return [line._replace(runs=[run(*each) for each in line.runs], fill="") for line in lines]


@lru_cache(maxsize=8)
def _words(text: str) -> int:
    return len(text.split())


def _reasoning_line(message: Message, unfolded: bool) -> Line:
    words = _words(message.reasoning)
    verb = "thinking" if message.status == "streaming" and not message.text else "thought"
    many = "word" if words == 1 else "words"
    return Line(
        [("▾ " if unfolded else "▸ ", "dim", ""), (f"{verb} for {words:,} {many}", "reasoning", "")]
    )


def _pictures(message: Message, look: Look, focused: bool, laid: Laid) -> None:
    for attachment in message.attachments:
        start = len(laid.lines)
        columns = 0
        if look.images != "off":
            columns, rows = picture_size(attachment, look)
            laid.lines.extend([EMPTY] * rows)
        facts = _facts(attachment, look.room, whole=focused)
        laid.lines.append(facts[0])
        end = len(laid.lines)
        laid.places.append(Place("picture", start, end, attachment, columns))
        laid.lines.extend(facts[1:])
        if attachment.caption and (focused or look.images == "off"):
            label = f"{clean_line(attachment.source) or 'caption'}: "
            caption = clean_line(attachment.caption)
            laid.lines.extend(wrap([(label, "dim", ""), (caption, "caption", "")], look.room))


def picture_facts(attachment: Attachment) -> str:
    """A picture in words: name, size, who captioned it and why that one, what the model gets."""
    source, note = clean_line(attachment.source), clean_line(attachment.note)
    parts = [attachment.ref] if attachment.ref else []
    parts += [clean_line(attachment.name), f"{attachment.width}×{attachment.height}"]
    if attachment.caption and not note.startswith(source):
        parts.append(source)
    if attachment.fate != "auto":
        parts.append(f"model gets: {attachment.fate}")
    return " · ".join(part for part in (*parts, note) if part)


def _facts(attachment: Attachment, room: int, *, whole: bool) -> list[Line]:
    runs: list[Run] = [(f"▣ {picture_facts(attachment)}", "dim", "")]
    rows = wrap(runs, room)
    if whole or len(rows) == 1:
        return rows
    return [Line([*wrap(runs, room - 1)[0].runs, ("…", "dim", "")])]


def lay_out(
    message: Message,
    state: State,
    look: Look,
    text: Sequence[Line],
    reasoning: Sequence[Line],
) -> Laid:
    """Put the parts of a message together.

    Args:
        message: Whose header, pictures and marks to show.
        state: How it is shown.
        look: For what view.
        text: The rows of its text; ignored for a templated message without the focus.
        reasoning: The rows of its reasoning; ignored while folded.
    """
    laid = Laid([header(message, state.index, look.room)], [Place("header", 0, 1)])
    lines = laid.lines
    _pictures(message, look, state.focused, laid)
    if message.reasoning:
        laid.places.append(Place("reasoning", len(lines), len(lines) + 1))
        lines.append(_reasoning_line(message, state.unfolded))
        if state.unfolded:
            laid.reasoning_at = len(lines)
            lines.extend(reasoning)
            lines.append(EMPTY)
    laid.text_at = len(lines)
    if shows_text(message, state):
        laid.dimmed = not message.is_sent
        lines.extend(_dimmed(text) if laid.dimmed else text)
    if message.status == "streaming" and not message.text and not message.reasoning:
        lines.append(Line([("…", "dim", "")]))
    lines.extend(_reason(message, look.room))
    lines.append(EMPTY)
    for note in state.notes:
        lines.extend(wrap([(clean(note), "note", "")], look.room))
    if state.notes:
        lines.append(EMPTY)
    return laid


def _reason(message: Message, room: int) -> list[Line]:
    """Why a message ended as it did, and what can be done about it."""
    if not message.error or message.status == "streaming":
        return []
    runs: list[Run] = [(clean_line(message.error), "dim", "")]
    if message.status in {"partial", "failed"}:
        runs.insert(0, (f"{_MARKS[message.status]}: ", "error", ""))
    if message.status == "failed":
        runs.append((" · /retry asks again", "dim", ""))
    return wrap(runs, room)


def shows_text(message: Message, state: State) -> bool:
    """Whether the text is shown: not that of a caption's template without the focus."""
    return state.focused or not (message.templated and message.attachments)
