"""Regular expressions that modules compile while they are loaded, compiled when first used.

Compiling took as long as loading eighty modules, and of some 120 patterns a start uses thirty.
Here a module gets a stand-in, which has the pattern made when anything is asked of it. What a
function compiles is compiled at once, as ever: it may want to hear that the pattern is wrong.

This is for the modules of a start, which are known and tried. Some that are loaded later take the
type of what they compile for that of all patterns, or try whether a pattern can be compiled.
"""

from __future__ import annotations

import copyreg
import re
import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Text = str | bytes
    Compile = Callable[..., re.Pattern[Any]]

_OPTIMIZED = 0x01
"""Flag of a function's code (`inspect.CO_OPTIMIZED`); bodies of modules and classes lack it."""


@contextmanager
def waiting() -> Iterator[None]:
    """Let the patterns of modules that are loaded meanwhile wait for their first use."""
    real = re.compile
    vars(re)["compile"] = later(real)
    try:
        yield
    finally:
        vars(re)["compile"] = real


def later(real: Compile) -> Compile:
    """Wrap `re.compile`.

    Args:
        real: Called with a text and flags; gives back the pattern.
    """

    def compile_(pattern: Any, flags: Any = 0) -> Any:
        caller = sys._getframe(1).f_code
        if caller.co_flags & _OPTIMIZED or not isinstance(pattern, str | bytes):
            return real(pattern, flags)
        return _Late(real, pattern, flags)

    return compile_


class _Late:
    """A pattern that is not made yet; everything that is asked of it goes to the real one."""

    def __init__(self, real: Compile, text: Text, flags: int) -> None:
        self._recipe = real, text, flags

    @property  # type: ignore[misc]  # to a type checker it is a plain attribute
    def __class__(self) -> Any:
        """What `isinstance` asks, and with it the functions of `re` that take a pattern."""
        return re.Pattern

    def __getattr__(self, name: str) -> Any:
        if name == "_pattern":
            real, text, flags = self._recipe
            found: Any = real(text, flags)
        else:
            found = getattr(self._pattern, name)
        # The next time it is found without coming here.
        self.__dict__[name] = found
        return found

    def __eq__(self, other: object) -> bool:
        return bool(self._pattern == (other._pattern if type(other) is _Late else other))

    def __hash__(self) -> int:
        return hash(self._pattern)

    def __repr__(self) -> str:
        return repr(self._pattern)

    def __reduce__(self) -> Any:
        return copyreg.dispatch_table[re.Pattern](self._pattern)
