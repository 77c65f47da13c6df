"""Providers (services as declared in the catalogue) and connections (a person's choices)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui.domain.secret import Secret

Vision = Literal["yes", "no", "unknown"]
Protocol = Literal["openai", "ollama"]


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
    local: bool = False
    """Runs on the person's own machine: no read time-out, localhost by default."""
    strip_paths: tuple[str, ...] = ()
    """Trailing paths that people paste and that do not belong to the base."""
    add_path: str = ""
    """Version path the protocol lives under, added when the address lacks it."""
    max_tokens_key: str = "max_tokens"
    stream_usage: bool = True
    """Whether `stream_options.include_usage` may be sent."""
    headers: tuple[tuple[str, str], ...] = ()
    sees: tuple[str, ...] = ()
    """Model-name patterns (fnmatch, lower case) known to see pictures."""
    blind: tuple[str, ...] = ()
    """Patterns known not to see; asked after `sees`."""
    accepts: tuple[str, ...] = ("image/jpeg", "image/png")
    """Picture types that may be sent."""
    probe_ports: tuple[int, ...] = ()
    """Loopback ports where such a server usually listens."""


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
