"""Choosing how a picture is captioned next: by which prompt, by whom, by which model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import App

from tui.domain.connection import Model
from tui.domain.safetext import clean_line
from tui.services.refinement import Refinement
from tui.ui.captions.ask_prompt import AskPrompt
from tui.ui.widgets.choice_list import Choice, ChoiceList

Chosen = dict[str, Any]
"""Fields of `Asked` that are different from now on."""

_PROMPT, _OTHER, _WRITE, _MODEL = "prompt ", "other ", "write", "model"
_SEES = {"yes": "sees pictures", "no": "text only", "unknown": ""}


async def choices(app: App[Any], refinement: Refinement, title: str) -> Chosen | None:
    """Show everything there is to choose from; must run inside a worker.

    Args:
        app: Screens are pushed on it.
        refinement: Knows what there is.
        title: Of the list.

    Returns:
        What is different; None: nothing was chosen.

    Raises:
        AppError: The models could not be listed.
    """
    chosen: str | None = await app.push_screen_wait(ChoiceList(title, _rows(refinement)))
    if chosen is None:
        return None
    if chosen == _WRITE:
        written: str | None = await app.push_screen_wait(AskPrompt(refinement.unexpanded))
        return {"prompt": written, "preset": ""} if written else None
    if chosen == _MODEL:
        return await _model(app, refinement)
    if chosen.startswith(_PROMPT):
        name = chosen.removeprefix(_PROMPT)
        return {"prompt": refinement.presets[name], "preset": name}
    asked = refinement.others[int(chosen.removeprefix(_OTHER))].asked
    return {"source": asked.source, "connection": asked.connection, "model": asked.model}


def _rows(refinement: Refinement) -> list[Choice]:
    prompts = [
        Choice(f"{_PROMPT}{name}", f"Prompt: {clean_line(name)}", clean_line(text, 80))
        for name, text in refinement.presets.items()
    ]
    others = [
        Choice(f"{_OTHER}{at}", f"Source: {clean_line(other.label)}", clean_line(other.detail, 80))
        for at, other in enumerate(refinement.others)
    ]
    model = [Choice(_MODEL, "Model: another…", "of the connection that captions")]
    return [
        *prompts,
        Choice(_WRITE, "Prompt: another…", "written by you, macros are fine"),
        *others,
        *(model if refinement.models is not None else ()),
    ]


async def _model(app: App[Any], refinement: Refinement) -> Chosen | None:
    assert refinement.models is not None
    models = await refinement.models()
    rows = [Choice(each.id, clean_line(each.id), _SEES[each.vision]) for each in _sorted(models)]
    empty = "No model of that name; F4 and the server say which there are"
    chosen = await app.push_screen_wait(ChoiceList("Model", rows, empty=empty))
    return {"source": "", "connection": "", "model": str(chosen)} if chosen else None


def _sorted(models: Sequence[Model]) -> list[Model]:
    order = {"yes": 0, "unknown": 1, "no": 2}
    return sorted(models, key=lambda each: (order[each.vision], each.id.lower()))
