"""One picture in the editor: its versions, the text that stands there, how its source is doing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tui.domain.caption import Caption
from tui.domain.cleanup import CHANGES
from tui.domain.generation import (
    Finished,
    FinishReason,
    GenerationEvent,
    Progress,
    Restarted,
    TextDelta,
)
from tui.domain.safetext import clean, clean_line
from tui.services.caption_chain import WHOLE
from tui.services.refinement import Refinement
from tui.ui.captions.facts import CACHED
from tui.ui.widgets.progress import Speedometer

AGAIN = "Ctrl+R to try again"
TOOK_OVER = "you took over · Ctrl+R asks again"
BY_HAND = "written by hand"
_ENDINGS: dict[FinishReason, str] = {
    "length": "cut off at the longest caption; captioning.max_tokens allows more",
    "content_filter": "stopped by the server's content filter",
    "refusal": "the model refused to go on",
    "incomplete": "the connection ended early; this may not be all",
    "error": "the source stopped with an error; this may not be all",
}

Outcome = Literal["open", "accepted", "skipped"]


@dataclass(slots=True)
class Page:
    """Begins with the present version where there is one; `begin` asks for another."""

    refinement: Refinement
    text: str = ""
    """What stands in the editor."""
    at: int = -1
    """Which version it comes from; -1: none."""
    status: str = ""
    is_error: bool = False
    running: bool = False
    """Whether a caption is coming in."""
    begun: bool = False
    """Whether a source was asked already, or need not be."""
    began: float = 0.0
    """When it was asked, on a monotonic clock."""
    runs: int = 0
    """How often a source was asked."""
    unkept: bool = False
    """Whether something was written that the journal has not."""
    broken: bool = False
    """What a source gave last is not whole, or nothing; nobody has mended it yet."""
    outcome: Outcome = "open"
    restarts: list[str] = field(default_factory=list)
    """Why what came was withdrawn, each time."""
    _texts: list[str] = field(default_factory=list)
    """Each version as the person left it."""
    _first: bool = False
    """No word of the running caption has come yet."""
    _ending: str = ""

    def __post_init__(self) -> None:
        if self.refinement.revises:
            self.begun = True
            self._texts = [clean(made.text) for made in self.refinement.versions]
            self._show(len(self._texts) - 1)
            self.say("as it was kept · Ctrl+R asks for another")

    def say(self, text: str, *, error: bool = False) -> None:
        """What is to be told of it."""
        self.status, self.is_error = text, error

    # -- a caption comes in

    def begin(self, now: float) -> None:
        """The source is asked; the text stays until the first word comes."""
        self.runs += 1
        self.began = now
        self._keep_up()
        if self.at < 0 and self.text.strip() and not self.running:
            by_hand = Caption(self.text.strip(), "", BY_HAND, "", "", 0.0)
            self.refinement.versions.append(by_hand)
            self._texts.append(self.text)
            self.at = len(self._texts) - 1
        self.running = self.begun = self._first = True
        self._ending = ""
        self.broken = False
        self.outcome = "open"
        self.restarts.clear()
        self.say("asking…")

    def take(self, event: GenerationEvent, meter: Speedometer, now: float) -> None:
        """Take an event of the source.

        Args:
            event: What it said.
            meter: Measures how fast progress is.
            now: Seconds on a monotonic clock.
        """
        match event:
            case TextDelta(text):
                self._append(clean(text))
            case Progress():
                self.say(meter.line(event, now))
            case Restarted(reason):
                self._restart(clean_line(reason))
            case Finished(reason):
                self._ending = _ENDINGS.get(reason, "")
                self.broken = reason in _ENDINGS and reason not in WHOLE
            case _:
                self.say("the source is at work…")

    def _append(self, text: str) -> None:
        if self._first:
            self._first = False
            self.text, text = "", text.lstrip()
            self.say("writing…")
        self.text += text

    def _restart(self, reason: str) -> None:
        """What came is withdrawn: away with it, and say why."""
        if not self._first:
            self._first, self.text = True, ""
        self.restarts.append(reason)
        self.say(reason)

    def ended(self) -> None:
        """The caption is complete."""
        done = self.refinement.current
        if self._first:
            self.failed(f"the source gave no caption · {AGAIN}")
        elif done is not None and done.cached:
            self.say(f"{CACHED} · Ctrl+R asks the source")
        else:
            self.say(self._ending)

    def failed(self, why: str) -> None:
        """The source gave up."""
        self.broken = True
        self.say(why, error=True)

    def settle(self) -> None:
        """Nothing comes in any more, whatever the reason: what came is a version."""
        self.running = False
        if self._keep_up():
            self.at = len(self._texts) - 1
            self._texts[self.at] = self.text
        self.point()

    def let_go(self) -> None:
        """Take nothing more of what is coming in."""
        self.runs += 1
        self.settle()

    def _keep_up(self) -> bool:
        """Know of all versions, those of a source that was stopped included."""
        made, known = self.refinement.versions, len(self._texts)
        self._texts += [clean(each.text) for each in made[known:]]
        return len(self._texts) > known

    def point(self) -> None:
        """Say which version the text comes from."""
        if self.at >= 0:
            self.refinement.current = self.refinement.versions[self.at]

    # -- the person

    def edit(self, text: str) -> None:
        """The text was changed by hand, which takes over from a source."""
        self.text, self.broken, self.outcome = text, False, "open"
        self.unkept = True
        if self.running:
            self.say(TOOK_OVER)
        if self.at >= 0 and (self._first or not self.running):
            self._texts[self.at] = text

    def walk(self, step: int) -> bool:
        """Show an earlier or later version; False when there is none."""
        self._keep_up()
        to = self.at + step
        if self.running or not 0 <= to < len(self._texts):
            return False
        self._show(to)
        self.say("")
        return True

    def take_version(self, made: Caption) -> None:
        """Use a caption that was made elsewhere, such as beside this one."""
        self._keep_up()
        self.refinement.versions.append(made)
        self._keep_up()
        self.broken, self.outcome = False, "open"
        self._show(len(self._texts) - 1)

    def _show(self, at: int) -> None:
        self.at = at
        self.text = self._texts[at]
        self.point()

    @property
    def has_failed(self) -> bool:
        """Whether a source was asked and gave nothing that could be used as it is."""
        return self.begun and not self.running and (self.broken or not self.caption)

    @property
    def numbering(self) -> str:
        """Which version of how many; empty while there is only one."""
        count = len(self._texts)
        return f"version {self.at + 1} of {count}" if count > 1 and not self.running else ""

    @property
    def label(self) -> str:
        """What is inserted, and which template and rules make it so."""
        refinement = self.refinement
        names = [name for name, text in refinement.templates.items() if text == refinement.template]
        usual = next(iter(refinement.templates), "")
        template = f" · {names[0]}" if names and names[0] != usual else ""
        changes = ", ".join(CHANGES[name] for name in refinement.cleanup.changes(self.text.strip()))
        rules = f" · {changes} (Ctrl+L)" if changes else ""
        return f"The message{template}{rules}"

    @property
    def caption(self) -> str:
        """What would be kept."""
        return self.refinement.caption(self.text)

    @property
    def words(self) -> tuple[str, bool]:
        """How long the caption is, and whether that is more than wanted."""
        caption, most = self.caption, self.refinement.word_limit
        count = len(caption.split())
        limit = f" of {most}" if most else ""
        noun = "word" if count == 1 and not most else "words"
        return f"{count}{limit} {noun} · {len(caption)} characters", bool(most and count > most)
