"""Signals that come while nobody can act on them: as the program starts, and as it ends.

They are only noted. An exception raised by a handler would be lost in whatever Python happens to
do then, such as an import; whoever can act on signals looks here first.
"""

from __future__ import annotations

# Not `signal`: with it comes `enum`, and the first frame would wait for that.
import _signal  # type: ignore[import-not-found] # what `signal` is made of

noted: list[int] = []
"""Their numbers, the first one first."""
_NAMES = ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")


def numbers() -> list[int]:
    """The signals that end a program, as far as there are any here."""
    return [int(getattr(_signal, name)) for name in _NAMES if hasattr(_signal, name)]


def note() -> None:
    """Only note signals from now on."""
    for number in numbers():
        try:
            _signal.signal(number, _note)
        except ValueError:
            # Not in the main thread, as in tests.
            return


def _note(number: int, _frame: object) -> None:
    noted.append(number)
