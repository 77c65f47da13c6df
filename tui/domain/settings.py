"""Every setting with its default, its unit and its line of help.

The dataclasses are the only declaration: `config.yaml` is checked against them by a test, the
settings screen is made from them, and the loader converts into them. A field's help is the
`help` in its metadata.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from tui.domain.caption import DEFAULT_PROMPT, DEFAULT_TEMPLATE
from tui.domain.connection import Vision
from tui.domain.fate import Send
from tui.domain.generation import Sampling
from tui.domain.imagine_settings import ImagineSettings
from tui.domain.setting_fields import at_least as _at_least
from tui.domain.setting_fields import between as _between
from tui.domain.setting_fields import mapping as _mapping
from tui.domain.setting_fields import section as _section
from tui.domain.setting_fields import setting as _setting

Source = Literal["local", "multimodal", "horde", "extras", "describe", "chain"]
SOURCES: tuple[Source, ...] = get_args(Source)
SAMPLING = tuple(each.name for each in fields(Sampling))
"""Names that a connection's settings share with `Sampling`."""
Images = Literal["auto", "kitty", "sixel", "iterm2", "blocks", "off"]
Dtype = Literal["auto", "q8", "int8", "uint8", "q4", "fp16", "fp32"]

DEFAULT_SYSTEM_PROMPT = (
    "Write {{char}}'s next reply in a conversation between {{char}} and {{user}}. "
    "Stay in character."
)


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """One named connection under `connections:`."""

    provider: str = _setting("custom", "Which service it is: an id from the list of providers.")
    url: str = _setting("", "Address; empty for the provider's usual one.")
    key: str = _setting("", "env:NAME, cmd:COMMAND or stored; empty: the usual variable.")
    model: str = _setting("", "Model id as the server lists it.")
    vision: Vision = _setting("unknown", "Whether the model sees pictures: yes, no, unknown.")
    proxy: str = _setting("", "Address of a reverse proxy in place of the provider's own.")
    proxy_key: str = _setting("", "The proxy's password, named like `key`; the real key stays.")
    temperature: float | None = _setting(None, "Randomness, 0 to 2; empty: as in chat.")
    top_p: float | None = _setting(None, "Nucleus sampling, 0 to 1; empty: as in chat.")
    top_k: int | None = _setting(None, "Choose among the K likeliest tokens.")
    min_p: float | None = _setting(None, "Least share of the likeliest token's chance, 0 to 1.")
    presence_penalty: float | None = _setting(None, "Against words that were there, -2 to 2.")
    frequency_penalty: float | None = _setting(None, "Against words that come often, -2 to 2.")
    repetition_penalty: float | None = _setting(None, "Against repetition; 1: none.")
    seed: int | None = _setting(None, "The same seed gives the same answer, where supported.")
    max_tokens: int | None = _setting(None, "Longest answer in tokens; empty: as in chat.")
    stop: tuple[str, ...] = _setting((), "Texts at which an answer ends.")
    reasoning_effort: str = _setting("", "How long to think, in the provider's own word.")
    headers: dict[str, str] = _mapping("Further headers; a value may be env:NAME or cmd:COMMAND.")
    add_body: dict[str, Any] = _mapping("Further fields of each request's body.")
    drop_body: tuple[str, ...] = _setting((), "Fields to leave out of each request's body.")

    def __post_init__(self) -> None:
        _between("temperature", self.temperature, 0, 2)
        _between("top_p", self.top_p, 0, 1)
        _between("min_p", self.min_p, 0, 1)
        _between("presence_penalty", self.presence_penalty, -2, 2)
        _between("frequency_penalty", self.frequency_penalty, -2, 2)
        _at_least("top_k", self.top_k, 0)
        _at_least("max_tokens", self.max_tokens, 1)

    @property
    def sampling(self) -> Sampling:
        """What is chosen for this connection alone."""
        return Sampling(**{name: getattr(self, name) for name in SAMPLING})


