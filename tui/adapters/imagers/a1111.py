"""Pictures by a Stable Diffusion WebUI: AUTOMATIC1111's, Forge, SD.Next, KoboldCpp.

Source of the format: the WebUI's `/sdapi/v1`, which the others offer too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace

from tui.adapters.http import MAX_BODY, Call, Http, not_json
from tui.adapters.imagers import pictures, wishes
from tui.adapters.providers import address, bodies, calls
from tui.adapters.providers.a1111_models import without_api
from tui.adapters.wire import as_cost, as_count, as_dict, as_list, as_text, parse
from tui.domain.connection import Endpoint
from tui.domain.errors import Overloaded, ProtocolError, ProviderError
from tui.domain.generation import Progress
from tui.domain.imagining import ImagineEvent, Made, Preview, Wish

POLL_SECONDS = 1.0
"""Between two questions how far the picture is."""
_LOOK_SECONDS = 5.0
"""How long such a question may take: the picture may be there meanwhile."""
_ANY_SEED = -1


class A1111Images:
    """A server that makes one picture at a time."""

    def __init__(self, endpoint: Endpoint, client: Http, pause: float = POLL_SECONDS) -> None:
        """Make it; nothing goes over the network yet.

        Args:
            endpoint: Where it is.
            client: Sends the requests.
            pause: Seconds between two questions how far the picture is.
        """
        self._endpoint = endpoint
        self._client = client
        self._pause = pause
        self._origin = calls.origin_of(endpoint)
        self._sketch = ""

    async def imagine(self, wish: Wish) -> AsyncGenerator[ImagineEvent, None]:
        """Make one picture. Closing the generator interrupts the server.

        Raises:
            ProviderError: Refused, out of memory, broken off, or what came is no picture.
        """
        body = build(self._endpoint, wish)
        yield Progress(f"{self._origin.label} is at work")
        work = asyncio.create_task(self._ask(body))
        work.add_done_callback(_looked_at)
        try:
            while not (await asyncio.wait({work}, timeout=self._pause))[0]:
                for event in await self._standing():
                    yield event
            yield self._made(await work)
        except ProviderError as error:
            raise self._in_words(error) from error
        finally:
            if not work.done():
                work.cancel()
                self._client.fire(replace(self._call("interrupt", {}), read_seconds=2.0))

    def _call(self, name: str, body: Mapping[str, object] | None = None) -> Call:
        root = address.root(self._endpoint.provider, self._endpoint.url)
        return calls.making(self._endpoint, f"{root}/sdapi/v1/{name}", body)

    async def _ask(self, body: Mapping[str, object]) -> bytes:
        data = b""
        call = self._call("txt2img", body)
        async with aclosing(pictures.body_of(self._client, call, MAX_BODY)) as steps:
            async for step in steps:
                data = step if isinstance(step, bytes) else data
        return data

    async def _standing(self) -> list[ImagineEvent]:
        """How far it is, with the picture so far; nothing where the server does not tell."""
        call = replace(self._call("progress"), whole_seconds=_LOOK_SECONDS, retries=0)
        try:
            said = as_dict(await self._client.json(call))
        except ProviderError:
            return []
        events: list[ImagineEvent] = []
        state = as_dict(said.get("state"))
        step, steps = as_count(state.get("sampling_step")), as_count(state.get("sampling_steps"))
        eta = as_cost(said.get("eta_relative"))
        rest = f", about {eta:.0f} s" if eta and eta >= 1 else ""
        if steps:
            done = min(step or 0, steps)
            events.append(Progress(f"step {done} of {steps}{rest}", done, steps))
        sketch = as_text(said.get("current_image"))
        data = pictures.decoded(sketch) if sketch and sketch != self._sketch else None
        if data:
            self._sketch = sketch
            events.append(Preview(data))
        return events

    def _made(self, data: bytes) -> Made:
        try:
            said = as_dict(parse(data))
        except ValueError as error:
            raise not_json(data, self._origin) from error
        images = as_list(said.get("images"))
        if not images or not as_text(images[0]):
            raise ProtocolError(
                f"{self._origin.label} made no picture",
                hint="look at the server's own messages; has it loaded a model that makes them?",
                provider=self._origin.label,
            )
        try:
            info = as_dict(parse(as_text(said.get("info")) or "{}"))
        except ValueError:
            info = {}
        return Made(pictures.from_text(images[0], self._origin), as_count(info.get("seed")))

    def _in_words(self, error: ProviderError) -> ProviderError:
        if error.status == 404:
            return without_api(self._endpoint)
        if error.status == 500 and "OutOfMemory" in error.message:
            return Overloaded(
                f"{self._origin.label} ran out of graphics memory",
                hint="ask for a smaller picture",
                provider=self._origin.label,
                status=500,
            )
        return error


def _looked_at(work: asyncio.Task[bytes]) -> None:
    """Of work that was left nobody asks any more how it failed."""
    if not work.cancelled():
        work.exception()


def build(endpoint: Endpoint, wish: Wish) -> dict[str, object]:
    """Put a wish into the protocol's form; what is not named is left to the server."""
    extra = dict(wish.extra)
    body: dict[str, object] = {
        "prompt": wish.prompt,
        "negative_prompt": wish.negative,
        "steps": wish.steps,
        "cfg_scale": wish.cfg,
        "width": wish.width,
        "height": wish.height,
        "seed": _ANY_SEED if wish.seed is None else wish.seed,
        "batch_size": 1,
        "n_iter": 1,
        "save_images": False,
        "sampler_name": wish.sampler,
        "scheduler": wish.scheduler,
        "denoising_strength": wishes.number(extra, "denoise"),
        "restore_faces": wishes.is_on(extra, "faces") or None,
    }
    if wishes.is_on(extra, "hires"):
        body |= {
            "enable_hr": True,
            "hr_scale": wishes.number(extra, "scale"),
            "hr_upscaler": extra.get("upscaler", ""),
            "hr_second_pass_steps": wishes.whole(extra, "2ndpass"),
        }
    settings: dict[str, object] = {
        "sd_model_checkpoint": wishes.model_of(endpoint, wish),
        "sd_vae": extra.get("vae", ""),
        "CLIP_stop_at_last_layers": wishes.whole(extra, "skip"),
    }
    if changed := _named(settings):
        body |= {"override_settings": changed, "override_settings_restore_afterwards": True}
    named = {**_named(body), "negative_prompt": wish.negative}
    return named if endpoint.provider.chats else bodies.shape(endpoint, named)


def _named(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value not in (None, "")}
