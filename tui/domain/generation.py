"""What is asked of a model and what comes back, whatever the protocol."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal

from tui.domain.image import Image

Role = Literal["system", "user", "assistant"]
FinishReason = Literal[
    "stop", "length", "content_filter", "refusal", "error", "cancelled", "incomplete"
]
"""`incomplete`: the stream ended without the protocol's end sign."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the prompt."""

    role: Role
    text: str
    images: tuple[Image, ...] = ()
    """Only with role `user`."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to choose tokens; None leaves the server's default."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    """Longest answer in tokens."""
    seed: int | None = None
    stop: tuple[str, ...] = ()
    top_k: int | None = None
    min_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    repetition_penalty: float | None = None
    """1.0 changes nothing."""
    reasoning_effort: str = ""
    """The provider's own word: "none", "low", "medium", "high"; empty: its default."""

    def over(self, other: Sampling) -> Sampling:
        """This one, with what it leaves open taken from another."""
        empty = (None, (), "")
        chosen = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if getattr(self, each.name) not in empty
        }
        return replace(other, **chosen)


DEFAULTS = Sampling()
"""Everything as the server has it."""


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A prompt for a chat model."""

    turns: tuple[Turn, ...]
    sampling: Sampling = DEFAULTS
    captions: bool = False
    """Whether a caption is wanted rather than a reply."""
    others: tuple[str, ...] = ()
    """Names of whom the model shall not speak for, where a service knows no roles."""


@dataclass(frozen=True, slots=True)
class Started:
    """The server began to answer."""

    id: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer. Already cleaned by the adapter."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of the model's thinking. Already cleaned by the adapter."""

    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Work before or between deltas: loading, downloading, prompt processing."""

    label: str
    """A few words for people: "loading the model"."""
    done: float = 0.0
    total: float | None = None
    """In the same unit as `done`; None when unknown."""
    unit: Literal["", "bytes", "tokens", "seconds"] = ""


@dataclass(frozen=True, slots=True)
class Restarted:
    """What came so far is withdrawn: another source, or another try, begins."""

    reason: str
    """Why, in a few words for people."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them."""

    input: int | None = None
    output: int | None = None
    reasoning: int | None = None
    cost: float | None = None
    """US dollars, where the provider reports it."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is over. Exactly one, and last, unless an AppError is raised instead."""

    reason: FinishReason
    raw: str = ""
    """The server's own word for it."""
    usage: Usage | None = None


GenerationEvent = Started | TextDelta | ReasoningDelta | Progress | Restarted | Finished
