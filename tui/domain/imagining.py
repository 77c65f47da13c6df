"""What is asked of a model that makes pictures, and what comes back, whatever the protocol."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.domain.generation import Progress


@dataclass(frozen=True, slots=True)
class Wish:
    """A picture that is wanted. What a service does not know of, its adapter leaves out."""

    prompt: str
    negative: str = ""
    """What shall not be on it."""
    width: int = 512
    """Pixels; services round to what they can make."""
    height: int = 512
    steps: int = 20
    cfg: float = 7.0
    """How closely to follow the prompt."""
    seed: int | None = None
    """None: any."""
    model: str = ""
    """Empty: the connection's own, else the server's."""
    sampler: str = ""
    scheduler: str = ""
    """Both as the service calls them; empty: its default."""
    extra: tuple[tuple[str, str], ...] = ()
    """Further values by name, as typed: `vae`, `denoise`, `skip`, `hires`, `upscaler`, `scale`…"""


@dataclass(frozen=True, slots=True)
class Preview:
    """The picture as it is so far; not yet checked, so decode it with care."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """The picture. Exactly one, and last, unless an AppError is raised instead."""

    data: bytes = field(repr=False)
    """An encoded picture whose first bytes were looked at; intake still has to read it."""
    seed: int | None = None
    """The one that was used, where the service tells."""
    prompt: str = ""
    """The prompt as the service rewrote it, cleaned; empty: as asked."""


ImagineEvent = Progress | Preview | Made
"""What comes while a picture is made."""
