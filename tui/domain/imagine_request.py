"""What is wanted of `/imagine` for once, and what is kept of it with a picture that was made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from tui.domain.errors import AppError
from tui.domain.imagine_modes import MODES, Mode, turned
from tui.domain.imagine_settings import (
    LEAST_SIDE,
    MOST_SEED,
    MOST_SIDE,
    MOST_STEPS,
    ImagineSettings,
    Processing,
)
from tui.domain.imagining import Wish


@dataclass(frozen=True, slots=True)
class ImagineRequest:
    """One picture that is wanted; what is None or empty is as the settings say."""

    text: str = ""
    """A prompt, or the word of a mode."""
    quiet: bool = False
    """Put nothing into the chat."""
    connection: str = ""
    model: str = ""
    negative: str = ""
    """Beside that of the settings."""
    width: int | None = None
    height: int | None = None
    steps: int | None = None
    cfg: float | None = None
    seed: int | None = None
    """Below 0: any, whatever the settings say."""
    sampler: str = ""
    scheduler: str = ""
    extend: bool | None = None
    edit: bool | None = None
    processing: Processing | None = None
    extra: tuple[tuple[str, str], ...] = ()
    """As in `Wish`."""

    def check(self) -> None:
        """Refuse numbers that make no sense. Raises AppError."""
        for name, value, least, most in (
            ("width", self.width, LEAST_SIDE, MOST_SIDE),
            ("height", self.height, LEAST_SIDE, MOST_SIDE),
            ("steps", self.steps, 1, MOST_STEPS),
            ("cfg", self.cfg, 0, 100),
            ("seed", self.seed, -1, MOST_SEED),
        ):
            if value is not None and not least <= value <= most:
                raise AppError(f"{name} cannot be {value:g}", hint=f"from {least:g} to {most:g}")


def wish_of(request: ImagineRequest, mode: Mode, settings: ImagineSettings) -> Wish:
    """The wish without its prompts: the settings, with what was chosen for once on top.

    A mode's own shape is taken where the request names no size.
    """
    width, height = request.width or settings.width, request.height or settings.height
    if request.width is None and request.height is None:
        width, height = turned(mode, width, height)
    seed = settings.seed if request.seed is None else request.seed
    return Wish(
        prompt="",
        width=width,
        height=height,
        steps=settings.steps if request.steps is None else request.steps,
        cfg=settings.cfg if request.cfg is None else request.cfg,
        seed=None if seed is None or seed < 0 else seed,
        model=request.model or settings.model,
        sampler=request.sampler or settings.sampler,
        scheduler=request.scheduler or settings.scheduler,
        extra=request.extra,
    )


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a picture was made: kept with it, so that it can be made again."""

    mode: Mode = "free"
    prompt: str = ""
    """All that was sent, prefixes included."""
    negative: str = ""
    width: int = 512
    height: int = 512
    steps: int = 20
    cfg: float = 7.0
    seed: int | None = None
    """The one that was used, where the service told; None: it is not known."""
    connection: str = ""
    model: str = ""
    sampler: str = ""
    scheduler: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    def written(self) -> str:
        """As one text, for `Attachment.recipe`."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    def wish(self) -> Wish:
        """The same once more, with any seed."""
        shared = {each.name for each in fields(Wish)} - {"seed"}
        return Wish(**{name: getattr(self, name) for name in shared})


def recipe_of(wish: Wish, mode: Mode, connection: str, seed: int | None) -> Recipe:
    """What to keep of a wish that came true.

    Args:
        wish: What was asked of the service.
        mode: What the picture is of.
        connection: Name of the service's connection.
        seed: The one that the service told; None: it told none.
    """
    shared = {each.name for each in fields(Wish)}
    same = Recipe(mode, connection=connection, **{name: getattr(wish, name) for name in shared})
    return same if seed is None else replace(same, seed=seed)


def read_recipe(text: str) -> Recipe | None:
    """Read what `Recipe.written` made; None: it is none, or too damaged to be used."""
    if not text:
        return None
    try:
        kept: dict[str, Any] = json.loads(text)
        extra = tuple((str(name), str(value)) for name, value in kept.pop("extra", ()))
        known = {each.name for each in fields(Recipe)}
        recipe = Recipe(**{n: value for n, value in kept.items() if n in known}, extra=extra)
    except (ValueError, TypeError, AttributeError):
        return None
    return recipe if recipe.mode in MODES and isinstance(recipe.prompt, str) else None
