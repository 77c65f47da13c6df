"""Quick replies: scripts and texts that have a name, in sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class QuickReply:
    """A script, or a text to send, with a name."""

    label: str
    script: str
    """Commands when it begins with a slash, else text for the prompt."""
    title: str = ""
    """What it does, in one line."""
    bar: bool = False
    """Whether it is a button above the prompt, whatever its set says."""
    hidden: bool = False
    """Never a button; `/run` finds it."""
    foreign: Mapping[str, object] = field(default_factory=dict)
    """What SillyTavern's file says of it beyond that; kept for the way back."""

    @property
    def is_script(self) -> bool:
        """Whether it is run; text goes into the prompt."""
        return self.script.lstrip().startswith("/")

    @property
    def digest(self) -> str:
        """Stands for the script, letter by letter."""
        import hashlib  # noqa: PLC0415 - rarely needed, and takes OpenSSL along

        return hashlib.sha256(self.script.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class QuickReplySet:
    """Quick replies that belong together: one file."""

    name: str
    replies: tuple[QuickReply, ...] = ()
    bar: bool = False
    """Whether its replies are buttons above the prompt."""
    insert: bool = False
    """A click puts text or script into the prompt and goes no further."""
    with_draft: bool = False
    """A click joins it with what stands in the prompt."""
    before_draft: bool = False
    """It goes in front of that."""
    foreign: Mapping[str, object] = field(default_factory=dict)
    """As in a reply."""
    id: str = ""
    """File name without its ending; empty until stored."""

    def get(self, label: str) -> QuickReply | None:
        """The reply of that label."""
        return next((each for each in self.replies if each.label == label), None)


@dataclass(frozen=True, slots=True)
class Found:
    """A quick reply and the set it is in."""

    among: QuickReplySet
    reply: QuickReply

    @property
    def name(self) -> str:
        """What `/run` calls it, whatever other sets hold: `Set.Label`."""
        return f"{self.among.name}.{self.reply.label}"


def every(sets: Iterable[QuickReplySet]) -> Iterator[Found]:
    """All replies, in order."""
    for each in sets:
        for reply in each.replies:
            yield Found(each, reply)


def find(sets: Iterable[QuickReplySet], name: str) -> Found | None:
    """The reply that a name means.

    Args:
        sets: Where to look, the first one first.
        name: `Set.Label` or `Label`; capitals count only where two differ in nothing else.
    """
    known = list(every(sets))
    spelled = [(found.name, found) for found in known]
    spelled += [(found.reply.label, found) for found in known]
    folded = name.casefold()
    exact = (found for spelling, found in spelled if spelling == name)
    alike = (found for spelling, found in spelled if spelling.casefold() == folded)
    return next(exact, None) or next(alike, None)