def changed(settings: ConnectionSettings) -> dict[str, Any]:
    """What a connection has to say in `config.yaml`: its provider, and what is no default."""
    plain = ConnectionSettings()
    kept = {each.name: getattr(settings, each.name) for each in fields(settings)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in kept.items()
        if name == "provider" or value != getattr(plain, name)
    }


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """How characters answer."""

    connection: str = _setting("", "Name of the connection that chats; empty: none yet.")
    character: str = _setting("salon", "Character of a new chat: a file name in characters/.")
    persona: str = _setting("you", "Who you are in a new chat: a file name in personas/.")
    system_prompt: str = _setting(
        DEFAULT_SYSTEM_PROMPT, "What the model is told first, unless the character has its own."
    )
    macros: bool = _setting(
        True, "Whether macros such as {{time}} in a message are replaced when you send it."
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
class ChainStep:
    """One source of a chain."""

    source: Source = _setting("local", "A source, but not another chain.")
    connection: str = _setting("", "For multimodal, horde and extras; empty: the usual one.")
    model: str = _setting("", "For multimodal; empty: the connection's.")
    seconds: float = _setting(60.0, "Longest time for its caption; 0: no limit.")

    def __post_init__(self) -> None:
        _at_least("seconds", self.seconds, 0)
        if self.source == "chain":
            raise ValueError("source of a step cannot be a chain")


@dataclass(frozen=True, slots=True)
class CaptioningSettings:
    """How pictures are described."""

    source: Source = _setting(
        "local", "Who captions: local, multimodal (a connection), horde, extras, describe, chain."
    )
    connection: str = _setting("", "Connection for multimodal; empty: the one that chats.")
    model: str = _setting("", "Model for multimodal; empty: the connection's own.")
    chain: tuple[ChainStep, ...] = _setting((), "For the source chain: who is asked in turn.")
    cache: bool = _setting(True, "Give the same caption again instead of paying for it twice.")
    prompt: str = _setting(DEFAULT_PROMPT, "What a multimodal model is asked about the picture.")
    ask_every_time: bool = _setting(False, "Ask for the prompt before each caption.")
    template: str = _setting(
        DEFAULT_TEMPLATE, "The message made of a caption; {{caption}} is where it goes."
    )
    templates: dict[str, str] = _mapping("Further templates to choose from, by name.")
    presets: dict[str, str] = _mapping("Further prompts to choose from, by name.")
    language: str = _setting("English", "What {{language}} in prompts stands for.")
    drop_opening: bool = _setting(True, 'Leave out "The image shows" and the like.')
    banned_words: tuple[str, ...] = _setting((), "Words and phrases taken out of captions.")
    one_line: bool = _setting(False, "Put captions on one line.")
    prefix: str = _setting("", "Put in front of each caption.")
    suffix: str = _setting("", "Put behind each caption.")
    word_limit: int = _setting(0, "Warn in the editor of captions with more words; 0: never.")
    edit_before_saving: bool = _setting(True, "Open the editor before a caption is inserted.")
    auto_caption: bool = _setting(
        False, "Caption pictures in the background once they are attached; sending waits for it."
    )
    send: Send = _setting(
        "auto", "What the model gets: caption, picture, both, nothing; auto: both if it sees."
    )
    max_tokens: int = _setting(500, "Longest caption of a multimodal model in tokens.")

    def __post_init__(self) -> None:
        _at_least("max_tokens", self.max_tokens, 1)
        _at_least("word_limit", self.word_limit, 0)


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
    local_only: bool = _setting(False, "No picture leaves this machine, in any chat.")

    watch_folder: str = _setting(
        "", "A folder whose new pictures are attached, such as screenshots; empty: none."
    )

    def __post_init__(self) -> None:
        _at_least("max_megabytes", self.max_megabytes, 1)
        _at_least("max_megapixels", self.max_megapixels, 1)
        _at_least("max_side", self.max_side, 64)


@dataclass(frozen=True, slots=True)
class ScriptSettings:
    """How scripts run."""

    steps: int = _setting(
        100_000, "Commands after which a script is ended, so that none runs for ever."
    )
    strict_escaping: bool = _setting(
        False,
        "Whether \\\\ stands for \\ and quotes keep bars, as /parser-flag can say in a script.",
    )

    def __post_init__(self) -> None:
        _at_least("steps", self.steps, 1)


@dataclass(frozen=True, slots=True)
class UiSettings:
    """How it looks."""

    theme: str = _setting("salon-dark", "A theme's name; F2 shows them all.")
    images: Images = _setting(
        "auto", "How pictures are drawn: auto, kitty, sixel, iterm2, blocks or off."
    )
    probe_local_servers: bool = _setting(
        True, "Look for local model servers on this machine's own ports at start."
    )
    quick_replies: bool = _setting(False, "Show all quick replies as buttons above the prompt.")


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
    imagine: ImagineSettings = _section(ImagineSettings, "How pictures are made.")
    scripts: ScriptSettings = _section(ScriptSettings, "How scripts run.")
    ui: UiSettings = _section(UiSettings, "How it looks.")
    keys: dict[str, str] = field(
        default_factory=dict, metadata={"help": "Keys moved to others: action id: key."}
    )
