"""What the services need from outside, as Protocols; adapters match them by shape.

The type checker proves the match in `tui/bootstrap.py`; the longest, that of the chats, stands in
`chat_store.py`. A port exists only where there are two implementations, the fake in `tests/fakes`
counted.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tui.domain.character import Character, Persona
from tui.domain.connection import Endpoint, FoundServer, Model
from tui.domain.errors import ConfigError
from tui.domain.generation import GenerationEvent, GenerationRequest, Progress
from tui.domain.image import Box, Image
from tui.domain.local_model import LocalModelState
from tui.domain.secret import Secret
from tui.services.refinement import Refined, Refinement

if TYPE_CHECKING:
    from tui.services.image_ports import ImagineFront


class ChatModel(Protocol):
    """A model that answers; made for one endpoint."""

    def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Stream an answer. Closing the generator closes the connection at once.

        Raises:
            ProviderError: Before or in mid-stream; text that came first stays valid.
        """
        ...


class Connector(Protocol):
    """Opens endpoints and asks servers what they offer."""

    def open(self, endpoint: Endpoint) -> ChatModel:
        """Give a model to talk to; nothing goes over the network yet."""
        ...

    async def models(self, endpoint: Endpoint) -> list[Model]:
        """List what the server offers. Raises ProviderError."""
        ...

    async def about(self, endpoint: Endpoint) -> str:
        """Say in a few words what answers there: kind, version, context. Raises ProviderError."""
        ...

    def pull(self, endpoint: Endpoint, model: str) -> AsyncGenerator[Progress, None]:
        """Fetch a model to the server; closing pauses, a next time goes on from there.

        Raises:
            ProviderError: Not possible there, no such model, or it broke off.
        """
        ...

    async def discover(self) -> list[FoundServer]:
        """Ask the well-known ports on loopback; at most a second; never raises."""
        ...

    async def aclose(self) -> None:
        """Close what is open."""
        ...


class OfflineModel(Protocol):
    """The tiny chat model that runs as a child process."""

    async def base_url(self) -> str:
        """Start the server if need be and give its address. Raises AppError."""
        ...

    @property
    def key(self) -> Secret:
        """The random key of this run."""
        ...

    def installed(self) -> bool:
        """Whether both the model file and the runtime are there."""
        ...

    async def aclose(self) -> None:
        """Stop the server."""
        ...


class OfflineInstaller(Protocol):
    """Fetches the tiny chat model."""

    def install(self) -> AsyncGenerator[Progress, None]:
        """Fetch the model's file into the data folder. Raises AppError."""
        ...

    def missing(self) -> str:
        """What is not there yet, in a line for people; empty when all is there."""
        ...


class Worker(Protocol):
    """The process that runs models."""

    async def aclose(self) -> None:
        """Stop it."""
        ...


class Captioner(Protocol):
    """A caption source."""

    @property
    def label(self) -> str:
        """For people: "offline description", "Ollama: moondream"."""
        ...

    @property
    def model(self) -> str:
        """Model id; empty where the source has none."""
        ...

    @property
    def takes_prompt(self) -> bool:
        """Whether what is asked makes a difference."""
        ...

    @property
    def fingerprint(self) -> str:
        """All that shapes a caption but picture, prompt and model: two that differ in it differ.

        Empty: captions are never taken from the cache.
        """
        ...

    def caption(self, image: Image, prompt: str) -> AsyncGenerator[GenerationEvent, None]:
        """Stream a caption of the picture. Raises AppError."""
        ...


class LocalCaptioner(Captioner, Protocol):
    """The source that runs a downloaded model on this machine."""

    async def state(self) -> LocalModelState:
        """Say whether the model is ready; looks at the disk only."""
        ...

    def download(self) -> AsyncGenerator[Progress, None]:
        """Fetch the model into the hub's cache. Raises AppError."""
        ...


class CaptionSources(Protocol):
    """Makes the sources by the settings in force."""

    def local(self) -> LocalCaptioner:
        """The local model."""
        ...

    def describe(self) -> Captioner:
        """The offline description."""
        ...

    def multimodal(self, endpoint: Endpoint, model: ChatModel, max_tokens: int) -> Captioner:
        """A chat model that sees, asked for a caption."""
        ...

    def horde(self, endpoint: Endpoint) -> Captioner:
        """Volunteers' machines, reached through the AI Horde."""
        ...

    def extras(self, endpoint: Endpoint) -> Captioner:
        """A server of SillyTavern-Extras."""
        ...


class ImageReader(Protocol):
    """Turns files into clean, bounded pictures."""

    async def read(self, path: Path) -> Image:
        """Open a file by its magic bytes. Raises ImageError, one line, for everything else."""
        ...

    async def crop(self, image: Image, box: Box) -> Image:
        """A part of a picture as one of its own, with a digest of its own. Raises ImageError."""
        ...

    def decode(self, data: bytes, name: str) -> Image:
        """Open what is in memory already; blocking, so call it in a thread. Raises ImageError."""
        ...


class ImageStore(Protocol):
    """Pictures, each kept once under its digest."""

    async def put(self, image: Image) -> None:
        """Keep the picture; a second time costs nothing. Raises StorageError."""
        ...

    async def get(self, digest: str) -> Image | None:
        """The picture, or None when it is gone."""
        ...

    def place(self, image: Image) -> Path:
        """Where the file of a picture is, once it is kept."""
        ...


class CharacterStore(Protocol):
    """Characters and personas as YAML files."""

    @property
    def problems(self) -> list[ConfigError]:
        """Files that the last reading skipped, each with its reason and place."""
        ...

    async def characters(self) -> list[Character]:
        """All that can be read; a broken file is skipped and kept in `problems`."""
        ...

    async def personas(self) -> list[Persona]:
        """All that can be read."""
        ...


class SecretStore(Protocol):
    """Where keys are kept."""

    async def resolve(self, reference: str, *, name: str, env: Sequence[str] = ()) -> Secret | None:
        """Find a key.

        Args:
            reference: `env:NAME`, `cmd:COMMAND`, `stored`, or empty for the usual variables.
            name: The connection's name, under which a stored key is kept.
            env: The provider's usual variables, tried in order when `reference` is empty.

        Raises:
            ConfigError: The variable is empty, the command failed, nothing is stored.
        """
        ...

    async def store(self, name: str, value: str) -> str:
        """Keep a key in the keychain or a 0600 file; gives back where, for people."""
        ...

    async def forget(self, name: str) -> None:
        """Remove a stored key."""
        ...


class Interaction(Protocol):
    """Questions to the person, with a screen or without one."""

    async def ask_prompt(self, default: str) -> str | None:
        """Ask what to ask about the picture; None: cancelled."""
        ...

    async def pick_image(self) -> Path | None:
        """Let a file be chosen; None: cancelled."""
        ...

    async def pick_images(self) -> tuple[Path, ...]:
        """Let one file or several be chosen; none: cancelled."""
        ...

    async def refine(self, refinements: Sequence[Refinement]) -> Refined:
        """Show captions as they come and let them be edited, one picture after the other."""
        ...

    def progress(self, event: Progress | None) -> None:
        """Show what is going on while nothing else does; None: over."""
        ...

    @property
    def imagining(self) -> ImagineFront:
        """Questions about pictures that are to be made."""
        ...
