"""Pictures from volunteers' machines, reached through AI Horde.

Source of the format: the server's own `/v2/generate`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from tui.adapters.http import Http
from tui.adapters.imagers import pictures, shapes, wishes
from tui.adapters.imagers.pictures import Addresses, Fetch
from tui.adapters.providers import calls
from tui.adapters.providers.horde import censored, standing
from tui.adapters.providers.horde_job import HordeJob, Sleep, Work
from tui.adapters.wire import as_text, items
from tui.domain.connection import Endpoint
from tui.domain.errors import Filtered
from tui.domain.generation import GenerationRequest, Progress
from tui.domain.imagining import ImagineEvent, Made, Wish

_STEP = 64
"""Sides are multiples of it."""
_LEAST_SIDE, _MOST_SIDE = 64, 3072
_MOST_STEPS = 500
_MOST_SKIP = 12
_NOTHING = GenerationRequest(())
"""No pictures go along."""


class HordeImages:
    """Has whichever machine is free make a picture."""

    def __init__(
        self,
        endpoint: Endpoint,
        client: Http,
        fetch: Fetch | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Make it; nothing goes over the network yet.

        Args:
            endpoint: Where pictures are asked for.
            client: Sends everything.
            fetch: Fetches the picture from where it was put; None: by https.
            sleep: Waits for so many seconds.
        """
        self._endpoint = endpoint
        self._client = client
        self._addresses = Addresses(endpoint, client, fetch)
        self._sleep = sleep
        self._origin = calls.origin_of(endpoint)

    async def imagine(self, wish: Wish) -> AsyncGenerator[ImagineEvent, None]:
        """Make one picture, waiting in the queue. Closing the generator calls it off.

        Raises:
            ProviderError: Refused, censored, failed, or no machine can do it.
        """
        job = HordeJob(self._endpoint, self._client, _WORK, self._sleep)
        body = build(self._endpoint, wish)
        async with aclosing(job.run(body, _NOTHING)) as steps:
            async for step in steps:
                yield step if isinstance(step, Progress) else await self._made(step.status)

    async def _made(self, status: Mapping[str, Any]) -> Made:
        said = next(iter(items(status.get("generations"))), None)
        if said is None:
            raise pictures.missing(self._origin)
        if censored(said):
            raise Filtered(
                f"a safety filter of {self._origin.label} withheld the picture",
                hint="say it in another way, or use another service",
                provider=self._origin.label,
            )
        text = as_text(said.get("img"))
        if text.startswith(("https:", "http:")):
            data = await self._addresses.picture(text)
        else:
            data = pictures.from_text(text, self._origin)
        seed = as_text(said.get("seed"))
        return Made(data, int(seed) if re.fullmatch(r"[0-9]{1,19}", seed) else None)


def build(endpoint: Endpoint, wish: Wish) -> dict[str, object]:
    """Put a wish into the protocol's form, within what the server takes.

    What the person adds to the connection's requests is for its chats, and left out here.
    """
    extra = dict(wish.extra)
    skip = wishes.whole(extra, "skip")
    params: dict[str, object] = {
        "n": 1,
        "width": shapes.stepped(wish.width, _STEP, _LEAST_SIDE, _MOST_SIDE),
        "height": shapes.stepped(wish.height, _STEP, _LEAST_SIDE, _MOST_SIDE),
        "steps": max(1, min(_MOST_STEPS, wish.steps)),
        "cfg_scale": max(0.0, min(100.0, wish.cfg)),
        "sampler_name": wish.sampler,
        "karras": wish.scheduler == "karras" if wish.scheduler else None,
        "seed": "" if wish.seed is None else str(wish.seed),
        "clip_skip": max(1, min(_MOST_SKIP, skip)) if skip else None,
        "hires_fix": wishes.is_on(extra, "hires") or None,
        "post_processing": ["GFPGAN"] if wishes.is_on(extra, "faces") else None,
    }
    rude = wishes.is_on(extra, "nsfw")
    model = wishes.model_of(endpoint, wish)
    return {
        "prompt": f"{wish.prompt} ### {wish.negative}" if wish.negative else wish.prompt,
        "params": {name: value for name, value in params.items() if value not in (None, "")},
        "models": [model] if model else [],
        "nsfw": rude,
        "censor_nsfw": not rude,
        "trusted_workers": False,
        "slow_workers": True,
        "r2": True,
    }


_WORK = Work(
    "/v2/generate",
    standing,
    "choose another model, or ask for less (a smaller picture, fewer steps)",
    question="check",
)
