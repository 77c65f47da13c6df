"""Pictures by OpenAI's protocol, which others speak in part.

Source of the format: OpenAI's `POST /images/generations`, with `b64_json` or `url` in `data`,
or as a stream of `image_generation.partial_image` and `image_generation.completed`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

from tui.adapters.failures import Answer, Origin, ParameterRefused, refusal
from tui.adapters.http import Http
from tui.adapters.imagers import pictures, shapes, wishes
from tui.adapters.imagers.pictures import Addresses, Fetch
from tui.adapters.providers import calls
from tui.adapters.providers.exchange import Pieces
from tui.adapters.wire import as_dict, as_text, items
from tui.domain.connection import Endpoint
from tui.domain.errors import ModelNotFound
from tui.domain.generation import Progress
from tui.domain.imagining import ImagineEvent, Made, Preview, Wish
from tui.domain.safetext import clean

_PARTIAL = 2
"""Pictures that are sent before the last one; each costs a little."""
_KEPT = ("model", "prompt")
_CHOICES = ("quality", "style", "background", "moderation", "output_format")
"""Further values that are passed on under their own names."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What an answer gives for a picture: text in base64, or where it is."""

    text: str
    url: str
    prompt: str


class OpenAIImages:
    """A model that makes pictures at one endpoint."""

    def __init__(self, endpoint: Endpoint, client: Http, fetch: Fetch | None = None) -> None:
        self._endpoint = endpoint
        self._client = client
        self._addresses = Addresses(endpoint, client, fetch)
        self._origin = calls.origin_of(endpoint)

    async def imagine(self, wish: Wish) -> AsyncGenerator[ImagineEvent, None]:
        """Make one picture; a field that the server refuses by name is left out.

        Raises:
            ProviderError: Refused, filtered, broken off, or what came is no picture.
        """
        body = build(self._endpoint, wish)
        while True:
            try:
                async with aclosing(self._attempt(body)) as events:
                    async for event in events:
                        yield event
                return
            except ParameterRefused as error:
                body, name = _without(body, error.names)
                if not name:
                    raise
            yield Progress(f"asking again without {name}")

    async def _attempt(self, body: Mapping[str, object]) -> AsyncGenerator[ImagineEvent, None]:
        url = f"{self._endpoint.url}/images/generations"
        endpoint = replace(self._endpoint, model=as_text(body.get("model")))
        call = calls.making(endpoint, url, body)
        pieces = Pieces(call.origin)
        found: _Found | None = None
        yield Progress(f"{self._origin.label} is at work")
        async with aclosing(self._client.stream(call)) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, Progress):
                    yield chunk
                    continue
                for payload, event in pieces.feed(chunk):
                    if preview := _preview(payload, event):
                        yield preview
                    found = _read(payload, event, self._origin) or found
        for payload, event in pieces.close():
            found = _read(payload, event, self._origin) or found
        if found is None:
            raise pictures.missing(self._origin)
        yield await self._made(found)

    async def _made(self, found: _Found) -> Made:
        if found.text:
            data = pictures.from_text(found.text, self._origin)
        else:
            data = await self._addresses.picture(found.url)
        return Made(data, prompt=clean(found.prompt).strip())


def build(endpoint: Endpoint, wish: Wish) -> dict[str, object]:
    """Put a wish into the protocol's form, as far as the row knows it.

    What the person adds to the connection's requests is for its chats, and left out here.

    Raises:
        ModelNotFound: Nobody chose a model that makes pictures.
    """
    provider = endpoint.provider
    size = shapes.nearest(wish.width, wish.height, provider.image_sizes)
    values: dict[str, object] = {
        "size": size or f"{wish.width}x{wish.height}",
        "response_format": "b64_json",
        "partial_images": _PARTIAL,
        "negative_prompt": wish.negative,
        "steps": wish.steps,
        "cfg_scale": wish.cfg,
        "image_seed": -1 if wish.seed is None else wish.seed,
    }
    model = wishes.model_of(endpoint, wish)
    if not model and provider.draws:
        raise no_model(endpoint)
    body: dict[str, object] = {"model": model, "prompt": wish.prompt, "n": 1}
    body |= {name: values[name] for name in provider.image_fields if values[name] != ""}
    body |= {name: text for name, text in wish.extra if name in _CHOICES and text}
    if "partial_images" in body:
        body["stream"] = True
    return {name: value for name, value in body.items() if value != ""}


def no_model(endpoint: Endpoint) -> ModelNotFound:
    """The error where the connection's own model does not make pictures and no other is named."""
    label = endpoint.provider.label
    return ModelNotFound(
        f"no model of {label} is chosen that makes pictures",
        hint="name one of its image models (model=…, or in the settings)",
        provider=label,
    )


def _without(body: Mapping[str, object], refused: frozenset[str]) -> tuple[dict[str, object], str]:
    """The body without a field that was refused, and its name; "" when none can go."""
    name = next((key for key in body if key in refused and key not in _KEPT), "")
    gone = {"stream", "partial_images"} if name in {"stream", "partial_images"} else {name}
    return {key: value for key, value in body.items() if key not in gone}, name


def _read(payload: object, event: str, origin: Origin) -> _Found | None:
    """The picture of one piece of an answer. Raises ProviderError for an error."""
    said = as_dict(payload)
    entry = next(iter(items(said.get("data"))), said)
    text, url = as_text(entry.get("b64_json")), as_text(entry.get("url"))
    if said.get("error") or event == "error" or said.get("detail"):
        raise refusal(Answer(200, payload), origin)
    if _kind(said, event).endswith("partial_image") or not (text or url):
        return None
    return _Found(text, url, as_text(entry.get("revised_prompt")))


def _preview(payload: object, event: str) -> Preview | None:
    said = as_dict(payload)
    if not _kind(said, event).endswith("partial_image"):
        return None
    data = pictures.decoded(as_text(said.get("b64_json")))
    return Preview(data) if data else None


def _kind(said: Mapping[str, object], event: str) -> str:
    return as_text(said.get("type")) or event
