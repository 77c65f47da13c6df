"""Modules that others load for what a start does not do, loaded when that is done.

asyncio loads all of TLS, Textual the folders of a desktop and five widgets for the names of their
types. While those two are loaded, stand-ins take the places of such modules. Afterwards the places
are free again, and who loads one of these modules then gets it as ever; a stand-in that somebody
kept passes on what it is asked for.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


@contextmanager
def standing_in() -> Iterator[None]:
    """Let these modules wait, for as long as others are being loaded."""
    late = [
        _Late("ssl"),
        _Late("asyncio.sslproto"),
        _Late("mimetypes"),
        _Late("platformdirs", user_downloads_path=_downloads),
        _Late("textual.types", nearer="textual._types"),
    ]
    late = [each for each in late if each.__name__ not in sys.modules]
    sys.modules.update({each.__name__: each for each in late})
    try:
        yield
    finally:
        for each in late:
            each._step_aside()


class _Late(ModuleType):
    """Stands for a module; who asks it for anything has the module loaded.

    Args:
        name: Of the module.
        nearer: A module that loads less and has some of the same names.
        known: Names that others take along at once, and what they get.
    """

    def __init__(self, name: str, nearer: str = "", **known: object) -> None:
        super().__init__(name)
        self._nearer = nearer
        vars(self).update(known)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            # The import system asks whether this is a package.
            raise AttributeError(name)
        if self._nearer:
            # It is private: another release may have none, or none of these names in it.
            with suppress(ImportError, AttributeError):
                return getattr(import_module(self._nearer), name)
        self._step_aside()
        return getattr(import_module(self.__name__), name)

    def _step_aside(self) -> None:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]


def _downloads() -> object:
    return import_module("platformdirs").user_downloads_path()
