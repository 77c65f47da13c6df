"""What is asked for a setting that is written, with a preview where that helps."""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain import macros
from tui.domain.caption import wrap
from tui.domain.macros import Environment
from tui.ui.settings.options import Option, editable
from tui.ui.widgets.value_form import Preview, Question

_SAMPLE = "a red house beside a lake"


@dataclass(frozen=True, slots=True)
class KeySetting:
    """A key that can be moved."""

    id: str
    """Of the binding: "chat.stop"."""
    description: str
    key: str
    """As it is bound without settings."""


def for_option(option: Option, text: str, names: tuple[str, str]) -> Question:
    """Ask for the value of an option.

    Args:
        option: Which one.
        text: Its present value, as typed.
        names: Persona and character, for previews.
    """
    return Question(
        title=option.label,
        help=option.help,
        value=text,
        default=editable(option.default),
        long=option.kind == "long",
        preview=_preview(option.path, Environment({"user": names[0], "char": names[1]})),
    )


def for_key(key: KeySetting, now: str) -> Question:
    """Ask for another key."""
    return Question(
        title=key.description,
        help="A key as Textual names it: ctrl+t, f6, alt+up; several with commas.",
        value=now,
        default=key.key,
    )


def _preview(path: str, environment: Environment) -> Preview | None:
    def template(text: str) -> tuple[str, str]:
        missing = not macros.uses(text, "caption")
        warning = "{{caption}} is missing; the caption will come last" if missing else ""
        return wrap(text, _SAMPLE, environment.apart()), warning

    def expanded(text: str) -> tuple[str, str]:
        return macros.expand(text, environment.apart()), ""

    if path.startswith("imagine.ask_"):
        return expanded
    templates = dict.fromkeys(("captioning.template", "imagine.template"), template)
    return {**templates, "chat.system_prompt": expanded}.get(path)
