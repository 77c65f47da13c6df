from __future__ import annotations

import io
from collections.abc import AsyncGenerator

from tests.fakes.models import picture
from tui.cli.console import Console
from tui.cli.interaction import SilentInteraction
from tui.domain.caption import Asked, Caption
from tui.domain.generation import Finished, GenerationEvent, Progress, TextDelta
from tui.services.refinement import Refinement


def silent() -> tuple[SilentInteraction, io.StringIO]:
    err = io.StringIO()
    return SilentInteraction(Console(io.StringIO(), err)), err


async def test_nothing_is_asked() -> None:
    interaction, err = silent()

    assert await interaction.ask_prompt("What is it?") == "What is it?"
    assert await interaction.pick_image() is None
    assert await interaction.pick_images() == ()
    assert err.getvalue() == ""


async def test_refining_takes_the_caption_as_it_comes() -> None:
    closed: list[bool] = []

    async def start(_asked: Asked) -> AsyncGenerator[GenerationEvent, None]:
        try:
            yield Progress("loading")
            yield TextDelta("a cat")
            refinement.current = Caption("a cat", "local", "local model", "tiny", "", 1.0)
            yield Finished("stop")
        finally:
            closed.append(True)

    refinement = Refinement(picture(), "", start, str, "local model")
    interaction, _ = silent()

    assert (await interaction.refine([refinement])).texts == ["a cat"]
    assert closed == [True]
