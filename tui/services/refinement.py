"""A caption on its way to being accepted: what an editor shows, and what it can ask for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tui.domain.caption import Asked, Caption
from tui.domain.cleanup import CleanUp
from tui.domain.connection import Model
from tui.domain.generation import GenerationEvent, Progress
from tui.domain.image import Image

Start = Callable[[Asked], AsyncGenerator[GenerationEvent, None]]


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else who can be asked."""

    label: str
    """For people: a connection's name, or "local model"."""
    detail: str
    asked: Asked


@dataclass(slots=True)
class Refinement:
    """One picture, the captions that were made of it, and the means to make others."""

    image: Image
    prompt: str
    """What is asked when nothing else is said; macros are expanded."""
    start: Start
    """Caption the picture; when the stream ends, also early, `current` is what came of it."""
    preview: Callable[[str], str]
    """The message that a caption makes, as it will be inserted; goes by `template`."""
    source_label: str
    unexpanded: str = ""
    """The same prompt with its macros, for writing another one after it."""
    takes_prompt: bool = True
    """Whether what is asked makes a difference to the source that was asked last."""
    warning: str = ""
    """Shown once, e.g. that the template lacks `{{caption}}`."""
    note: str = ""
    """Why the offline description answers, and what to do about it; else empty."""
    download: Callable[[], AsyncGenerator[Progress, None]] | None = None
    """Fetch the local model; afterwards `start` uses it. None when there is nothing to fetch."""
    download_label: str = ""
    """"Xenova/vit-gpt2-image-captioning, 246 MB" or so."""
    current: Caption | None = None
    """The version that is being looked at."""
    versions: list[Caption] = field(default_factory=list)
    """All that were made, the oldest first; none is ever lost."""
    left: str = ""
    """What stood in the editor when it was discarded; kept in the journal."""
    lost: str = ""
    """What was accepted and could not be kept."""
    write: Callable[[str], Awaitable[None]] | None = None
    """Keep in the journal what is being written by hand. Raises AppError."""
    position: tuple[int, int] = (1, 1)
    """Which of how many pictures."""
    revises: bool = False
    """An earlier caption is looked over: nobody is asked before the person wants it."""
    template: str = ""
    """Makes the message; the person may choose another."""
    templates: Mapping[str, str] = field(default_factory=dict)
    """Templates to choose from, by name."""
    presets: Mapping[str, str] = field(default_factory=dict)
    """Prompts to choose from, by name, with their macros."""
    cleanup: CleanUp = field(default_factory=CleanUp)
    """The rules in force; the person may switch them."""
    usual_cleanup: CleanUp = field(default_factory=CleanUp)
    """The rules by the settings."""
    word_limit: int = 0
    """How many words a caption should have at most; 0: any number."""
    others: Sequence[Other] = ()
    """Who else can be asked."""
    models: Callable[[], Awaitable[Sequence[Model]]] | None = None
    """What the captioning connection offers. Raises AppError."""
    beside: Callable[[], Refinement] | None = None
    """Another try on the same picture that leaves this one alone, for comparing."""
    question: Start | None = None
    """Ask something about the picture; the answer becomes no version of the caption."""

    def caption(self, text: str) -> str:
        """A text as it is kept as the caption: with the rules applied."""
        return self.cleanup.apply(text.strip())

    def message(self, text: str) -> str:
        """Exactly what is inserted when a text is accepted."""
        caption = self.caption(text)
        return self.preview(caption) if caption else ""

    def come_back(self, caption: Caption, reason: str) -> None:
        """Show an accepted caption that could not be kept to the person again, and why."""
        if caption not in self.versions:
            self.versions.append(caption)
        self.lost = caption.text.strip()
        self.current, self.revises, self.warning = caption, True, reason


@dataclass(frozen=True, slots=True)
class Refined:
    """How the refining of some pictures ended."""

    texts: Sequence[str | None]
    """For each picture what is kept as its caption; None: nothing."""
    cancelled: bool = False
    """The person did not want the rest; those accepted before stay accepted."""
    by_hand: bool = field(default=False, compare=False)
    """A person looked at them, who can be shown again what could not be kept."""
