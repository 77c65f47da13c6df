"""What services have in common that caption one picture at a time and take no prompt."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from urllib.parse import urlsplit

from tui.adapters.providers.prepared import Generates, PreparedChatModel, Preparer
from tui.domain.connection import Endpoint
from tui.domain.errors import CaptionError
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Started,
    TextDelta,
    Turn,
)
from tui.domain.image import Image
from tui.domain.safetext import clean


class ServiceCaptioner:
    """Sends a picture, made to fit, and gives what the service says of it."""

    takes_prompt = False
    model = ""
    """The services do not tell which they use."""

    def __init__(self, asks: Generates, endpoint: Endpoint, prepare: Preparer | None) -> None:
        """Make the source.

        Args:
            asks: Sends the picture of a request.
            endpoint: Where to.
            prepare: Makes pictures fit; None sends them as they are.
        """
        provider = endpoint.provider
        self._endpoint = endpoint
        self._asks = asks
        if prepare is not None:
            self._asks = PreparedChatModel(asks, provider.pictures, prepare, provider.label)

    @property
    def label(self) -> str:
        """For people."""
        return self._endpoint.provider.label

    @property
    def fingerprint(self) -> str:
        """Service, server and what is sent beside the picture; without any key."""
        endpoint = self._endpoint
        host = urlsplit(endpoint.url).netloc.rpartition("@")[2].lower()
        shaping = [endpoint.provider.id, host, endpoint.add_body, endpoint.drop_body]
        # As a digest, for people put keys into `add_body` too.
        text = json.dumps(shaping, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    async def caption(self, image: Image, prompt: str) -> AsyncGenerator[GenerationEvent, None]:
        """Caption the picture; the prompt is not sent, for nobody there would read it.

        Raises:
            CaptionError: The service gave no caption.
            ImageError: The picture cannot be made to fit.
            ProviderError: The service refused or failed.
        """
        request = GenerationRequest((Turn("user", "", (image,)),), captions=True)
        async with aclosing(self._asks.generate(request)) as events:
            async for event in events:
                yield event


def picture_of(request: GenerationRequest) -> str:
    """The request's one picture in base64."""
    return base64.b64encode(request.turns[-1].images[-1].data).decode("ascii")


def said(caption: str, label: str) -> Iterator[GenerationEvent]:
    """The events of a caption that came in one piece. Raises CaptionError for an empty one."""
    text = clean(caption).strip()
    if not text:
        raise CaptionError(
            f"{label} gave an empty caption", hint="try again, or use another caption source"
        )
    yield Started()
    yield TextDelta(text)
    yield Finished("stop")
