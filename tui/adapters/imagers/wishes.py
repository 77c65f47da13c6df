"""Reads a wish in an endpoint's terms: which model, which seed, which of the further values."""

from __future__ import annotations

from fnmatch import fnmatchcase
from secrets import randbelow

from tui.domain.connection import Endpoint
from tui.domain.imagining import Wish

_ON = ("true", "on", "yes", "1")
_SEEDS = 2**32


def model_of(endpoint: Endpoint, wish: Wish) -> str:
    """The model to ask: the wish's, else the connection's own if that makes pictures.

    Empty where the server has to choose.
    """
    return wish.model or (endpoint.model if draws(endpoint, endpoint.model) else "")


def draws(endpoint: Endpoint, model: str) -> bool:
    """Whether a model of that name makes pictures there, as far as the row tells."""
    provider = endpoint.provider
    if not provider.draws:
        # Of a server of one's own any model may; the Horde's and KoboldCpp's are for text.
        return not provider.chats or provider.images == "openai"
    return any(fnmatchcase(model.lower(), pattern) for pattern in provider.draws)


def seed_of(wish: Wish) -> int:
    """The wish's seed, or any."""
    return randbelow(_SEEDS) if wish.seed is None else wish.seed


def is_on(extra: dict[str, str], name: str) -> bool:
    """Whether a further value says yes."""
    return extra.get(name, "").strip().lower() in _ON


def number(extra: dict[str, str], name: str) -> float | None:
    """A further value as a number; None: it is none."""
    try:
        value = float(extra.get(name, ""))
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def whole(extra: dict[str, str], name: str) -> int | None:
    """A further value as a whole number; None: it is none."""
    value = number(extra, name)
    return None if value is None else int(value)
