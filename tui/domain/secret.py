"""A key that cannot be printed by accident."""

from __future__ import annotations


class Secret:
    """Holds a key; `str`, `repr` and formatting show stars, only `reveal` gives it out."""

    __slots__ = ("_value", "origin")

    def __init__(self, value: str, *, origin: str = "") -> None:
        self._value = value
        self.origin = origin
        """Where it came from, for people: "OPENAI_API_KEY", "keychain", "cmd"."""

    def reveal(self) -> str:
        """The key itself; call it only where a request is built."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is not serialised")
