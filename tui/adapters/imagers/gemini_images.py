"""Pictures by Gemini's models, in an answer, or by Imagen's.

Source of the format: the Gemini API's `generateContent` with `responseModalities`, and `predict`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import quote

from tui.adapters.failures import Answer, refusal
from tui.adapters.http import MAX_BODY, Call, Http, not_json
from tui.adapters.imagers import pictures, shapes, wishes
from tui.adapters.imagers.openai_images import no_model
from tui.adapters.providers import calls
from tui.adapters.providers.gemini_stream import CandidateReader
from tui.adapters.wire import as_dict, as_text, items, parse
from tui.domain.connection import Endpoint
from tui.domain.errors import BadRequest, Filtered
from tui.domain.generation import Finished, Progress, TextDelta
from tui.domain.imagining import ImagineEvent, Made, Wish
from tui.domain.safetext import clean_line

_IMAGEN_RATIOS = ("1:1", "3:4", "4:3", "9:16", "16:9")
_SEEDS = 2**31
"""A larger one is refused; those of other services go up to 2**32 and beyond."""
_SHAPE = re.compile(r"aspect.?ratio|image.?config", re.IGNORECASE)
"""How models that make one shape only complain of another."""


class GeminiImages:
    """A model that makes pictures, at AI Studio or at Vertex AI."""

    def __init__(self, endpoint: Endpoint, client: Http) -> None:
        self._endpoint = endpoint
        self._client = client
        self._origin = calls.origin_of(endpoint)

    async def imagine(self, wish: Wish) -> AsyncGenerator[ImagineEvent, None]:
        """Make one picture; of the model's own shape where it has only one.

        Raises:
            ProviderError: Refused, filtered, broken off, or what came is no picture.
        """
        model = wishes.model_of(self._endpoint, wish).removeprefix("models/")
        if not model:
            raise no_model(self._endpoint)
        yield Progress(f"{self._origin.label} is at work")
        imagen = model.lower().startswith("imagen")
        config = _config(wish)
        while True:
            body = _imagen(wish) if imagen else _content(wish, config)
            try:
                async with aclosing(self._attempt(model, imagen, body)) as events:
                    async for event in events:
                        yield event
                return
            except BadRequest as error:
                if imagen or "imageConfig" not in config or not _SHAPE.search(error.message):
                    raise
            del config["imageConfig"]
            yield Progress("asking again for its own shape")

    async def _attempt(
        self, model: str, imagen: bool, body: Mapping[str, object]
    ) -> AsyncGenerator[ImagineEvent, None]:
        method = "predict" if imagen else "generateContent"
        endpoint = replace(self._endpoint, model=model)
        url = f"{endpoint.url}/models/{quote(model, safe='')}:{method}"
        call = calls.making(endpoint, url, body)
        async with aclosing(pictures.body_of(self._client, call, MAX_BODY)) as steps:
            async for step in steps:
                if isinstance(step, Progress):
                    yield step
                    continue
                said = _parsed(step, call)
                yield self._predicted(said) if imagen else self._answered(said, call)

    def _answered(self, said: Mapping[str, object], call: Call) -> Made:
        """The picture among the parts of an answer; a thought's sketches are none."""
        candidate = next(iter(items(said.get("candidates"))), {})
        for part in items(as_dict(candidate.get("content")).get("parts")):
            data = as_text(as_dict(part.get("inlineData")).get("data"))
            if data and part.get("thought") is not True:
                return Made(pictures.from_text(data, self._origin))
        # Without one it is an answer like any other: blocked, refused in words, or an error.
        reader = CandidateReader(call.origin)
        events = [*reader.read(said), *reader.finish()]
        words = "".join(event.text for event in events if isinstance(event, TextDelta))
        ended = next((event.raw for event in events if isinstance(event, Finished)), "")
        raise pictures.missing(self._origin, words or ("" if ended == "STOP" else ended))

    def _predicted(self, said: Mapping[str, object]) -> Made:
        if said.get("error"):
            raise refusal(Answer(200, said), self._origin)
        first = next(iter(items(said.get("predictions"))), {})
        if data := as_text(first.get("bytesBase64Encoded")):
            return Made(pictures.from_text(data, self._origin))
        why = clean_line(as_text(first.get("raiFilteredReason")), 200)
        raise Filtered(
            f"a safety filter of {self._origin.label} refused" + (f" ({why})" if why else ""),
            hint="say it in another way, or choose another model",
            provider=self._origin.label,
        )


def _config(wish: Wish) -> dict[str, object]:
    ratio = shapes.nearest(wish.width, wish.height, shapes.RATIOS)
    config: dict[str, object] = {
        "responseModalities": ["TEXT", "IMAGE"],
        "imageConfig": {"aspectRatio": ratio},
    }
    return config if wish.seed is None else {**config, "seed": wish.seed % _SEEDS}


def _content(wish: Wish, config: Mapping[str, object]) -> dict[str, object]:
    turn = {"role": "user", "parts": [{"text": wish.prompt}]}
    return {"contents": [turn], "generationConfig": dict(config)}


def _imagen(wish: Wish) -> dict[str, object]:
    ratio = shapes.nearest(wish.width, wish.height, _IMAGEN_RATIOS)
    parameters = {"sampleCount": 1, "aspectRatio": ratio, "includeRaiReason": True}
    return {"instances": [{"prompt": wish.prompt}], "parameters": parameters}


def _parsed(data: bytes, call: Call) -> dict[str, object]:
    try:
        payload = parse(data)
    except ValueError as error:
        raise not_json(data, call.origin) from error
    if isinstance(payload, list):
        payload = next(iter(payload), None)
    return as_dict(payload)
