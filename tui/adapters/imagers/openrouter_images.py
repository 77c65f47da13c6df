"""Pictures through OpenRouter: by its call for pictures, else as the answer in a chat.

Source of the format: OpenRouter's `POST /images`, and `modalities` of its chat completions.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace

from tui.adapters.failures import Answer, refusal
from tui.adapters.http import MAX_BODY, Http, not_json
from tui.adapters.imagers import pictures, shapes, wishes
from tui.adapters.imagers.openai_images import no_model
from tui.adapters.imagers.pictures import Addresses, Fetch
from tui.adapters.providers import calls
from tui.adapters.wire import as_dict, as_text, items, parse
from tui.domain.connection import Endpoint
from tui.domain.errors import BadRequest, ModelNotFound, ProtocolError
from tui.domain.generation import Progress
from tui.domain.imagining import ImagineEvent, Made, Wish

_NOT_THERE = (404, 405)
_ATTEMPTS = (["image", "text"], ["image"])
"""Some models only ever answer with pictures, and are not found by those who want text too."""


class OpenRouterImages:
    """A model that makes pictures, whoever serves it."""

    def __init__(self, endpoint: Endpoint, client: Http, fetch: Fetch | None = None) -> None:
        self._endpoint = endpoint
        self._client = client
        self._addresses = Addresses(endpoint, client, fetch)
        self._origin = calls.origin_of(endpoint)

    async def imagine(self, wish: Wish) -> AsyncGenerator[ImagineEvent, None]:
        """Make one picture.

        Raises:
            ProviderError: Refused, filtered, broken off, or what came is no picture.
        """
        model = wishes.model_of(self._endpoint, wish)
        if not model:
            raise no_model(self._endpoint)
        yield Progress(f"{self._origin.label} is at work")
        asked = [("/images", _plain(model, wish))]
        asked += [("/chat/completions", _chat(model, wish, kinds)) for kinds in _ATTEMPTS]
        for number, (path, body) in enumerate(asked, 1):
            try:
                async with aclosing(self._attempt(path, body)) as events:
                    async for event in events:
                        yield event
                return
            except (BadRequest, ModelNotFound, ProtocolError) as error:
                if error.status not in _NOT_THERE or number == len(asked):
                    raise
            yield Progress("asking for it in a chat")

    async def _attempt(
        self, path: str, body: Mapping[str, object]
    ) -> AsyncGenerator[ImagineEvent, None]:
        endpoint = replace(self._endpoint, model=as_text(body.get("model")))
        call = calls.making(endpoint, endpoint.url + path, body)
        async with aclosing(pictures.body_of(self._client, call, MAX_BODY)) as steps:
            async for step in steps:
                yield step if isinstance(step, Progress) else await self._made(step)

    async def _made(self, data: bytes) -> Made:
        try:
            said = as_dict(parse(data))
        except ValueError as error:
            raise not_json(data, self._origin) from error
        choice = next(iter(items(said.get("choices"))), {})
        if said.get("error") or choice.get("error"):
            raise refusal(Answer(200, said if said.get("error") else choice), self._origin)
        entry = next(iter(items(said.get("data"))), {})
        if text := as_text(entry.get("b64_json")):
            return Made(pictures.from_text(text, self._origin))
        message = as_dict(choice.get("message"))
        shown = as_dict(next(iter(items(message.get("images"))), {}).get("image_url"))
        url = as_text(entry.get("url")) or as_text(shown.get("url"))
        if not url:
            words = as_text(message.get("refusal")) or as_text(message.get("content"))
            raise pictures.missing(self._origin, words)
        return Made(await self._addresses.picture(url))


def _plain(model: str, wish: Wish) -> dict[str, object]:
    body: dict[str, object] = {
        "model": model,
        "prompt": wish.prompt,
        "n": 1,
        "aspect_ratio": shapes.nearest(wish.width, wish.height, shapes.RATIOS),
    }
    if wish.seed is not None:
        body["seed"] = wish.seed
    known = ("quality", "resolution", "output_format")
    return body | {name: text for name, text in wish.extra if name in known and text}


def _chat(model: str, wish: Wish, modalities: list[str]) -> dict[str, object]:
    body: dict[str, object] = {
        "model": model,
        "messages": [{"role": "user", "content": wish.prompt}],
        "modalities": modalities,
        "image_config": {"aspect_ratio": shapes.nearest(wish.width, wish.height, shapes.RATIOS)},
        "stream": False,
    }
    return body if wish.seed is None else {**body, "seed": wish.seed}
