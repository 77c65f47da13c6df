"""Pictures by Pollinations: one GET, whose answer is the picture.

Source of the format: `https://gen.pollinations.ai/image/PROMPT`, and the older
`https://image.pollinations.ai/prompt/PROMPT`, which wants no key.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import quote, urlencode, urlsplit

from tui.adapters.http import Http
from tui.adapters.imagers import pictures, wishes
from tui.adapters.providers import calls
from tui.domain.connection import Endpoint
from tui.domain.errors import BadRequest
from tui.domain.generation import Progress
from tui.domain.imagining import ImagineEvent, Made, Wish

MOST_BYTES = 6000
"""Of a prompt once it stands in an address; longer ones are refused there without a word."""


class PollinationsImages:
    """A model that makes pictures at Pollinations."""

    def __init__(self, endpoint: Endpoint, client: Http) -> None:
        self._endpoint = endpoint
        self._client = client
        self._origin = calls.origin_of(endpoint)

    async def imagine(self, wish: Wish) -> AsyncGenerator[ImagineEvent, None]:
        """Make one picture.

        Raises:
            ProviderError: Refused, filtered, broken off, or what came is no picture.
        """
        seed = wishes.seed_of(wish) % 2**31
        call = calls.making(
            self._endpoint, address(self._endpoint, wish, seed), headers={"Accept": "image/*"}
        )
        yield Progress(f"{self._origin.label} is at work")
        async with aclosing(pictures.body_of(self._client, call)) as steps:
            async for step in steps:
                if isinstance(step, Progress):
                    yield step
                else:
                    yield Made(pictures.checked(step, call.origin), seed)


def address(endpoint: Endpoint, wish: Wish, seed: int) -> str:
    """The picture's address. The key is not part of it.

    Raises:
        BadRequest: The prompt is too long for one.
    """
    prompt = quote(wish.prompt, safe="")
    if len(prompt) > MOST_BYTES:
        raise BadRequest(
            f"the prompt is too long for {endpoint.provider.label}",
            hint="shorten it, or use another service",
            provider=endpoint.provider.label,
        )
    values = {
        "model": wishes.model_of(endpoint, wish),
        "width": str(wish.width),
        "height": str(wish.height),
        "seed": str(seed),
        "negative_prompt": wish.negative,
        "nologo": "true",
    }
    query = urlencode({name: text for name, text in values.items() if text})
    return f"{root(endpoint)}/{'prompt' if is_old(endpoint) else 'image'}/{prompt}?{query}"


def root(endpoint: Endpoint) -> str:
    """The address without the version path, which is for chats."""
    return endpoint.url.removesuffix("/v1")


def is_old(endpoint: Endpoint) -> bool:
    """Whether it is the older service, which wants no key."""
    return (urlsplit(endpoint.url).hostname or "").startswith("image.")
