"""What stands in the dialog for a picture, and the request that it amounts to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tui.domain.errors import AppError
from tui.domain.imagine_modes import TRIGGERS, Mode, mode_of
from tui.domain.imagine_request import ImagineRequest

_SIZE = re.compile(r"\s*(\d{1,5})\s*[x×*, ]\s*(\d{1,5})\s*")
_DIGITS = re.compile(r"-?\d{1,20}")


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields as they are typed; empty: as the settings say."""

    prompt: str = ""
    mode: Mode = "free"
    negative: str = ""
    size: str = ""
    steps: str = ""
    seed: str = ""
    connection: str = ""
    model: str = ""


def draft_of(request: ImagineRequest, before: Draft, *, extend: bool) -> Draft:
    """What the dialog begins with: what was chosen last, and what was given now on top.

    Args:
        request: What was typed with the command.
        before: What stood there last.
        extend: Whether own words are worked out unless something else is said.
    """
    size = ""
    if request.width is not None or request.height is not None:
        size = f"{request.width or request.height}x{request.height or request.width}"
    given = {
        "prompt": request.text,
        "negative": request.negative,
        "size": size,
        "steps": "" if request.steps is None else str(request.steps),
        "seed": "" if request.seed is None else str(request.seed),
        "connection": request.connection,
        "model": request.model,
    }
    changed = {name: text for name, text in given.items() if text}
    mode = before.mode
    if before == Draft() or request.extend is not None:
        mode = mode_of("", extend=extend if request.extend is None else request.extend)
    return replace(before, mode=mode, **changed)


class FieldError(AppError):
    """A field of the dialog that makes no sense."""

    def __init__(self, field: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field
        """Its id."""


def request_of(draft: Draft, given: ImagineRequest) -> ImagineRequest:
    """The request of what stands in the dialog.

    Args:
        draft: The fields.
        given: What was typed with the command: what has no field stays as it was there.

    Raises:
        FieldError: One of them makes no sense.
        AppError: A number is out of bounds.
    """
    text = draft.mode if draft.mode in TRIGGERS else draft.prompt.strip()
    if not text:
        raise FieldError("prompt", "write what is on the picture", "or choose what it is of")
    width, height = _size(draft.size)
    request = replace(
        given,
        text=text,
        extend=draft.mode == "extended",
        negative=draft.negative.strip(),
        width=width,
        height=height,
        steps=_number("steps", draft.steps),
        seed=_number("seed", draft.seed),
        connection=draft.connection,
        model=draft.model.strip(),
    )
    request.check()
    return request


def _size(text: str) -> tuple[int | None, int | None]:
    if not text.strip():
        return None, None
    match = _SIZE.fullmatch(text)
    if match is None:
        raise FieldError("size", "the size is width x height in pixels", "such as 768x512")
    return int(match.group(1)), int(match.group(2))


def _number(name: str, text: str) -> int | None:
    if not text.strip():
        return None
    if _DIGITS.fullmatch(text.strip()) is None:
        raise FieldError(name, f"{name} is a whole number", "or nothing")
    return int(text)
