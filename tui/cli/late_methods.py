"""Dataclasses whose methods are compiled when they are first called.

`dataclass` writes the text of up to six methods for each class and compiles them at once. Before
the prompt can be used there are some 160 such classes, Textual's included, of which few are made
and hardly one is compared or printed: compiling was a quarter of all imports. Here the class gets
a stand-in for each method, which has the real one made and put in its place.

This replaces a private function of `dataclasses` that Python 3.11 and 3.12 have. Where there is no
such function nothing is changed: from 3.13 on, the methods of a class are compiled together.
"""

from __future__ import annotations

import dataclasses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Create = Callable[..., Callable[..., Any]]

_CREATE = "_create_fn"


def defer() -> None:
    """Let the methods of all dataclasses that are defined from now on wait for their first call."""
    create = vars(dataclasses).get(_CREATE)
    if create is not None:
        vars(dataclasses)[_CREATE] = later(create)


def later(create: Create) -> Create:
    """Wrap what compiles a method.

    Args:
        create: Called with the method's name, the names of its arguments, its lines, and by name
            what they refer to; gives back the method.
    """

    def stand_in(name: str, *text: Any, **names: Any) -> Callable[..., Any]:
        real: Callable[..., Any] | None = None

        def method(self: Any, /, *values: Any, **named: Any) -> Any:
            nonlocal real
            if real is None:
                real = create(name, *text, **names)
                for owner in type(self).__mro__:
                    if vars(owner).get(name) is method:
                        real.__qualname__ = method.__qualname__
                        setattr(owner, name, real)
            return real(self, *values, **named)

        # `dataclass` looks at it, to name the method that a class must not have already.
        method.__name__ = name
        return method

    return stand_in
