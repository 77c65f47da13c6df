"""Every setting with its default, its unit and its line of help.

The dataclasses are the only declaration: `config.yaml` is checked against them by a test, the
settings screen is made from them, and the loader converts into them. A field's help is the
`help` in its metadata.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from tui.domain.caption import DEFAULT_PROMPT, DEFAULT_TEMPLATE
from tui.domain.connection import Vision

Source = Literal["local", "multimodal", "describe"]
SOURCES: tuple[Source, ...] = get_args(Source)
Send = Literal["auto", "picture", "caption", "both", "nothing"]
Images = Literal["auto", "blocks", "off"]
Dtype = Literal["auto", "q8", "int8", "uint8", "q4", "fp16", "fp32"]

DEFAULT_SYSTEM_PROMPT = (
    "Write {{char}}'s next reply in a conversation between {{char}} and {{user}}. "
    "Stay in character."
)


def _setting(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


def _section(kind: type, text: str) -> Any:
    return field(default_factory=kind, metadata={"help": text})


def _at_least(name: str, value: float | None, least: float) -> None:
    if value is not None and not value >= least:
        raise ValueError(f"{name} must be at least {least:g}")


def _between(name: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        raise ValueError(f"{name} must be between {least:g} and {most:g}")


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """One named connection under `connections:`."""

    provider: str = _setting("custom", "Which service it is: an id from the list of providers.")
    url: str = _setting("", "Address; empty for the provider's usual one.")
    key: str = _setting("", "env:NAME, cmd:COMMAND or stored; empty: the usual variable.")
    model: str = _setting("", "Model id as the server lists it.")
    vision: Vision = _setting("unknown", "Whether the model sees pictures: yes, no, unknown.")


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """How characters answer."""

    connection: str = _setting("", "Name of the connection that chats; empty: none yet.")
    character: str = _setting("salon", "Character of a new chat: a file name in characters/.")
    persona: str = _setting("you", "Who you are in a new chat: a file name in personas/.")
    system_prompt: str = _setting(
        DEFAULT_SYSTEM_PROMPT, "What the model is told first, unless the character has its own."
    )
    temperature: float | None = _setting(None, "Randomness, 0 to 2; empty: the server's default.")
    top_p: float | None = _setting(None, "Nucleus sampling, 0 to 1; empty: the server's default.")
    max_tokens: int | None = _setting(None, "Longest reply in tokens; empty: the server's.")
    context_tokens: int = _setting(8192, "How many tokens of chat are sent at most (estimated).")

    def __post_init__(self) -> None:
        _between("temperature", self.temperature, 0, 2)
        _between("top_p", self.top_p, 0, 1)
        _at_least("max_tokens", self.max_tokens, 1)
        _at_least("context_tokens", self.context_tokens, 256)


@dataclass(frozen=True, slots=True)
class CaptioningSettings:
    """How pictures are described."""

    source: Source = _setting(
        "local", "local (a model on this machine), multimodal (a connection) or describe."
    )
    connection: str = _setting("", "Connection for multimodal; empty: the one that chats.")
    prompt: str = _setting(DEFAULT_PROMPT, "What a multimodal model is asked about the picture.")
    ask_every_time: bool = _setting(False, "Ask for the prompt before each caption.")
    template: str = _setting(
        DEFAULT_TEMPLATE, "The message made of a caption; {{caption}} is where it goes."
    )
    edit_before_saving: bool = _setting(True, "Open the editor before a caption is inserted.")
    auto_caption: bool = _setting(False, "Caption attached pictures when the message is sent.")
    send: Send = _setting(
        "auto", "What the model gets: caption, picture, both, nothing; auto: both if it sees."
    )
    max_tokens: int = _setting(500, "Longest caption of a multimodal model in tokens.")

    def __post_init__(self) -> None:
        _at_least("max_tokens", self.max_tokens, 1)

    def wants_captions(self, *, sees: bool) -> bool:
        """Whether attached pictures are captioned before their message is sent.

        Args:
            sees: Whether the model that chats is known to see pictures.
        """
        if self.auto_caption or self.send in ("caption", "both"):
            return True
        return self.send == "auto" and not sees


@dataclass(frozen=True, slots=True)
class ExtrasSettings:
    """The local captioning model, under the name that SillyTavern gives it."""

    captioningModel: str = _setting(  # noqa: N815 - the name users of the original know
        "Xenova/vit-gpt2-image-captioning", "A hub id or a folder with an ONNX captioning model."
    )


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """How the local captioning model runs."""

    dtype: Dtype = _setting("auto", "Which of the model's files: auto takes the smallest good one.")
    num_beams: int = _setting(0, "Beams to search; 0: as the model says, 1: greedy.")
    max_new_tokens: int = _setting(0, "Longest caption in tokens; 0: as the model says.")
    idle_minutes: float = _setting(5.0, "How long the model stays in memory after a caption.")

    def __post_init__(self) -> None:
        _at_least("num_beams", self.num_beams, 0)
        _at_least("max_new_tokens", self.max_new_tokens, 0)
        _at_least("idle_minutes", self.idle_minutes, 0)


@dataclass(frozen=True, slots=True)
class ImagesSettings:
    """What pictures are taken in, and how they are prepared."""

    max_megabytes: int = _setting(64, "Largest file that is opened.")
    max_megapixels: int = _setting(64, "Largest picture that is decoded.")
    max_side: int = _setting(2048, "Longest side in pixels of what is kept and sent.")

    def __post_init__(self) -> None:
        _at_least("max_megabytes", self.max_megabytes, 1)
        _at_least("max_megapixels", self.max_megapixels, 1)
        _at_least("max_side", self.max_side, 64)


@dataclass(frozen=True, slots=True)
class UiSettings:
    """How it looks."""

    theme: str = _setting("salon-dark", "A theme's name; F2 shows them all.")
    images: Images = _setting("auto", "Pictures in the transcript: auto, blocks or off.")
    probe_local_servers: bool = _setting(
        True, "Look for local model servers on this machine's own ports at start."
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole tree; replaced whole when something changes."""

    connections: dict[str, ConnectionSettings] = field(
        default_factory=dict, metadata={"help": "Servers to talk to, as many as you like."}
    )
    chat: ChatSettings = _section(ChatSettings, "How characters answer.")
    captioning: CaptioningSettings = _section(CaptioningSettings, "How pictures are described.")
    extras: ExtrasSettings = _section(ExtrasSettings, "The local captioning model.")
    local: LocalSettings = _section(LocalSettings, "How the local captioning model runs.")
    images: ImagesSettings = _section(
        ImagesSettings, "What pictures are taken in, and how they are prepared."
    )
    ui: UiSettings = _section(UiSettings, "How it looks.")
    keys: dict[str, str] = field(
        default_factory=dict, metadata={"help": "Keys moved to others: action id: key."}
    )
