"""Providers (services as declared in the catalogue) and connections (a person's choices)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal
from urllib.parse import urlsplit

from tui.domain.generation import DEFAULTS, Sampling
from tui.domain.image import UNLIMITED, PictureLimits
from tui.domain.secret import Secret

Vision = Literal["yes", "no", "unknown"]
Protocol = Literal[
    "openai", "anthropic", "gemini", "cohere", "ollama", "horde", "extras", "a1111", "comfyui"
]
ImageProtocol = Literal[
    "", "openai", "openrouter", "gemini", "a1111", "comfyui", "horde", "pollinations"
]
"""How pictures are asked for; empty: there are none to be had."""
Auth = Literal["bearer", "basic", "x-api-key", "x-goog-api-key", "apikey"]
"""How a key is shown to the server; all but the first two are names of headers."""
ProxyUse = Literal["", "chat", "all"]
"""For what a reverse proxy may stand in; empty: for nothing."""
Probe = Literal["", "llamacpp", "koboldcpp", "lmstudio", "xai"]
"""An address beside the list of models that tells what a server sees."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One row of the catalogue: everything that differs between services, as data."""

    id: str
    """As written in config.yaml: "openai", "llamacpp"."""
    label: str
    """For people: "OpenAI", "llama.cpp"."""
    protocol: Protocol
    base_url: str
    """Default address with its version path; empty when the person must give one."""
    key_env: tuple[str, ...] = ()
    """Environment variables that usually hold the key, first found wins."""
    needs_key: bool = False
    auth: Auth = "bearer"
    anonymous_key: str = ""
    """Sent when there is no key; empty: none is sent."""
    note: str = ""
    """What a person should know before choosing it; empty: nothing special."""
    chats: bool = True
    """Whether it can answer in a chat; Extras only captions, some only make pictures."""
    pulls: bool = False
    """Whether models can be fetched through its API."""
    proxy: ProxyUse = ""
    proxy_auth: Auth | None = None
    """How a reverse proxy wants its password; None: as the provider wants its key."""
    local: bool = False
    """Runs on the person's own machine: no read time-out, localhost by default."""
    strip_paths: tuple[str, ...] = ()
    """Trailing paths that people paste and that do not belong to the base; * is anything."""
    add_path: str = ""
    """Version path the protocol lives under, added when the address lacks it."""
    stream_usage: bool = True
    """Whether `stream_options.include_usage` may be sent."""
    headers: tuple[tuple[str, str], ...] = ()
    extra_body: tuple[tuple[str, object], ...] = ()
    """Sent with every request; dropped when the server refuses it by name."""
    caption_body: tuple[tuple[str, object], ...] = ()
    """Sent with requests for a caption, below what the person chose."""
    knobs: tuple[str, ...] = ("temperature", "top_p", "max_tokens", "seed", "stop")
    """Fields of `Sampling` that the row knows; the others are neither offered nor sent."""
    wire_names: tuple[tuple[str, str], ...] = ()
    """What fields of `Sampling` are called in its requests, where that differs."""
    most_stops: int = 0
    """How many stop texts it takes, the first ones; 0: any number."""
    models_path: str = "/models"
    """Where the models are listed, below the base address."""
    probe: Probe = ""
    abort_path: str = ""
    """Where a generation is called off by its `genkey`, below the root; empty: closing does it."""
    hides: tuple[str, ...] = ()
    """Patterns of listed models that do not chat."""
    sees: tuple[str, ...] = ()
    """Model-name patterns (fnmatch, lower case) known to see pictures."""
    blind: tuple[str, ...] = ()
    """Patterns known not to see; asked before `sees`."""
    pictures: PictureLimits = UNLIMITED
    """What a picture must be like to be taken."""
    probe_ports: tuple[int, ...] = ()
    """Loopback ports where such a server usually listens."""
    images: ImageProtocol = ""
    """The protocol in which it makes pictures."""
    image_fields: tuple[str, ...] = ()
    """What a request for a picture may hold beside model and prompt, in OpenAI's protocol."""
    image_sizes: tuple[str, ...] = ()
    """The sizes that it makes, "1024x1024"; none: any."""
    image_models: str = ""
    """Where only those models are listed that make pictures; empty: with the others."""
    draws: tuple[str, ...] = ()
    """Patterns of its models that make pictures; none: what is chosen is taken to be one."""

    @property
    def captions_alone(self) -> bool:
        """Whether it captions by itself, without any model that is chosen for it."""
        return self.protocol in ("horde", "extras")

    @property
    def captions(self) -> bool:
        """Whether captions can be had from it at all."""
        return self.chats or self.captions_alone


@dataclass(frozen=True, slots=True)
class Model:
    """A model that a server offers."""

    id: str
    vision: Vision = "unknown"
    context: int | None = None
    """Longest prompt plus answer in tokens, where the server says."""
    label: str = ""


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A local server that answered on loopback."""

    provider: str
    """Id of the catalogue row."""
    label: str
    url: str
    """Base address, ready for a connection."""
    models: tuple[Model, ...]
    version: str = ""
    """As the server tells it; empty when it does not."""

    @property
    def seeing(self) -> int:
        """How many of its models are known to see pictures."""
        return sum(model.vision == "yes" for model in self.models)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A connection made ready to use: row, address, key and model together."""

    name: str
    """The connection's name in the settings."""
    provider: Provider
    url: str
    """Base address without a trailing slash, normalised."""
    key: Secret | None
    model: str
    """May be empty; then `models` can be asked for, but nothing generated."""
    vision: Vision = "unknown"
    """What the person or the server says of the model; the row's patterns come after."""
    proxied: bool = False
    """`url` and `key` are those of a reverse proxy, in place of the provider's own."""
    sampling: Sampling = DEFAULTS
    """The person's choices for this connection; what is None is left to the request."""
    headers: tuple[tuple[str, Secret], ...] = ()
    """Sent beside the usual ones, or instead of one of the same name."""
    add_body: Mapping[str, object] = field(default_factory=dict)
    """Merged into each request's body last."""
    drop_body: tuple[str, ...] = ()
    """Keys taken out of each request's body."""

    @property
    def stays_here(self) -> bool:
        """Whether what is sent remains on this machine, as far as one can tell."""
        hosted = self.model.lower().endswith(("-cloud", ":cloud"))  # Ollama passes these on
        if self.proxied:  # even one on this machine passes on what it gets
            return False
        return is_loopback(self.url) and not (self.provider.protocol == "ollama" and hosted)


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    name = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


_SEEING_NAMES = re.compile(
    r"vision|(^|[-_/])vl([-_.]|\d|$)|\dv([-_.:]|$)|llava|moondream|pixtral|minicpm-?v|internvl"
    r"|paligemma|gemma-?[34]|qwen[0-9.]*-?vl|qwen3\.[5-9]|llama-?3\.2-(11|90)b|llama-?4|molmo"
    r"|smolvlm|idefics|phi-?4-multimodal|glm-[0-9.]+v|mistral-(small|medium|large)-(3|25|26)"
    r"|ministral-(3|.*-25)|gpt-4o|gpt-4\.1|gpt-[5-9]|claude|gemini|grok-4|kimi-k2\.[5-9]"
)
"""Families of models known to see, whoever serves them."""


def vision_by_name(provider: Provider, model: str) -> Vision:
    """Guess from its name whether a model sees pictures: the row's patterns, then the families."""
    name = model.lower()
    if any(fnmatchcase(name, pattern) for pattern in provider.blind):
        return "no"
    if any(fnmatchcase(name, pattern) for pattern in provider.sees):
        return "yes"
    return "yes" if _SEEING_NAMES.search(name) else "unknown"
