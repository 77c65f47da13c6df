"""Signals that come while nobody can act on them: as the program starts, and as it ends.

The early ones are only noted. An exception raised by a handler would be lost in whatever Python
happens to do then, such as an import; whoever can act on signals looks here first.
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
    answer_with(_note)


def ignore() -> None:
    """All is kept and the exit code stands: what comes from now on changes nothing.

    Python takes handlers of its own away before it ends; what is ignored stays so.
    """
    answer_with(_signal.SIG_IGN)


def answer_with(handler: object) -> None:
    """Have each of them answered in this way, as `signal.signal` takes it."""
    for number in numbers():
        try:
            _signal.signal(number, handler)
        except ValueError:
            # Not in the main thread, as in tests.
            return


def _note(number: int, _frame: object) -> None:
    noted.append(number)
