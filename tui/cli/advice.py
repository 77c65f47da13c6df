"""What an error advises, for somebody in the shell: no key of the app helps there."""

from __future__ import annotations

from tui.domain.errors import AppError

_INSTEAD = (
    ("/model lists what it offers", "--model names one, salon doctor lists those that see"),
    ("/connect adds one, F2 chooses it", "/connect in the app adds one; or take --source describe"),
    ("/connect for=captions chooses one", "--connection names one"),
    ("/connect finds local servers or takes a cloud key", "/connect in the app finds one"),
    (
        "choose a model that does, or another source, in the settings (F2)",
        "--model names another model, --source another source",
    ),
    ("choose a connection whose model sees (Ctrl+G)", "--connection names one whose model sees"),
    ("in the settings (F2)", "in the file that salon config path names"),
    ("F2 changes it", "salon config path names the file where it stands"),
    ("press F2 to add one", "/connect in the app adds one"),
    ("(F2)", "(salon config path names the file)"),
)
"""What hints say, in the app's words and in the shell's; the first that fit come first."""


def in_shell(advice: str) -> str:
    """Advice in the shell's words; our own text, not a server's."""
    for theirs, ours in _INSTEAD:
        advice = advice.replace(theirs, ours)
    return advice


def for_shell(error: AppError) -> AppError:
    """The same error with a hint that can be followed without the app."""
    hint = in_shell(error.hint)
    if hint == error.hint:
        return error
    return AppError(error.message, hint=hint)
