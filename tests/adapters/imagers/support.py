"""What the tests of the services that make pictures share."""

from __future__ import annotations

import base64
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Protocol

import pytest

from tests.adapters.pictures import encoded, flat
from tests.adapters.providers.support import KEY, endpoint
from tui.domain.connection import Endpoint
from tui.domain.errors import AppError, ImageError, ProviderError
from tui.domain.generation import Progress
from tui.domain.imagining import ImagineEvent, Made, Preview, Wish
from tui.services.image_ports import ImageGenerator

PNG = encoded(flat(), "PNG")
JPEG = encoded(flat(), "JPEG")
B64 = base64.b64encode(PNG).decode()
SKETCH = base64.b64encode(JPEG).decode()
CAT = Wish("a “cat”, {{user}} | <b>", negative="dogs", seed=7)
PUBLIC = "https://pictures.example/cat.png"


class Opens(Protocol):
    def open(self, endpoint: Endpoint) -> ImageGenerator: ...


def at(provider: str, url: str = "http://127.0.0.1:1", key: str = KEY, **changes: Any) -> Endpoint:
    return replace(endpoint(provider, url, key), **{"model": "", **changes})


class Fetches:
    """Gives bytes for any address, and remembers which; an error where there are none."""

    def __init__(self, data: bytes | None = PNG) -> None:
        self._data = data
        self.urls: list[str] = []

    async def __call__(self, url: str, limit: int) -> bytes:
        assert limit == 25_000_000
        self.urls.append(url)
        if self._data is None:
            raise ImageError("10.0.0.1 is not on the public internet")
        return self._data


async def imagined(
    generator: ImageGenerator, wish: Wish = CAT, into: list[ImagineEvent] | None = None
) -> list[ImagineEvent]:
    found = [] if into is None else into
    async with aclosing(generator.imagine(wish)) as events:
        async for event in events:
            found.append(event)
    assert isinstance(found[-1], Made)
    assert sum(isinstance(event, Made) for event in found) == 1
    return found


async def made(generator: ImageGenerator, wish: Wish = CAT) -> Made:
    last = (await imagined(generator, wish))[-1]
    assert isinstance(last, Made)
    return last


async def fails(
    generator: ImageGenerator, kind: type[AppError], words: str, wish: Wish = CAT
) -> AppError:
    with pytest.raises(kind, match=words) as caught:
        await imagined(generator, wish)
    assert type(caught.value) is kind
    assert KEY not in caught.value.line()
    assert "\n" not in caught.value.message
    assert caught.value.hint or not isinstance(caught.value, ProviderError)
    return caught.value


def notes(events: list[ImagineEvent]) -> list[str]:
    return [event.label for event in events if isinstance(event, Progress)]


def previews(events: list[ImagineEvent]) -> list[bytes]:
    return [event.data for event in events if isinstance(event, Preview)]
